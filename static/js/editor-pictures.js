/* Pictures chosen with the button, pasted or dropped. The author writes an alternative text for
   each before it is uploaded. */

import { applyEdit, insertBlock } from "./editor-text.js";
import { post } from "./editor-server.js";

const HEIGHT = 96; // of the preview of a picture, in pixels

/* Return a function that opens the file picker. */
export function setUpPictures({ text, part, say }) {
  const panel = part("picture");
  let alt = panel.querySelector("[type=text]");
  const picker = panel.querySelector("[type=file]");
  const queue = []; // files that are not in the text yet; the form is about the first
  let place = 0; // where to insert the next picture; kept up to date while the author types
  let sending = null; // the AbortController of the upload
  text.before(panel);

  function take(files) {
    const images = [...files].filter((file) => file.type.startsWith("image/"));
    if (images.length < files.length) say("no-picture");
    if (!images.length) return;
    const first = !queue.length;
    queue.push(...images);
    if (!first) return;
    place = text.selectionEnd;
    text.setSelectionRange(place, place); // typing later would replace a selection
    ask();
    alt.focus();
  }

  function ask() {
    alt.value = "";
    showError("");
    panel.querySelector(".picture-name").textContent = queue[0].name;
    draw(queue[0], panel.querySelector("canvas"));
    panel.hidden = false;
  }

  function next() {
    const hasFocus = panel.contains(document.activeElement); // the author may be writing already
    queue.shift();
    replaceField();
    if (queue.length) ask();
    else panel.hidden = true;
    if (hasFocus) (queue.length ? alt : text).focus();
  }

  /* Use a new field for each picture, so that undo does not bring back the text of the last one. */
  function replaceField() {
    const fresh = alt.cloneNode();
    alt.replaceWith(fresh);
    alt = fresh;
  }

  /* Show the message with that name, or a sentence from the server. */
  function showError(name, sentence = "") {
    panel.querySelector("[role=alert]").replaceChildren(
      ...(name ? part(name).childNodes : [sentence]),
    );
    alt.setAttribute("aria-invalid", name === "no-alt");
  }

  async function send() {
    if (sending) return;
    const description = alt.value.trim();
    if (!description) {
      showError("no-alt");
      alt.focus();
      return;
    }
    showError("");
    say("sending");
    setUpload(new AbortController());
    const { signal } = sending;
    const { markdown, problem, sentence } = await upload(text, queue[0], description, signal);
    setUpload(null);
    say("");
    if (signal.aborted) next();
    else if (!markdown) showError(problem, sentence);
    else if (!insert(markdown)) showError("full");
    else {
      say("inserted");
      next();
    }
  }

  function setUpload(controller) {
    sending = controller;
    alt.readOnly = Boolean(controller);
    panel.setAttribute("aria-busy", Boolean(controller));
  }

  /* Insert at the caret's place of when the picture was added; keep the present caret and focus. */
  function insert(markdown) {
    const focused = document.activeElement;
    const edit = insertBlock({ value: text.value, start: place, end: place }, markdown);
    const end = place + edit.put.length;
    const moved = (at) => (at < place ? at : at + edit.put.length);
    const [from, to] = [moved(text.selectionStart), moved(text.selectionEnd)];
    if (!applyEdit(text, { ...edit, from, to })) return false;
    focused.focus();
    place = end;
    return true;
  }

  function cancel() {
    if (sending) sending.abort();
    else next();
  }

  let before = text.value;
  text.addEventListener("input", () => {
    if (queue.length) place = follow(place, before, text.value);
    before = text.value;
  });
  panel.addEventListener("keydown", (event) => {
    const enter = event.key === "Enter" && event.target === alt;
    if (event.isComposing || !(enter || event.key === "Escape")) return;
    event.preventDefault(); // Enter would submit the whole form
    if (enter) send();
    else cancel();
  });
  panel.querySelector("[data-do=send]").addEventListener("click", send);
  panel.querySelector("[data-do=cancel]").addEventListener("click", cancel);
  picker.addEventListener("change", () => {
    take(picker.files);
    picker.value = ""; // lets the author choose the same file again
  });
  onFiles(text, take);
  text.form.addEventListener("submit", (event) => {
    if (!queue.length || event.submitter?.formTarget) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say("picture-waits");
    alt.focus();
  });
  return () => picker.click();
}

/* Call `take` with files that are pasted into the text or dropped on it. */
function onFiles(text, take) {
  text.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // Office programs copy text together with a picture of it.
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    take(files);
  });
  text.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault(); // allows the drop
  });
  text.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

/* Return where a place in a text has moved to after the text changed. */
function follow(place, before, now) {
  let same = 0;
  while (same < place && before[same] === now[same]) same++;
  return same === place ? place : Math.max(same, now.length - (before.length - place));
}

/* Draw the file on a canvas: the content security policy allows no blob: URLs of pictures. */
async function draw(file, canvas) {
  canvas.width = 0;
  try {
    const image = await createImageBitmap(file, { resizeHeight: HEIGHT });
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
  } catch {
    // The browser can't decode this file. The server will tell the author what is wrong with it.
  }
}

/* Return `{markdown}`, or the error: the name of a message as `problem`, or the server's own
   `sentence`. */
async function upload(text, image, alt, signal) {
  try {
    const response = await post(text, text.dataset.markdownxUploadUrlsPath, { image, alt }, signal);
    const answer = await response.json().catch(() => null);
    if (response.status === 201 && answer?.markdown) return { markdown: answer.markdown };
    return answer?.error ? { sentence: answer.error } : { problem: "not-taken" };
  } catch {
    return { problem: "unreachable" };
  }
}
