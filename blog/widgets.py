"""What the author's form is made of where Django's or a package's own part is not enough."""

from typing import Any

from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect
from django.forms.widgets import Script
from markdownx.widgets import AdminMarkdownxWidget

from blog.models import Picture


class TimeWidget(AdminSplitDateTime):
    """A day and a time, both described by the field's help and error: Django leaves that out."""

    use_fieldset = False

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any]) -> dict[str, Any]:
        described = attrs.get("aria-describedby")
        if described:  # the admin names the help after what the label is for
            named = described.replace(f"{attrs['id']}_helptext", f"{attrs['id']}_0_helptext")
            attrs = {**attrs, "aria-describedby": named}
        return super().get_context(name, value, attrs)


class LookUp(AutocompleteSelect):
    """A box that looks a row up; choosing none has a name here, which HTML asks for."""

    def optgroups(self, name: str, value: list[Any], attr: Any = None) -> list[Any]:
        groups: list[Any] = super().optgroups(name, value, attr)
        for option in groups[0][1]:
            option["label"] = option["label"] or "---------"  # as in Django's own lists
        return groups


class EditorWidget(AdminMarkdownxWidget):
    """The author's editor: django-markdownx's with our own script, template and look.

    A text area that `static/js/editor.js` turns into an editor.

    The package's script is left out: it traps Tab, breaks undo, shows error pages as previews and
    writes "Invalid response" into the text. Its stylesheet's rules would win over the page's.
    """

    class Media:
        extend = False
        css = {"all": ["css/prose.css", "css/editor.css"]}
        js = [Script("js/editor.js", type="module")]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """With the length that a picture's description may have."""
        limit = Picture._meta.get_field("alt").max_length
        return {**super().get_context(name, value, attrs), "alt_limit": limit}
