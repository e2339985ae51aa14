"""The addresses of the pages of a list."""

from typing import Any
from urllib.parse import quote, urlencode

from django import template
from django.template import Context

register = template.Library()


@register.simple_tag(takes_context=True)
def page_address(context: Context, number: int) -> str:
    """Return the address of a page of the list that a template shows.

    It is the `address` in the context, with the search query `q` if there is one. The first page
    has no number.
    """
    params: dict[str, Any] = {"q": context.get("q"), "page": number if number > 1 else None}
    query = urlencode({name: value for name, value in params.items() if value}, quote_via=quote)
    return f"{context['address']}?{query}" if query else str(context["address"])
