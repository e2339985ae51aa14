/* Pictures for the text: by the button, pasted or dropped. Each is described before it is sent. */

import { change, standing } from "./editor-text.js";
import { post } from "./editor-server.js";

const HEIGHT = 96; // pixels of the small picture that shows which one is asked about

/* Gives back what lets the author choose files. */
export function pictures({ text, part, say }) {
  const panel = part("picture");
  let alt = panel.querySelector("[type=text]");
  const picker = panel.querySelector("[type=file]");
  const queue = []; // the files that are not in the text yet; the first is being asked about
  let place = 0; // where the next one goes, followed through what is typed meanwhile
  let sending = null; // what can abort the upload
  text.before(panel);

  function take(files) {
    const images = [...files].filter((file) => file.type.startsWith("image/"));
    if (images.length < files.length) say("no-picture");
    if (!images.length) return;
    const first = !queue.length;
    queue.push(...images);
    if (!first) return;
    place = text.selectionEnd;
    text.setSelectionRange(place, place); // a selection around it would be typed over later
    ask();
    alt.focus();
  }

  function ask() {
    alt.value = "";
    complain("");
    panel.querySelector(".picture-name").textContent = queue[0].name;
    draw(queue[0], panel.querySelector("canvas"));
    panel.hidden = false;
  }

  function next() {
    const here = panel.contains(document.activeElement); // and not gone on writing elsewhere
    queue.shift();
    renew();
    if (queue.length) ask();
    else panel.hidden = true;
    if (here) (queue.length ? alt : text).focus();
  }

  /* A new field for each picture: undo would go through what was typed in the old one, unseen. */
  function renew() {
    const fresh = alt.cloneNode();
    alt.replaceWith(fresh);
    alt = fresh;
  }

  /* Says one of our sentences, or one that the server made. */
  function complain(name, sentence = "") {
    panel.querySelector("[role=alert]").replaceChildren(
      ...(name ? part(name).childNodes : [sentence]),
    );
    alt.setAttribute("aria-invalid", name === "no-alt");
  }

  async function send() {
    if (sending) return;
    const described = alt.value.trim();
    if (!described) {
      complain("no-alt");
      alt.focus();
      return;
    }
    complain("");
    say("sending");
    busy(new AbortController());
    const { signal } = sending;
    const { markdown, problem, sentence } = await upload(text, queue[0], described, signal);
    busy(null);
    say("");
    if (signal.aborted) next();
    else if (!markdown) complain(problem, sentence);
    else if (!insert(markdown)) complain("full");
    else {
      say("inserted");
      next();
    }
  }

  function busy(controller) {
    sending = controller;
    alt.readOnly = Boolean(controller);
    panel.setAttribute("aria-busy", Boolean(controller));
  }

  /* Where the caret was when the picture came; caret and focus stay where they are by now. */
  function insert(markdown) {
    const focused = document.activeElement;
    const made = standing({ value: text.value, start: place, end: place }, markdown);
    const end = place + made.put.length;
    const moved = (at) => (at < place ? at : at + made.put.length);
    const [from, to] = [moved(text.selectionStart), moved(text.selectionEnd)];
    if (!change(text, { ...made, from, to })) return false;
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
    event.preventDefault(); // Enter would send the whole form
    if (enter) send();
    else cancel();
  });
  panel.querySelector("[data-do=send]").addEventListener("click", send);
  panel.querySelector("[data-do=cancel]").addEventListener("click", cancel);
  picker.addEventListener("change", () => {
    take(picker.files);
    picker.value = ""; // so that the same file can be chosen again
  });
  received(text, take);
  text.form.addEventListener("submit", (event) => {
    if (!queue.length || event.submitter?.formTarget) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    say("picture-waits");
    alt.focus();
  });
  return () => picker.click();
}

/* Calls `take` with the files that are pasted into the text or dropped on it. */
function received(text, take) {
  text.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData;
    // Office programs put a picture of the text beside the text.
    if (!files.length || types.includes("text/plain")) return;
    event.preventDefault();
    take(files);
  });
  text.addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault(); // "may be dropped here"
  });
  text.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}

/* Where a place in a text is after a change of the text. */
function follow(place, before, now) {
  let same = 0;
  while (same < place && before[same] === now[same]) same++;
  return same === place ? place : Math.max(same, now.length - (before.length - place));
}

/* Drawn, since the content security policy allows no picture that is not the site's own. */
async function draw(file, canvas) {
  canvas.width = 0;
  try {
    const image = await createImageBitmap(file, { resizeHeight: HEIGHT });
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
  } catch {
    // A file that this browser can't show: the server will say what it thinks of it.
  }
}

/* `{markdown}` for the text, or what went wrong: a `problem`'s name or the server's `sentence`. */
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
