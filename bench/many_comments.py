"""Create any number of comments in bulk.

Import this after `site.prepared`: it uses the site's models.
"""

import random
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from django.db import connection
from django.utils import timezone

from bench.sample_data import texts
from blog.models import Post
from comments.models import Comment, Event

BATCH = 5_000
COMMON, RARE, ABSENT = "lantern", "quibble", "zeppelin"
EMAIL = "ada.quist@example.org"
# Of a thousand comments; a page of the queue has fifty.
STATUSES = ["pending"] * 100 + ["spam"] * 200 + ["trash"] * 100 + ["approved"] * 600


def create_comments(number: int) -> None:
    """Create comments with one event each, spread over all posts and a year."""
    comments = generate(Comment.objects.count(), number)
    while batch := list(islice(comments, BATCH)):
        created = Comment.objects.bulk_create(batch)
        Event.objects.bulk_create(
            Event(comment=comment, act=uuid.uuid4(), status_to=comment.status)
            for comment in created
        )
    with connection.cursor() as cursor:
        # PostgreSQL's autovacuum or the worker's daily job would do this.
        cursor.execute("ANALYZE")


def generate(first: int, number: int) -> Iterator[Comment]:
    """Yield unsaved comments.

    One in six contains the common word. In each call, five contain the rare word, and five have the
    e-mail address.
    """
    chance, posts, now = random.Random(first), list(Post.objects.all()), timezone.now()
    statuses, bodies = chance.sample(STATUSES, len(STATUSES)), list(islice(texts(20, 7), 500))
    pending = 0
    for n in range(first, first + number):
        status = statuses[n % len(statuses)]
        pending += status == "pending"
        body = bodies[n * 7 % len(bodies)] + (f" {COMMON}" if n % 6 == 0 else "")
        is_rare = first == 0 and status == "pending" and 10 < pending <= 15
        has_email = first == 0 and status == "pending" and 15 < pending <= 20
        body += f" {RARE}" if is_rare else ""
        yield Comment(
            post=posts[n % len(posts)],
            name=f"Person {n % 5000}",
            email=EMAIL if has_email else f"person{n % 5000}@example.com",
            website="https://example.com/" if n % 3 == 0 else "",
            body=body,
            body_html=f"<p>{body}</p>",
            address=f"203.0.{n % 113}.{n % 251}",
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            status=status,
            created_at=now - timedelta(days=365) + timedelta(seconds=31 * n),
            fingerprint=f"{n:064x}",
            receipt=f"{n:064x}",
        )
