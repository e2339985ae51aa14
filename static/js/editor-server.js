/* Requests to the server: the preview, the check whether the author is still logged in, uploads. */

const LOGIN_CHECK_TIMEOUT = 10_000; // milliseconds

/* Post form fields. Reject if the server can't be reached. */
export function post(text, url, fields, signal) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const headers = { "X-CSRFToken": token(text.form) };
  return fetch(url, { method: "POST", body, headers, signal });
}

/* Return the cookie's CSRF token. After a login in another tab, the form's own is not valid. */
function token(form) {
  const field = form.elements.csrfmiddlewaretoken;
  const cookie = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie);
  if (cookie) field.value = cookie[1];
  return field.value;
}

/* Keep the preview and the length up to date. After an error, the last good ones stay. */
export function startPreview({ root, text, say }) {
  const pane = root.querySelector(".markdownx-preview");
  let latest = 0; // number of the latest request
  let timer;
  let problem = "";

  async function show() {
    const number = ++latest;
    const [newProblem, answer] = await requestPreview(text, text.value);
    if (number !== latest) return; // there is a later request
    if (answer) {
      root.querySelector(".markdownx-length").replaceChildren(...answer.length.childNodes);
      pane.replaceChildren(answer.page);
    }
    if (newProblem || problem) say(newProblem);
    problem = newProblem;
  }

  text.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, Number(text.dataset.markdownxLatency));
  });
  // The author may have logged in in another tab.
  window.addEventListener("focus", () => problem && show());
  show();
}

/* Return the name of a problem, "" if there is none, and the preview of `content`. */
async function requestPreview(text, content, signal) {
  try {
    const response = await post(text, text.dataset.markdownxUrlsPath, { content }, signal);
    if (response.status === 403) return ["logged-out"];
    const answer = document.createElement("template");
    answer.innerHTML = response.status === 200 ? await response.text() : "";
    const length = answer.content.lastElementChild;
    if (length?.className !== "preview-length") return ["failed"]; // not a preview
    length.remove();
    return ["", { page: answer.content, length }];
  } catch {
    return ["unreachable"];
  }
}

/* Submit the form only while its author is logged in. Ask before unsaved changes are lost. */
export function guardForm(form, { root, text, say }) {
  // A form with errors was not saved.
  const saved = form.querySelector(".errorlist") ? "" : state(form);
  let checking = false;
  let allowed = false; // true lets the next submit through
  let leaving = false;

  form.addEventListener("submit", async (event) => {
    if (event.submitter?.formTarget) return; // opens another tab, this page stays
    if (allowed) {
      allowed = false;
      leaving = true;
      return;
    }
    event.preventDefault();
    if (checking) return;
    checking = true;
    const [problem] = await requestPreview(text, "", AbortSignal.timeout(LOGIN_CHECK_TIMEOUT));
    checking = false;
    allowed = problem !== "logged-out";
    if (problem) refuse(problem === "logged-out" ? "kept" : "unsure");
    else form.requestSubmit(event.submitter);
  });

  /* Say beside the text why nothing was sent: the button is far below it. */
  function refuse(name) {
    const status = root.querySelector("[role=status]");
    say(name);
    status.tabIndex = -1;
    status.focus();
    status.scrollIntoView({ block: "center" });
  }

  // The browser shows a page from its back/forward cache.
  window.addEventListener("pageshow", () => (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && state(form) !== saved) event.preventDefault();
  });
}

/* Return the form's data as a string to compare. Leave out the CSRF token, which changes. */
function state(form) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrfmiddlewaretoken");
  return JSON.stringify(fields.map(([name, value]) => [name, value.name ?? value]));
}
