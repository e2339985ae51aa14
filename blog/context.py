"""What every template may use."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from blog import pages
from blog.models import Page, SiteSettings


def site(request: HttpRequest) -> dict[str, object]:
    """`site`: the site's settings, and `menu`: the standing pages that the menu names, both read
    at their first use; `site_url`: the site's public address."""
    return {
        "site": SimpleLazyObject(load),
        "menu": SimpleLazyObject(lambda: menu(request)),
        "site_url": settings.SITE_URL,
    }


def load() -> SiteSettings:
    """The site's settings; the defaults where even the page of an error has no database."""
    try:
        return SiteSettings.load()
    except DatabaseError:
        return SiteSettings()


def menu(request: HttpRequest) -> list[Page]:
    """The pages in the menu; whoever draws it changes when the next one comes out."""
    try:
        named = list(Page.objects.in_menu())
    except DatabaseError:
        return []
    for page in named:
        if page.is_scheduled:
            pages.limit(request, page.published_at)
    return [page for page in named if page.is_published]
