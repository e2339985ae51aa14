/* The admin's autocomplete widgets (select2) have no accessible name. This script gives each widget
   and its search field the name of the form field's label. */

const $ = window.django?.jQuery;
const label = (select) => document.querySelector(`label[for="${select.id}"]`);

function nameBox(select) {
  const box = select.nextElementSibling;
  if (!label(select) || !box?.matches(".select2-container")) return;
  label(select).id ||= `${select.id}_label`;
  for (const part of box.querySelectorAll("[role=combobox], [role=textbox], [type=search]")) {
    const value = part.querySelector("[id$=-container]")?.id ?? "";
    part.setAttribute("aria-labelledby", `${label(select).id} ${value}`.trim());
  }
}

function nameSearch(event) {
  const search = document.querySelector(".select2-container--open [type=search]");
  const name = label(event.target)?.textContent.replace(/:$/, "");
  if (search && name) search.setAttribute("aria-label", name);
}

// The button that clears a selection would be a child of the list, where ARIA allows only items.
for (const select of document.querySelectorAll("select[multiple].admin-autocomplete")) {
  select.dataset.allowClear = "false";
}

// Django creates the widgets in a ready handler too, which was added before this one.
$?.(() => {
  document.querySelectorAll("select.admin-autocomplete").forEach(nameBox);
  $(document).on("select2:open", nameSearch);
});

// Django's suggestion of a slug leaves out combining marks, and with them the vowels of Hindi and
// Thai. The server makes the same of a title (markup/slugs.py).
if (window.URLify) {
  const suggest = window.URLify;
  window.URLify = (text, length, allowUnicode) => allowUnicode
    ? text.normalize("NFC").toLowerCase().replace(/[^-_\p{L}\p{M}\p{N}\s]/gu, "")
      .trim().replace(/[-\s]+/g, "-").substring(0, length).replace(/^[-_]+|[-_]+$/g, "")
    : suggest(text, length, allowUnicode);
}
