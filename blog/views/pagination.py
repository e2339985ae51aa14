"""Lists in pages: what `?page=` asks for."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest

from blog import reading

POSTS_PER_PAGE = 10  # WordPress's default


def posts_page(request: HttpRequest, posts: Any) -> Page[Any]:
    """The part of a list of posts that `?page=` asks for, with all that cards show of them."""
    keys = posts if isinstance(posts, reading.Listed) else posts.values_list("pk", flat=True)
    return page_of(request, keys, POSTS_PER_PAGE, reading.cards)


def page_of(
    request: HttpRequest, keys: Any, size: int, read: Callable[[list[int]], list[Any]]
) -> Page[Any]:
    """The part of a list that `?page=` asks for; Http404 for a page that it does not have.

    The keys come first: SQLite would carry the whole texts of all rows before it in its sorting.
    `read` gives the rows of some keys, in their order.
    """
    asked = page_number(request, "page")
    page = Paginator(keys, size).get_page(asked)
    if page.number != asked:
        raise Http404
    page.object_list = read(list(page.object_list))
    return page


def page_number(request: HttpRequest, name: str) -> int:
    """The page that a parameter asks for, 1 without one; Http404 for anything but 2, 3, ..."""
    text = request.GET.get(name)
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 7 and str(int(text)) == text):
        raise Http404
    if int(text) < 2:
        raise Http404
    return int(text)
