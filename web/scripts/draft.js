// Words typed in the last moment before somebody locks the phone or closes the page are kept, too: the draft's own request waits
// until the typing pauses, and would come too late. After the form was sent, or discarded, nothing is kept any more.
export function draft() {
  let typed = null;
  let sent = false;
  let last = "";
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && (form.dataset.hxPost || "").startsWith("/drafts/")) typed = form;
  });
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) sent = true;
  });
  const keep = () => {
    if (!typed || sent) return;
    const body = new URLSearchParams(JSON.parse(typed.dataset.hxVals));
    for (const [name, value] of new FormData(typed)) if (typeof value === "string") body.append(name, value);
    if (body.toString() === last) return;
    last = body.toString();
    fetch(typed.dataset.hxPost, { method: "POST", body, keepalive: true }).catch(() => {}); // what was kept before stays
  };
  // A file is sent on its own, or with the form: never with a draft, where its place would hold "[object File]".
  document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
    if (!ctx.request.action.startsWith("/drafts/")) return;
    for (const [name, value] of [...ctx.request.body]) if (typeof value !== "string") ctx.request.body.delete(name);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keep());
  addEventListener("pagehide", keep);
}
