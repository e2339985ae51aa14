/* What the editor asks the server: the preview, whether one may still save, and pictures. */

const PATIENCE = 10_000; // milliseconds that saving waits to learn whether one is logged in

/* Posts form fields; rejects if the server can't be reached. */
export function post(text, url, fields, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const headers = { "X-CSRFToken": token(text.form) };
  return fetch(url, { method: "POST", body, headers, signal });
}

/* The form's token, anew if another tab has logged in since: then only the cookie's is valid. */
function token(form) {
  const field = form.elements.csrfmiddlewaretoken;
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  if (cookie) field.value = cookie[1];
  return field.value;
}

/* Keeps the preview and the length up to date; whatever goes wrong, the last good ones stay. */
export function preview({ root, text, say }) {
  const shown = root.querySelector(".markdownx-preview");
  let newest = 0;
  let waiting;
  let trouble = "";

  async function show() {
    const mine = ++newest;
    const [problem, answer] = await ask(text, text.value);
    if (mine !== newest) return; // a later text has been asked about
    if (answer) {
      root.querySelector(".markdownx-length").replaceChildren(...answer.length.childNodes);
      shown.replaceChildren(answer.page);
    }
    if (problem || trouble) say(problem);
    trouble = problem;
  }

  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, Number(text.dataset.markdownxLatency));
  });
  // Back from logging in, perhaps.
  window.addEventListener("focus", () => trouble && show());
  show();
}

/* What is wrong, "" if nothing, and the preview of `content` in its parts. */
async function ask(text, content, signal) {
  try {
    const response = await post(text, text.dataset.markdownxUrlsPath, { content }, signal);
    if (response.status === 403) return ["logged-out"];
    const answer = document.createElement("template");
    answer.innerHTML = response.status === 200 ? await response.text() : "";
    const length = answer.content.lastElementChild;
    if (length?.className !== "preview-length") return ["failed"]; // some other page
    length.remove();
    return ["", { page: answer.content, length }];
  } catch {
    return ["unreachable"];
  }
}

/* Sends a form only while its author is logged in, and asks before a change is left behind. */
export function guard(form, { root, text, say }) {
  // What came back refused is saved nowhere yet.
  const saved = form.querySelector(".errorlist") ? "" : state(form);
  let asking = false;
  let sure = false; // the next submit goes through
  let leaving = false;

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.formTarget) return; // into another tab: the text stays here
    if (sure) {
      sure = false;
      leaving = true;
      return;
    }
    event.preventDefault();
    if (asking) return;
    asking = true;
    const [problem] = await ask(text, "", AbortSignal.timeout(PATIENCE));
    asking = false;
    sure = problem !== "logged-out";
    if (problem) refuse(problem === "logged-out" ? "kept" : "unsure");
    else form.requestSubmit(event.submitter);
  });

  /* Says why nothing was sent, where one looks: the button is far below the text. */
  function refuse(name) {
    const status = root.querySelector("[role=status]");
    say(name);
    status.tabIndex = -1;
    status.focus();
    status.scrollIntoView({ block: "center" });
  }

  // Back to a page that the browser kept.
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && state(form) !== saved) event.preventDefault();
  });
}

/* All that would be sent, to compare; but for the token, which changes by itself. */
function state(form) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  return JSON.stringify(fields.map(([name, value]) => [name, value.name ?? value]));
}
