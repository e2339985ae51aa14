"""Parts of pages that depend on a few values alone."""

from typing import Any

from django.template import Library
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from blog import moulds

register = Library()


@register.simple_tag
def drawn_once(template: str, /, **values: Any) -> SafeString:
    """Includes a template that knows nothing but these values (hashable ones); what it makes of
    the same ones is remembered."""
    return mark_safe(drawn(template, *sorted(values.items())))  # noqa: S308  (a template's own HTML)


@moulds.kept
def drawn(template: str, *values: tuple[str, Any]) -> str:
    return render_to_string(template, dict(values))
