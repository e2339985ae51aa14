/* The moderators' queue without reloading: the same forms, sent in the background. A comment leaves
   the list at once and comes back if the server refuses. Without this script the forms work too. */

const form = document.querySelector(".queue-form");
const list = form?.querySelector(".queue");
const cards = () => [...list.querySelectorAll(":scope > .moderation-item")];
const selected = () => cards().filter((card) => card.querySelector("[name=comment]")?.checked);
const current = () => list.querySelector(":scope > [aria-current=true]");
const shortcuts = document.getElementById("shortcuts");
let unanswered = 0; // acts that the server has yet to answer
const removed = new Map(); // the cards that were moved, by id, with the place that they had
const CHECK_FOR_NEW_SECONDS = 30;
let known = form ? numberInTab() : 0; // comments in this tab that the moderator knows of

// --- The current comment -------------------------------------------------------------------

function select(card, { focus = true, scroll = true } = {}) {
  current()?.removeAttribute("aria-current");
  if (!card) return;
  card.setAttribute("aria-current", "true");
  if (focus) card.focus({ preventScroll: true });
  if (scroll) card.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = cards();
  const at = all.indexOf(current());
  select(all[Math.min(Math.max(at + by, 0), all.length - 1)]);
}

// --- Acts ----------------------------------------------------------------------------------

async function send(target, fields) {
  const response = await fetch(target, { method: "POST", body: fields, redirect: "follow" });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return { response, result: page.getElementById("act-result"), tabs: page.querySelector(".tabs") };
}

function show({ result, tabs }) {
  document.getElementById("act-result").replaceChildren(...result.childNodes);
  document.querySelector(".tabs").replaceWith(tabs);
  known = numberInTab();
}

function numberInTab() {
  return parseInt(document.querySelector(".tabs [aria-current] .count").textContent, 10);
}

function fieldsOf(sentForm, button) {
  const fields = new FormData(sentForm, button);
  fields.set("in_place", "yes");
  return fields;
}

function takeOut(moving) {
  const all = cards();
  const after = all.slice(all.indexOf(moving.at(-1)) + 1).find((card) => !moving.includes(card));
  const before = all.findLast((card) => !moving.includes(card));
  const places = moving.map((card) => [card, card.nextElementSibling]);
  for (const card of moving) {
    const checkbox = card.querySelector("[name=comment]");
    if (checkbox) checkbox.checked = false;
    card.removeAttribute("aria-current");
    card.remove();
  }
  for (const place of places) removed.set(place[0].id, place);
  select(after ?? before);
  countSelected();
}

function putBack(ids) {
  for (const id of ids.toReversed()) {
    const [card, next] = removed.get(id) ?? [];
    if (!card) continue;
    list.insertBefore(card, next?.parentElement === list ? next : null);
    removed.delete(id);
  }
  select(cards().find((card) => ids.includes(card.id)));
}

async function act(button, moving) {
  const ids = moving.map((card) => card.id);
  const fields = fieldsOf(form, button);
  takeOut(moving);
  unanswered += 1;
  const answer = await send(form.action, fields).catch(() => null);
  unanswered -= 1;
  if (!answer?.result) {
    putBack(ids);
    form.requestSubmit(button); // the server's own page says what is wrong
    return;
  }
  show(answer);
  if (!cards().length && !unanswered) await refill();
}

// The next comments, or that there are none, with the undo of the last act still at hand.
async function refill() {
  const response = await fetch(location.href);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector(".queue");
  if (!fresh) {
    form.replaceWith(page.querySelector(".queue-empty") ?? "");
    document.querySelector("#act-result .notice")?.focus();
    return;
  }
  list.replaceChildren(...fresh.childNodes);
  form.elements.newest.value = page.querySelector("[name=newest]").value;
  select(cards()[0]);
}

