"""Parts of pages that depend on a few values alone."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from blog import moulds

register = template.Library()


@register.simple_tag
def drawn_once(name: str, **values: Any) -> SafeString:
    """Includes a template that knows nothing but these values (hashable ones); what it makes of
    the same ones is remembered."""
    return mark_safe(drawn(name, *sorted(values.items())))  # noqa: S308  (a template's own HTML)


@moulds.kept
def drawn(name: str, *values: tuple[str, Any]) -> str:
    return render_to_string(name, dict(values))
