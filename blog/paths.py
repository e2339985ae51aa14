"""Paths of what has a slug: a list names some forty, and Django searches all patterns for each."""

from functools import cache, lru_cache
from urllib.parse import quote

from django.urls import reverse

SAFE = "!$&'()*+,;=/~:@"  # as `reverse` quotes: RFC 3986's sub-delims and more


@lru_cache(1000)
def path_of(name: str, slug: str) -> str:
    """What `reverse(name, args=[slug])` is, for a pattern that takes a slug and nothing else."""
    before, after = around(name)
    return f"{before}{quote(slug, safe=SAFE)}{after}"


@cache
def around(name: str) -> tuple[str, str]:
    """What stands before and after the slug in the paths of that pattern."""
    before, after = reverse(name, args=["a-slug"]).split("a-slug")
    return before, after
