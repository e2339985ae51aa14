"""The page cache between two tests."""

from django.core.cache import cache

from pagecache import middleware


def forget_pages() -> None:
    """Empties the page cache: of this process, and the one that processes share."""
    middleware.store.clear()
    middleware.is_allowed_host.cache_clear()
    cache.clear()
