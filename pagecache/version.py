"""The version of all cached pages: a random token in the database.

Every change that readers can see writes a new token in its own transaction. A page is cached with
the token that was read *before* it was rendered, and served only while that token is still the
current one. So no process can keep or revive an old page.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TypeVar

from django.db import DatabaseError, connection, transaction

from pagecache.models import CacheVersion

T = TypeVar("T")

# The version that was read before the current page was rendered; None while no page is rendered.
_rendered_version: ContextVar[str | None] = ContextVar("rendered_version", default=None)


def invalidate_pages() -> None:
    """Make every cached page out of date, in every process, once the transaction commits.

    Raise TransactionManagementError outside of a transaction: the change and the new version must
    become visible together.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "invalidate_pages() must be called in the transaction of the change."
        )
    CacheVersion.objects.bulk_create(
        [CacheVersion(pk=1, token=secrets.token_hex(16))],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["token"],
    )


def current_version() -> str | None:
    """Return the current version; None if there is none yet or the database does not answer."""
    for _attempt in range(2):
        try:
            # There is one row at most, and filter().first() would take three times as long.
            return next(iter(CacheVersion.objects.values_list("token", flat=True)), None)
        except DatabaseError:
            connection.close()  # the server may have been restarted: try a new connection once
    return None


def create_version() -> str | None:
    """Write the first version of a new database and return it; None if that is not possible now."""
    try:
        with transaction.atomic():
            invalidate_pages()
    except DatabaseError:
        return None
    return current_version()


@contextmanager
def rendering(version: str | None) -> Iterator[None]:
    """Render a page with the version that was read before."""
    token = _rendered_version.set(version)
    try:
        yield
    finally:
        _rendered_version.reset(token)


def cached_per_version(function: Callable[[], T]) -> Callable[[], T]:
    """Cache the return value of a function until the version of all pages changes.

    It is for what only changes together with the pages, such as the site's settings. Only the
    rendering of a public page uses the remembered value.
    """
    cached: list[tuple[str, T]] = []

    @wraps(function)
    def wrapper() -> T:
        version = _rendered_version.get()
        if version is None:
            return function()
        entry = cached[0] if cached else None  # another thread may replace it at any time
        if entry is None or entry[0] != version:
            entry = version, function()
            cached[:] = [entry]
        return entry[1]

    return wrapper
