"""The site's own address in front of ours: `SITE_URL`, never the request's host."""

from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

from blog.models import Post


def absolute(address: str) -> str:
    """A path of ours as a whole address, every sign of it ASCII; a whole one stays as it is."""
    return iri_to_uri(urljoin(settings.SITE_URL, address))


def lasting_id(post: Post, comment: int | None = None) -> str:
    """A name for a post, or for the comment of that number below it, that outlives a changed
    address: feed readers show an entry again whose id has changed.

    A tag URI (RFC 4151): our host, a day on which it was ours, and the number in the database.
    """
    host, day = urlsplit(settings.SITE_URL).hostname, post.created_at.date()
    return f"tag:{host},{day}:post/{post.pk}" + (f"/comment/{comment}" if comment else "")
