"""The page cache app, which has one table."""

from django.apps import AppConfig


class PageCacheConfig(AppConfig):
    name = "pagecache"
