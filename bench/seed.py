"""Create what a prepared site contains before it is measured: an owner and a few posts.

Import this after `site.prepared`: it uses the site's models.
"""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import close_old_connections
from django.utils import timezone

from bench import site
from blog.models import Post
from comments.models import Comment, Status
from tests.support.moderator_client import ModeratorClient

OWNER = "owner"
SLUGS = [f"review-{number}" for number in range(1, 9)]


def require_empty_database() -> None:
    """Raise RuntimeError if DATABASE_URL names a database that contains a site."""
    if Post.objects.exists() or get_user_model().objects.exists():
        raise RuntimeError("DATABASE_URL names a database with a site. It must be an empty one.")


def create_owner() -> str:
    """Create a superuser, who may moderate and upload; return the password."""
    password = secrets.token_urlsafe(16)
    get_user_model().objects.create_superuser(OWNER, password=password)
    return password


def create_posts() -> None:
    """Create eight short posts."""
    author = get_user_model().objects.get(username=OWNER)
    for slug in SLUGS:
        Post.objects.create(
            title=f"A {slug}",
            slug=slug,
            author=author,
            body="Seen.",
            spoiler_level="none",
            published_at=timezone.now() - timedelta(days=1),
        )


def log_in(password: str) -> ModeratorClient:
    """Return a client of the running site with the owner's session."""
    return ModeratorClient(site.url(), OWNER, password)


def comment_ids(**values: object) -> list[int]:
    """Return the ids of the comments with these values, oldest first."""
    close_old_connections()
    comments = Comment.objects.filter(**values).order_by("pk")
    return list(comments.values_list("pk", flat=True))


def count_unchecked() -> int:
    """Return how many comments are waiting for the spam check."""
    return len(comment_ids(status=Status.CHECKING))


def wait_until(happened: Callable[[], bool], seconds: float) -> float:
    """Wait until something has happened and return how long it took, in seconds.

    Raise RuntimeError after `seconds`.
    """
    start = time.monotonic()
    while not happened():
        if time.monotonic() - start > seconds:
            raise RuntimeError(f"It did not happen within {seconds:.0f} s.")
        time.sleep(0.1)
    return time.monotonic() - start
