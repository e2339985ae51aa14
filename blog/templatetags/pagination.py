"""What the templates of lists share."""

from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def page_address(context: Context, number: int) -> str:
    """The address of a page of the present list: its `address`, with the words searched for (`q`)
    where there are any; the first page has no number."""
    known: dict[str, Any] = {"q": context.get("q"), "page": number if number > 1 else None}
    query = urlencode({name: value for name, value in known.items() if value}, quote_via=quote)
    return f"{context['address']}?{query}" if query else str(context["address"])
