"""The words of rendered text."""

import re
from html import unescape

from django.utils.html import strip_tags

_PLACEHOLDER = re.compile(r'<(span|p) class="spoiler-placeholder">[^<]*</\1>')


def text_of(html: str) -> str:
    """Return the words of rendered HTML in one line, those of its spoilers included."""
    return " ".join(unescape(strip_tags(_PLACEHOLDER.sub("", html))).split())
