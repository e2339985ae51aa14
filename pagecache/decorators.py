"""Decorators with which views say that a page may be cached, and until when."""

import time
from collections.abc import Callable, Collection
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

EXPIRES_HEADER = "Verdict-Expires"  # from `mark_cacheable` to the middleware, which removes it
A_DAY = 24 * 3600  # seconds

View = Callable[..., HttpResponse]


def public_page(
    params: Collection[str] = (), expires: Callable[[], datetime | None] | None = None
) -> Callable[[View], View]:
    """Mark a view whose page is the same for every reader, so that the page is cached.

    `params` are the query parameters that the view knows; all others are ignored. `expires`
    returns the time (aware) at which the page will change, or None; it is called before the view
    reads the database. The view only accepts GET and HEAD. A response that has its own
    Cache-Control header, such as the preview of a draft, is not cached.
    """

    def decorate(view: View) -> View:
        @require_safe
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if expires:
                expire_at(request, expires())
            response = view(request, *args, **kwargs)
            return response if "Cache-Control" in response else mark_cacheable(request, response)

        wrapper.cache_params = frozenset(params)  # type: ignore[attr-defined]
        return wrapper

    return decorate


def expire_at(request: HttpRequest, moment: datetime | None) -> None:
    """Say, while a page is made, that it will change at a time (aware); None: it will not."""
    if moment:
        expires = moment.timestamp()
        request.page_expires = min(expires, getattr(request, "page_expires", expires))  # type: ignore[attr-defined]


def mark_cacheable(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let the middleware cache a page until it expires, for a day at most; return the response."""
    response[EXPIRES_HEADER] = str(getattr(request, "page_expires", time.time() + A_DAY))
    return response


@lru_cache(maxsize=2000)
def cache_params(path: str) -> frozenset[str] | None:
    """Return the query parameters that the public page at a path knows; None for other pages."""
    try:
        return getattr(resolve(path).func, "cache_params", None)
    except Resolver404:
        return None
