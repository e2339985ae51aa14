"""What every template may use."""

from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from blog.models import Page, SiteSettings
from blog.questions import Question
from pagecache.decorators import expire_at


def site(request: HttpRequest) -> dict[str, object]:
    """`site`: the site's settings, and `menu`: the standing pages that the menu names, both read
    at their first use; `here`: the path, where it can be one of the menu's; `site_url`: the site's
    public address."""
    return {
        "site": SimpleLazyObject(load),
        "menu": SimpleLazyObject(lambda: menu(request)),
        "here": here(request.path),
        "site_url": settings.SITE_URL,
    }


def load() -> SiteSettings:
    """The site's settings; the defaults where even the page of an error has no database."""
    try:
        return SiteSettings.load()
    except DatabaseError:
        return SiteSettings()


class Link(NamedTuple):
    """A place that the menu leads to."""

    address: str
    name: str


@Question
def named_in_menu():  # type: ignore[no-untyped-def]
    return Page.objects.in_menu()


def menu(request: HttpRequest) -> tuple[Link, ...]:
    """The pages in the menu; whoever draws it changes when the next one comes out."""
    try:
        named = named_in_menu()
    except DatabaseError:
        return ()
    for page in named:
        if page.is_scheduled:
            expire_at(request, page.published_at)
    return tuple(Link(page.get_absolute_url(), page.title) for page in named if page.is_published)


def here(path: str) -> str:
    """A path of one part, as the menu's have; "" for all others."""
    return path if path.count("/") == 2 else ""
