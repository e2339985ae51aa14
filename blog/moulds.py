"""Parts of pages that are drawn again and again: drawn once as a mould, with places left open.

Filling a mould takes a thirtieth of the time of drawing its template. A mould depends on nothing
but its shape, what is told by the arguments of the function that makes it, so it is never old: what
differs in every text goes into the places.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache, wraps
from html import escape
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

KEPT = 500  # moulds that one function made; all that there can be of a site's posts are some 200
OPEN, CLOSE = "\ue000", "\ue001"  # private signs around a place, while a template is drawn
PLACE = re.compile(f"{OPEN}(\\w+){CLOSE}")


def kept(make: Callable[..., str]) -> Callable[..., str]:
    """Remembers what a function makes of its arguments, for each language; not in development,
    where templates change."""
    remembered = lru_cache(KEPT)(lambda _language, *shape: make(*shape))

    @wraps(make)
    def found(*shape: Any) -> str:
        return make(*shape) if settings.DEBUG else remembered(get_language(), *shape)

    return found


def open_place(name: str) -> SafeString:
    """What stands for a place while a template is drawn."""
    return mark_safe(f"{OPEN}{name}{CLOSE}")  # noqa: S308  (all of it is our own HTML)


def draw(template: str, *places: str, **context: Any) -> str:
    """A template drawn with these variables left open, as a mould for `fill`."""
    left_open = {place: open_place(place) for place in places}
    drawn = render_to_string(template, {**context, **left_open})
    return PLACE.sub(r"%(\1)s", drawn.replace("%", "%%"))


def filled(template: str, values: Mapping[str, Any], **shape: Hashable) -> SafeString:
    """A template's HTML with these values, each escaped, from its mould of this shape."""
    return fill(mould_of(template, tuple(values), *shape.items()), values)


@kept
def mould_of(template: str, places: tuple[str, ...], *shape: tuple[str, Hashable]) -> str:
    return draw(template, *places, **dict(shape))


def fill(mould: str, values: Mapping[str, Any]) -> SafeString:
    """The HTML that a mould makes of the values of its places; each is escaped as in a template."""
    escaped = {
        place: value if type(value) in (SafeString, int) else escape(str(value))
        for place, value in values.items()
    }
    return mark_safe(mould % escaped)  # noqa: S308  (all of it is escaped)
