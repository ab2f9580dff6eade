// Leave this page: [data-leave] is a plain link to somewhere harmless. Here it also takes this page's place in the
// history, so that Back does not return to it.
export function leave() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-leave]");
    if (!link) return;
    event.preventDefault();
    window.location.replace(link.href);
  });
}
