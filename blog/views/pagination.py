"""Lists in pages: what `?page=` asks for."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

POSTS_PER_PAGE = 10  # WordPress's default


def paginate(
    request: HttpRequest, rows: "QuerySet[Any] | list[Any]", per_page: int = POSTS_PER_PAGE
) -> "Page[Any]":
    """Return the page that `?page=` asks for; raise Http404 if the list does not have it."""
    number = page_number(request, "page")
    page = Paginator(rows, per_page).get_page(number)
    if page.number != number:
        raise Http404
    return page


def page_number(request: HttpRequest, name: str) -> int:
    """Return the page asked for, 1 without one; raise Http404 for anything but 2, 3, ..."""
    text = request.GET.get(name)
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 7 and str(int(text)) == text):
        raise Http404
    if int(text) < 2:
        raise Http404
    return int(text)
