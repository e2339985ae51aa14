/* The Markdown editor: a textarea with a toolbar, keyboard shortcuts, pictures and a live preview.
   All texts come from the widget's template, `templates/markdownx/widget.html`. */

import { applyEdit, commands, currentSelection } from "./editor-text.js";
import { setUpPictures } from "./editor-pictures.js";
import { guardForm, startPreview } from "./editor-server.js";

const KEYS = { KeyB: "bold", KeyI: "italic", KeyK: "link" };
const SHIFT_KEYS = { Period: "quote", Comma: "spoiler", Digit1: "picture" };
const COMMAND = /Mac|iP/.test(navigator.platform) ? "metaKey" : "ctrlKey";

function start(root) {
  const text = root.querySelector("textarea");
  const parts = root.querySelector("template").content;
  const status = root.querySelector("[role=status]");
  const part = (name) => parts.querySelector(`[data-part=${name}]`).cloneNode(true);
  const say = (name) => status.replaceChildren(...(name ? part(name).childNodes : []));
  const editor = { root, text, part, say };

  const handlers = Object.fromEntries(
    Object.entries(commands).map(([name, command]) => [
      name,
      () => applyEdit(text, command(currentSelection(text))) || say("full"),
    ]),
  );
  handlers.picture = setUpPictures(editor);
  setUpToolbar(editor, handlers);
  setUpShortcuts(text, handlers);
  startPreview(editor);
  return editor;
}

/* The toolbar is one tab stop, with arrow keys between its buttons:
   https://www.w3.org/WAI/ARIA/apg/patterns/toolbar/ */
function setUpToolbar({ root, text, part }, handlers) {
  const bar = part("toolbar");
  const buttons = [...bar.querySelectorAll("button")];
  bar.setAttribute("aria-controls", text.id);
  for (const button of buttons) {
    button.tabIndex = button === buttons[0] ? 0 : -1;
    button.addEventListener("click", () => handlers[button.dataset.do]());
    button.addEventListener("focus", () => {
      for (const other of buttons) other.tabIndex = other === button ? 0 : -1;
    });
  }
  bar.addEventListener("keydown", (event) => {
    const forward = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const current = buttons.indexOf(document.activeElement);
    const target = { [forward]: current + 1, [back]: current - 1, Home: 0, End: -1 }[event.key];
    if (target === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    buttons.at(target % buttons.length).focus();
  });
  root.querySelector(".markdownx-writing").prepend(bar);
}

function setUpShortcuts(text, handlers) {
  text.addEventListener("keydown", (event) => {
    if (!event[COMMAND] || event.altKey) return;
    // Latin letters count by what they write, on any keyboard layout; other keys count by their
    // place on the keyboard.
    const code = /^[a-z]$/i.test(event.key) ? `Key${event.key.toUpperCase()}` : event.code;
    const name = (event.shiftKey ? SHIFT_KEYS : KEYS)[code];
    if (!name) return;
    event.preventDefault();
    handlers[name]();
  });
}

const editors = [...document.querySelectorAll(".markdownx")].map(start);
for (const form of new Set(editors.map(({ text }) => text.form))) {
  guardForm(form, editors.find(({ text }) => text.form === form));
}
