"""The author's editor: django-markdownx's widget with our own script, template and look."""

from typing import Any

from django.forms.widgets import Script
from markdownx.widgets import AdminMarkdownxWidget

from blog.models import Picture


class EditorWidget(AdminMarkdownxWidget):
    """A text area that `static/js/editor.js` turns into an editor.

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
