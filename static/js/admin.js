/* The admin's boxes that look things up (select2) carry no name of their own: each gets that of its
   field's label, and so does the field in which one types. */

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
  const words = label(event.target)?.textContent.replace(/:$/, "");
  if (search && words) search.setAttribute("aria-label", words);
}

// The button that clears a whole list would stand in the list, where only its items belong.
for (const many of document.querySelectorAll("select[multiple].admin-autocomplete")) {
  many.dataset.allowClear = "false";
}

// Django makes the boxes in a handler of the same kind, added before this one.
$?.(() => {
  document.querySelectorAll("select.admin-autocomplete").forEach(nameBox);
  $(document).on("select2:open", nameSearch);
});
