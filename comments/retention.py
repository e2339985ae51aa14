"""What is forgotten, and when: the daily purge."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from comments import found
from comments.models import Comment, CommentSettings, Event, Status

AT_ONCE = 100  # rows a transaction: nobody waits long for the write lock
PAUSE = 0.02  # seconds between two: others want to write, too
LOOKED_UP = 20_000  # rows at once, without the lock

Forget = Callable[[QuerySet[Comment]], object]


def purge(stopping: threading.Event | None = None) -> None:
    """Forgets what is too old by `CommentSettings`, as the privacy page promises; goes on the next
    day where it was stopped."""
    stopping = stopping or threading.Event()
    rules, now = CommentSettings.load(), timezone.now()
    for old, forget in (
        (with_address(now - timedelta(days=rules.keep_address_days)), forget_address),
        (with_sent(now - timedelta(days=rules.keep_sent_days)), forget_sent),
        *deleted(Status.SPAM, now - timedelta(days=rules.keep_spam_days)),
        *deleted(Status.TRASH, now - timedelta(days=rules.keep_trash_days)),
    ):
        in_portions(old, forget, stopping)
    found.put_right(stopping)


def with_address(before: datetime) -> QuerySet[Comment]:
    """Older comments whose IP address, browser's name or referring page is known."""
    known = Q(address__isnull=False) | ~Q(user_agent="") | ~Q(referrer="")
    return Comment.objects.filter(known, created_at__lt=before)


def forget_address(comments: QuerySet[Comment]) -> None:
    comments.update(address=None, user_agent="", referrer="")


def with_sent(before: datetime) -> QuerySet[Comment]:
    """Older comments of which it is known what Akismet was sent."""
    return Comment.objects.filter(sent__isnull=False, created_at__lt=before)


def forget_sent(comments: QuerySet[Comment]) -> None:
    comments.update(sent=None, headers={}, guid="")


def deleted(status: Status, before: datetime) -> list[tuple[QuerySet[Comment], Forget]]:
    """Comments long in a status that readers don't see; one with replies keeps its place, empty."""
    old = Comment.objects.annotate(since=Coalesce("decided_at", "created_at")).filter(
        status=status, since__lt=before
    )
    replies = Exists(Comment.objects.filter(parent=OuterRef("pk")))
    return [(old.filter(~replies), QuerySet.delete), (old.filter(replies).exclude(body=""), empty)]


def empty(comments: QuerySet[Comment]) -> None:
    """Leaves of comments their place alone: nothing that their authors sent, in no field."""
    Event.objects.filter(comment__in=comments).update(text="")
    said = ["name", "email", "website", "body", "body_html"]
    sent = ["user_agent", "referrer", "honeypot_value", "guid"]
    comments.update(address=None, sent=None, headers={}, **dict.fromkeys(said + sent, ""))
    found.changed(comments.values_list("pk", flat=True))


def in_portions(old: QuerySet[Comment], forget: Forget, stopping: threading.Event) -> None:
    """Applies `forget` to the rows, the oldest first, a few at a time.

    These are held meanwhile: what a moderator has just approved is not in `old` any more.
    """
    ids, last = old.order_by("pk").values_list("pk", flat=True), 0
    while found := list(ids.filter(pk__gt=last)[:LOOKED_UP]):
        last = found[-1]
        for first in range(0, len(found), AT_ONCE):
            if stopping.is_set():
                return
            with transaction.atomic():
                held = ids.filter(pk__in=found[first : first + AT_ONCE]).select_for_update()
                forget(Comment.objects.filter(pk__in=list(held)))
            stopping.wait(PAUSE)
