"""The widgets of the author's forms."""

from typing import Any

from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect
from django.forms.widgets import Script
from markdownx.widgets import AdminMarkdownxWidget

from blog.models import Picture


class DateTimeWidget(AdminSplitDateTime):
    """A date and a time that, unlike Django's, both refer to help text and errors."""

    use_fieldset = False

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        described_by = attrs.get("aria-describedby")
        if described_by:  # the admin gives the help text the id of the labelled input
            described_by = described_by.replace(
                f"{attrs['id']}_helptext", f"{attrs['id']}_0_helptext"
            )
            attrs = {**attrs, "aria-describedby": described_by}
        return super().get_context(name, value, attrs)


class LookupSelect(AutocompleteSelect):
    """An autocomplete box whose empty option has a label, which valid HTML requires."""

    def optgroups(self, name: str, value: list[Any], attr: Any = None) -> list[Any]:
        groups: list[Any] = super().optgroups(name, value, attr)
        for option in groups[0][1]:
            option["label"] = option["label"] or "---------"  # as in Django's own selects
        return groups


class EditorWidget(AdminMarkdownxWidget):
    """The editor of django-markdownx with our own script, template and styles.

    The package's script is left out: it traps the Tab key, breaks undo, shows error pages as
    previews and writes "Invalid response" into the text. Its styles would override the page's.
    """

    class Media:
        extend = False
        css = {"all": ["css/prose.css", "css/editor.css"]}
        js = [Script("js/editor.js", type="module")]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the maximum length of a picture's alternative text."""
        limit = Picture._meta.get_field("alt").max_length
        return {**super().get_context(name, value, attrs), "alt_limit": limit}
