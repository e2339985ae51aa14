"""What every template may use."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from blog.models import Page, SiteSettings, site_settings
from pagecache.decorators import expire_at
from pagecache.version import cached_per_version


def site(request: HttpRequest) -> dict[str, object]:
    """Return `site` and `menu`, which are read when first used, and `site_url`, the address."""
    return {
        "site": SimpleLazyObject(load_site),
        "menu": SimpleLazyObject(lambda: menu(request)),
        "site_url": settings.SITE_URL,
    }


def load_site() -> SiteSettings:
    """Return the site's settings; the defaults if the database does not answer."""
    try:
        return site_settings()
    except DatabaseError:  # the page that says so shows them, too
        return SiteSettings()


def menu(request: HttpRequest) -> list[Page]:
    """Return the published pages in the menu; let the page expire with the next one."""
    try:
        pages = pages_in_menu()
    except DatabaseError:
        return []
    for page in pages:
        if page.is_scheduled:
            expire_at(request, page.published_at)
    return [page for page in pages if page.is_published]


@cached_per_version
def pages_in_menu() -> list[Page]:
    """Return the pages in the menu, whether they are published or not."""
    return list(Page.objects.in_menu())
