"""What every template may use."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from blog.models import SiteSettings


def site(_request: HttpRequest) -> dict[str, object]:
    """`site`: the site's settings, read at their first use; `site_url`: its public address."""
    return {"site": SimpleLazyObject(load), "site_url": settings.SITE_URL}


def load() -> SiteSettings:
    """The site's settings; the defaults where even the page of an error has no database."""
    try:
        return SiteSettings.load()
    except DatabaseError:
        return SiteSettings()
