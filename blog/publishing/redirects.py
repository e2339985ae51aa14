"""Redirects: an address that readers knew, or typed in capitals, leads to what it names."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.contrib.redirects.middleware import RedirectFallbackMiddleware
from django.contrib.redirects.models import Redirect
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseGone,
    HttpResponsePermanentRedirect,
)
from django.urls import Resolver404, resolve
from django.utils.encoding import escape_uri_path

from blog.models import Page, Post, Tag, Work
from core.text import normalize

MAX_PATH_LENGTH = 200  # characters; of `Redirect.old_path`


def public_path(row: Any) -> str:
    """Return the unquoted path of a post, page, tag or work; "" if readers never saw it."""
    rows = type(row).objects.filter(pk=row.pk)
    if hasattr(rows, "ever_published"):
        rows = rows.ever_published()
    else:  # tags and works have a page while they have posts
        rows = rows.filter(posts__in=Post.objects.ever_published())
    stored = rows.only("slug").first()
    return unquote(stored.get_absolute_url()) if stored else ""


def record_move(old_path: str, new_path: str) -> None:
    """Redirect from an old path to a new one: what `public_path` returned before and after a save.

    To be called in the transaction of the save. A path that something has, or had and may have
    again, is never redirected. No redirect leads to another one: a -> b -> c becomes a -> c, and
    going back to a leaves no loop.
    """
    redirects = Redirect.objects.filter(site_id=settings.SITE_ID)
    if new_path:
        redirects.filter(old_path=new_path).delete()
    # Only a path from before there was a limit (`blog/forms.py`) is longer than a row can hold.
    if old_path and new_path and old_path != new_path and len(old_path) <= MAX_PATH_LENGTH:
        redirects.filter(new_path=old_path).update(new_path=new_path)
        redirects.update_or_create(
            site_id=settings.SITE_ID, old_path=old_path, defaults={"new_path": new_path}
        )


def forget(rows: Iterable[Any]) -> None:
    """Delete the redirects that lead to rows which are about to be deleted."""
    paths = [unquote(row.get_absolute_url()) for row in rows]
    Redirect.objects.filter(site_id=settings.SITE_ID, new_path__in=paths).delete()


class RedirectMiddleware(RedirectFallbackMiddleware):
    """Django's, but with unquoted paths (Japanese ones fit) and what is below a path."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if response.status_code != 404 or "\0" in request.path:
            return response
        try:
            target = redirect_target(request)
        except DatabaseError:
            return response  # the page for an error needs no database
        if target is None:
            return response
        if not target:
            return HttpResponseGone()
        # A comment that is sent to the old address arrives whole at the new one.
        redirect = HttpResponsePermanentRedirect(
            target, preserve_request=request.method not in ("GET", "HEAD")
        )
        # Permanent for search engines; browsers ask each time, because addresses may come back.
        redirect["Cache-Control"] = "no-cache"
        return redirect


def redirect_target(request: HttpRequest) -> str | None:
    """Return where a request is redirected to; "" if the address is gone; None if nowhere."""
    target = stored_target(request, request.path)
    path = normalize(request.path).lower()  # as all addresses of the site are written
    if target is not None or path == request.path:
        return target
    if is_public(path):
        return with_query(escape_uri_path(path), request)
    return stored_target(request, path)


def is_public(path: str) -> bool:
    """Return True if readers find a page at an unquoted path, or what is below one."""
    try:
        parameters = resolve(path).kwargs
    except Resolver404:
        return False
    if "slug" not in parameters:
        return not parameters
    slug = parameters["slug"]
    named = (model(slug=slug) for model in (Post, Page, Tag, Work))
    row = next((row for row in named if path.startswith(unquote(row.get_absolute_url()))), None)
    return row is not None and public_rows(row).exists()


def public_rows(row: Any) -> QuerySet[Any]:
    """Return what readers see of the rows with the slug of this one."""
    rows = type(row).objects.filter(slug=row.slug)
    if isinstance(row, (Post, Page)):
        return rows.published()
    return rows.filter(posts__in=Post.objects.published())


def stored_target(request: HttpRequest, path: str) -> str | None:
    """Return what the rows of `Redirect` say of a path, or None."""
    full_path = request.get_full_path()
    parent = "/".join(path.split("/")[:3]) + "/"  # /reviews/rain/ of /reviews/rain/feed/
    rows = Redirect.objects.filter(
        site_id=settings.SITE_ID, old_path__in={full_path, path, f"{path}/", parent}
    )
    targets = dict(rows.values_list("old_path", "new_path"))
    for old_path in (full_path, path, f"{path}/"):
        if old_path in targets and targets[old_path] != path:
            return with_query(targets[old_path], request)
    target = targets.get(parent, "")
    # What is below a path moves along only within one section, such as from review to review.
    if target.split("/")[1:2] == parent.split("/")[1:2] and target != parent:
        return with_query(target + escape_uri_path(path.removeprefix(parent)), request)
    return None


def with_query(target: str, request: HttpRequest) -> str:
    """Return a target on this site with the query of the request, such as a page of comments."""
    query = request.META.get("QUERY_STRING", "")
    is_path = target.startswith("/") and not target.startswith("//") and "?" not in target
    return f"{target}?{query}" if query and is_path else target
