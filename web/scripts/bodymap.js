// Body map: a picture beside a list that works alone. Inside [data-bodymap], pressing a shape with
// data-zone="front-left-forearm" answers the control of the same value:
//   - a checkbox with that value is ticked or cleared;
//   - a select having an option of that value is set to it, and the button [data-zone-add] beside it, if any, is pressed
//     (it adds the mark by an ordinary or htmx request); without the button the select takes the focus.
// Zones that are ticked carry the class "is-marked". Keyboards and screen readers use the list; the zones are not in
// the tab order.
export function bodyMap(scope) {
  for (const root of scope.querySelectorAll("[data-bodymap]:not([data-bodymap-ready])")) {
    root.setAttribute("data-bodymap-ready", "");
    root.addEventListener("click", (event) => press(root, event.target.closest("[data-zone]")));
    root.addEventListener("change", () => paint(root));
    paint(root);
  }
}

const boxes = (root) => [...root.querySelectorAll('input[type="checkbox"]')];

function press(root, zone) {
  if (!zone) return;
  const value = zone.getAttribute("data-zone");
  const box = boxes(root).find((b) => b.value === value);
  if (box) {
    box.click();
    return;
  }
  const list = [...root.querySelectorAll("select")].find((s) => [...s.options].some((o) => o.value === value));
  if (!list) return;
  list.value = value;
  list.dispatchEvent(new Event("change", { bubbles: true }));
  const add = root.querySelector("[data-zone-add]");
  add ? add.click() : list.focus();
}

function paint(root) {
  const ticked = new Set(boxes(root).filter((b) => b.checked).map((b) => b.value));
  for (const zone of root.querySelectorAll("[data-zone]")) {
    zone.classList.toggle("is-marked", ticked.has(zone.getAttribute("data-zone")));
  }
}
