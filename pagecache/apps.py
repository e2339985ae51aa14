"""The page cache as an app: it has one table."""

from django.apps import AppConfig


class PageCacheConfig(AppConfig):
    name = "pagecache"
