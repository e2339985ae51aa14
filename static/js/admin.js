/* The admin's boxes that look things up (select2) carry no name of their own: each gets that of its
   field's label, and so does the field in which one types. */

const nameOf = (select) => document.querySelector(`label[for="${select.id}"]`);

function giveName(select) {
  const label = nameOf(select);
  const box = select.nextElementSibling;
  if (!label || !box?.matches(".select2-container")) return;
  label.id ||= `${select.id}_label`;
  for (const part of box.querySelectorAll("[role=combobox], [role=textbox], .select2-search__field")) {
    const value = part.querySelector(".select2-selection__rendered")?.id ?? "";
    part.setAttribute("aria-labelledby", `${label.id} ${value}`.trim());
  }
}

window.addEventListener("load", () => {
  const selects = document.querySelectorAll("select.admin-autocomplete");
  selects.forEach(giveName);
  window.django?.jQuery(document).on("select2:open", (event) => {
    const search = document.querySelector(".select2-container--open .select2-search__field");
    const label = nameOf(event.target)?.textContent.replace(/:$/, "");
    if (search && label) search.setAttribute("aria-label", label);
  });
});
