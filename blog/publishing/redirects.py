"""Addresses that moved: an address that readers knew goes on leading to what it named."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.redirects.middleware import RedirectFallbackMiddleware
from django.contrib.redirects.models import Redirect
from django.db import DatabaseError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseGone,
    HttpResponsePermanentRedirect,
)
from django.utils.encoding import escape_uri_path

from blog.models import Post


def known_address(row: Any) -> str:
    """The address, not percent-encoded, of a stored post, page, tag or work that readers find or
    once found, also while it is taken back; "" of what they never saw."""
    rows = type(row).objects.filter(pk=row.pk)
    if hasattr(rows, "ever_published"):
        rows = rows.ever_published()
    else:  # tags and works have a page while they have posts
        rows = rows.filter(posts__in=Post.objects.ever_published())
    found = rows.only("slug").first()
    return unquote(found.get_absolute_url()) if found else ""


def moved(before: str, after: str) -> None:
    """Leads from the address `before` to `after`, each what `known_address` says before and after
    a row is saved. Belongs in the transaction of that.

    What is there wins, and so does what was taken back and may return: no redirect leads away
    from it. None leads to another redirect, so that a -> b -> c becomes a -> c, and going back
    to a leaves no loop.
    """
    redirects = Redirect.objects.filter(site_id=settings.SITE_ID)
    if after:
        redirects.filter(old_path=after).delete()
    # Only an address from before there was a limit (`blog.forms`) is longer than a row holds.
    if before and after and before != after and len(before) <= 200:
        redirects.filter(new_path=before).update(new_path=after)
        redirects.update_or_create(
            site_id=settings.SITE_ID, old_path=before, defaults={"new_path": after}
        )


def gone(rows: Iterable[Any]) -> None:
    """Forgets the redirects that lead to rows which are about to be deleted."""
    addresses = [unquote(row.get_absolute_url()) for row in rows]
    Redirect.objects.filter(site_id=settings.SITE_ID, new_path__in=addresses).delete()


class Redirects(RedirectFallbackMiddleware):
    """Django's, but it compares addresses as they are read: percent-encoded, a Japanese one is
    longer than a row holds. What hangs below an address (its feed) moves with it."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code != 404 or "\0" in request.path:
            return response
        try:
            target = new_address(request)
        except DatabaseError:
            return response  # a page that is not found needs no database
        if target is None:
            return response
        if not target:
            return HttpResponseGone()
        # A comment that is sent to the old address arrives at the new one, whole.
        moved = HttpResponsePermanentRedirect(
            target, preserve_request=request.method not in ("GET", "HEAD")
        )
        # Permanent for those who index, but a browser asks each time: addresses come back.
        moved["Cache-Control"] = "no-cache"
        return moved


def new_address(request: HttpRequest) -> str | None:
    """Where the thing asked for has moved to, with its query; "" where the owner calls it gone;
    None where no redirect tells. One question to the database."""
    full, path = request.get_full_path(), request.path
    above = "/".join(path.split("/")[:3]) + "/"  # /reviews/rain/ of /reviews/rain/feed/
    rows = Redirect.objects.filter(
        site_id=settings.SITE_ID, old_path__in={full, path, f"{path}/", above}
    )
    targets = dict(rows.values_list("old_path", "new_path"))
    for asked in (full, path, f"{path}/"):
        if asked in targets and targets[asked] != path:
            return with_query(targets[asked], request)
    target = targets.get(above, "")
    # Only what moves among its own kind, as from review to review, takes along what is below it.
    if target.split("/")[1:2] == above.split("/")[1:2] and target != above:
        return with_query(target + escape_uri_path(path.removeprefix(above)), request)
    return None


def with_query(target: str, request: HttpRequest) -> str:
    """A target of this site with the query that was asked for: the page of comments, say."""
    query = request.META.get("QUERY_STRING", "")
    is_here = target.startswith("/") and not target.startswith("//") and "?" not in target
    return f"{target}?{query}" if query and is_here else target
