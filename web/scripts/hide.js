// Hide screen: F9 or any [data-hide-screen] covers the page with the sheet the server sent ([data-hide-sheet], a closed
// dialog). It hides, it does not lock: F9, Escape or [data-show-screen] uncovers. The page's title is neutral at all times.
export function hideScreen() {
  const sheet = document.querySelector("dialog[data-hide-sheet]");
  if (!sheet) return;
  const show = () => sheet.close();
  const hide = () => {
    if (!sheet.open) sheet.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F9") return;
    event.preventDefault();
    sheet.open ? show() : hide();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-hide-screen]")) hide();
    if (event.target.closest("[data-show-screen]")) show();
  });
}