async function undo(undoForm, button) {
  const answer = await send(undoForm.action, fieldsOf(undoForm, button)).catch(() => null);
  const ids = answer?.result?.dataset.moved.split(" ").filter(Boolean).map((id) => `comment-${id}`);
  if (!form.isConnected || !ids?.every((id) => removed.has(id))) {
    location.reload();
    return;
  }
  show(answer);
  putBack(ids);
}

form?.addEventListener("submit", (event) => {
  const button = event.submitter;
  const [name, id] = button?.value.split(":") ?? [];
  const moving = id ? [document.getElementById(`comment-${id}`)] : selected();
  const isForAll = !id && form.elements.all?.checked;
  if (button?.name !== "act" || !name || isForAll || !moving.length || button.dataset.tried) return;
  button.dataset.tried = "yes"; // a second try goes to the server's page
  event.preventDefault();
  act(button, moving).finally(() => delete button.dataset.tried);
});

document.addEventListener("submit", (event) => {
  const isUndo = list && event.target.closest("#act-result");
  if (!isUndo) return;
  event.preventDefault();
  undo(event.target, event.submitter);
});

// --- Selecting -----------------------------------------------------------------------------

function countSelected() {
  const count = form.querySelector(".bulk-count");
  count.dataset.words ??= count.textContent;
  count.textContent = `${count.dataset.words} ${selected().length || ""}`;
}

form?.addEventListener("change", countSelected);
form?.querySelector(".bulk-select").addEventListener("click", (event) => {
  event.preventDefault();
  const areAll = selected().length === cards().length;
  for (const card of cards()) card.querySelector("[name=comment]").checked = !areAll;
  countSelected();
});

// --- Keys ----------------------------------------------------------------------------------

const ACTS = { a: "approve", s: "spam", t: "reject", u: "restore" };
const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  x: () => current()?.querySelector("[name=comment]").click(),
  z: () => document.querySelector("#act-result form button")?.click(),
  r: () => open("#answer_body"),
  e: () => open("#id_body"),
  "?": () => shortcuts.showModal(),
};

function open(field) {
  const page = current()?.querySelector(".moderation-item-date");
  if (page) location.assign(page.href + field);
}

function press(event) {
  const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (isTyping || event.ctrlKey || event.altKey || event.metaKey || shortcuts.open) return;
  const key = event.key.toLowerCase();
  const name = ACTS[key];
  const place = event.shiftKey ? form.querySelector(".bulk-actions") : current();
  const button = name && place?.querySelector(`button[name=act][value^="${name}"]`);
  if (button) form.requestSubmit(button);
  else if (!name) KEYS[event.key]?.();
  if (name || KEYS[event.key]) event.preventDefault();
}

if (form && "shortcuts" in form.dataset) {
  const button = document.querySelector(".shortcuts-button");
  button.hidden = false;
  button.addEventListener("click", KEYS["?"]);
  document.addEventListener("keydown", press);
}

// --- What comes meanwhile ------------------------------------------------------------------

async function lookForNew() {
  if (document.hidden) return;
  const response = await fetch(form.dataset.counts, { redirect: "error" }).catch(() => null);
  if (!response?.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const tabs = page.querySelector(".tabs");
  if (!tabs) return;
  document.querySelector(".tabs").replaceWith(tabs);
  document.querySelector(".queue-new").hidden = numberInTab() <= known;
}

if (form) {
  form.classList.add("is-live");
  list.addEventListener("focusin", (event) => {
    select(event.target.closest(".moderation-item"), { focus: false, scroll: false });
  });
  list.addEventListener("pointerdown", (event) => {
    select(event.target.closest(".moderation-item"), { focus: false, scroll: false });
  });
  const target = location.hash && document.getElementById(location.hash.slice(1));
  select(cards().includes(target) ? target : cards()[0], { focus: false, scroll: false });
  setInterval(lookForNew, CHECK_FOR_NEW_SECONDS * 1000);
  document.addEventListener("visibilitychange", lookForNew); // back from another window
}
