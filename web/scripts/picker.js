// Child picker: inside [data-picker], the arrow keys go from the search field ([data-picker-field]) into the results
// ([data-picker-list], links, buttons or radios) and through them; Escape goes back to the field. Up from the first
// result returns to the field. The list is an ordinary list: Tab works as everywhere.
const choices = 'a[href], button:not([disabled]), input[type="radio"]:not([disabled])';

export function picker(scope) {
  for (const root of scope.querySelectorAll("[data-picker]:not([data-picker-ready])")) {
    root.setAttribute("data-picker-ready", "");
    root.addEventListener("keydown", (event) => move(root, event));
  }
}

function move(root, event) {
  const field = root.querySelector("[data-picker-field]");
  const items = [...root.querySelectorAll("[data-picker-list] :is(" + choices + ")")];
  const at = items.indexOf(document.activeElement);
  const inField = document.activeElement === field;
  if (!field || (at < 0 && !inField)) return;
  let next;
  if (event.key === "ArrowDown") next = items[at + 1] ?? items[at];
  else if (event.key === "ArrowUp") next = at > 0 ? items[at - 1] : field;
  else if (event.key === "Escape" && !inField) next = field;
  else if (event.key === "Home" && !inField) next = items[0];
  else if (event.key === "End" && !inField) next = items.at(-1);
  if (!next) return;
  event.preventDefault();
  next.focus();
  if (next.type === "radio" && !next.checked) next.click();
}
