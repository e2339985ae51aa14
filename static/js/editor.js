/* The author's editor: a plain text area, with a toolbar, keys, pictures and a live preview. All
   its words come from the template of the widget, `templates/markdownx/widget.html`. */

import { acts, change, selected } from "./editor-text.js";
import { pictures } from "./editor-pictures.js";
import { guard, preview } from "./editor-server.js";

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

  const does = Object.fromEntries(
    Object.entries(acts).map(([name, act]) => [
      name,
      () => change(text, act(selected(text))) || say("full"),
    ]),
  );
  does.picture = pictures(editor);
  toolbar(editor, does);
  keys(text, does);
  preview(editor);
  return editor;
}

/* One stop for the Tab key, arrows within: https://www.w3.org/WAI/ARIA/apg/patterns/toolbar/ */
function toolbar({ root, text, part }, does) {
  const bar = part("toolbar");
  const buttons = [...bar.querySelectorAll("button")];
  bar.setAttribute("aria-controls", text.id);
  for (const button of buttons) {
    button.tabIndex = button === buttons[0] ? 0 : -1;
    button.addEventListener("click", () => does[button.dataset.do]());
    button.addEventListener("focus", () => {
      for (const other of buttons) other.tabIndex = other === button ? 0 : -1;
    });
  }
  bar.addEventListener("keydown", (event) => {
    const forth = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forth === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
    const here = buttons.indexOf(document.activeElement);
    const to = { [forth]: here + 1, [back]: here - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    buttons.at(to % buttons.length).focus();
  });
  root.querySelector(".markdownx-writing").prepend(bar);
}

function keys(text, does) {
  text.addEventListener("keydown", (event) => {
    if (!event[COMMAND] || event.altKey) return;
    // Letters by what they write, where they write Latin ones; the others by their place.
    const code = /^[a-z]$/i.test(event.key) ? `Key${event.key.toUpperCase()}` : event.code;
    const name = (event.shiftKey ? SHIFT_KEYS : KEYS)[code];
    if (!name) return;
    event.preventDefault();
    does[name]();
  });
}

const editors = [...document.querySelectorAll(".markdownx")].map(start);
for (const form of new Set(editors.map(({ text }) => text.form))) {
  guard(form, editors.find(({ text }) => text.form === form));
}
