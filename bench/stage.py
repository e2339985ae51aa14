"""What stands on a fresh site before anybody comes: posts to comment on, and a moderator.

Read by the benchmark once the settings are there: it uses the site's own models.
"""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import close_old_connections
from django.utils import timezone

from blog.models import Post
from comments.apps import MODERATORS
from comments.models import Comment, Status

POSTS = 8
MODERATOR = "moderator"


def is_empty() -> bool:
    """Whether nobody's site is here: the benchmark never writes into one."""
    return not Post.objects.exists() and not get_user_model().objects.exists()


def build() -> tuple[list[str], str]:
    """Posts and a moderator; returns the posts' slugs and the moderator's password."""
    password = secrets.token_urlsafe(16)
    moderator = get_user_model().objects.create_user(MODERATOR, password=password)
    moderator.groups.add(Group.objects.get(name=MODERATORS))
    yesterday = timezone.now() - timedelta(days=1)
    slugs = [f"review-{number}" for number in range(1, POSTS + 1)]
    for slug in slugs:
        Post.objects.create(
            title=f"A {slug}",
            slug=slug,
            author=moderator,
            body="Seen.",
            spoiler_level="none",
            published_at=yesterday,
        )
    return slugs, password


def ids(**wanted: object) -> list[int]:
    """The ids of the comments with these values."""
    close_old_connections()
    return list(Comment.objects.filter(**wanted).values_list("pk", flat=True))


def checking() -> int:
    """How many comments still wait for the spam check."""
    return len(ids(status=Status.CHECKING))


def wait(is_over: Callable[[], bool], seconds: float) -> float | None:
    """How long it took until `is_over`; None if it did not come to that in time."""
    start = time.monotonic()
    while not is_over():
        if time.monotonic() - start > seconds:
            return None
        time.sleep(0.1)
    return time.monotonic() - start
