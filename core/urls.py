"""Absolute addresses, made from `SITE_URL` and never from the host of a request."""

from urllib.parse import urljoin

from django.conf import settings
from django.utils.encoding import iri_to_uri


def absolute_url(url: str) -> str:
    """Return a path of this site as an absolute address in ASCII; leave absolute ones unchanged."""
    return iri_to_uri(urljoin(settings.SITE_URL, url))
