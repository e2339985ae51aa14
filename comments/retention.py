"""The daily purge of data that the site has promised to delete."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from blog.models import SiteSettings
from comments.models import Comment, CommentSettings, Event, Report, RuleField, Status

BATCH_SIZE = 100  # rows in one transaction, so that nobody waits long for the write lock
PAUSE = 0.02  # seconds between two transactions, in which others can write
LOOKUP_SIZE = 20_000  # ids to look up at once, without a lock

# An address, a browser's name and a referring page; and what went to Akismet and came back.
NO_ADDRESS: dict[str, Any] = {"address": None, "user_agent": "", "referrer": ""}
NO_REQUEST: dict[str, Any] = {"akismet_request": None, "akismet_headers": {}, "guid": ""}

HAS_REPLIES = Exists(Comment.objects.filter(parent=OuterRef("pk")))

Change = Callable[[QuerySet[Comment]], object]


def purge(stopping: threading.Event | None = None) -> None:
    """Delete what is older than the privacy page promises, until `stopping` is set."""
    stopping = stopping or threading.Event()
    rules, now = CommentSettings.load(), timezone.now()
    keep_address_days = SiteSettings.load().keep_address_days
    with_address = Comment.objects.filter(
        Q(address__isnull=False) | ~Q(user_agent="") | ~Q(referrer=""),
        created_at__lt=now - timedelta(days=keep_address_days),
    )
    with_request = Comment.objects.filter(
        akismet_request__isnull=False, created_at__lt=now - timedelta(days=rules.keep_sent_days)
    )
    for comments, change in (
        (with_address, forget_addresses),
        (with_request, lambda batch: batch.update(**NO_REQUEST)),
        *expired(Status.SPAM, now - timedelta(days=rules.keep_spam_days)),
        *expired(Status.TRASH, now - timedelta(days=rules.keep_trash_days)),
    ):
        in_batches(comments, change, stopping)
    Report.objects.filter(at__lt=now - timedelta(days=rules.keep_report_days)).delete()


def forget_addresses(comments: QuerySet[Comment]) -> None:
    """Remove the IP addresses of comments, and that a rule with such an address applied."""
    comments.filter(rule__field=RuleField.ADDRESS).update(rule=None)
    comments.update(**NO_ADDRESS)


def expired(status: Status, before: datetime) -> list[tuple[QuerySet[Comment], Change]]:
    """Return expired comments and how to remove them; those with replies keep their place."""
    old = Comment.objects.annotate(since=Coalesce("decided_at", "created_at")).filter(
        status=status, since__lt=before
    )
    return [
        (old.filter(~HAS_REPLIES), QuerySet.delete),
        (old.filter(HAS_REPLIES).exclude(body=""), blank_out),
    ]


def remove(comments: QuerySet[Comment]) -> int:
    """Remove comments for good, in the caller's transaction; return how many were removed.

    Those with replies keep their place.
    """
    locked = list(comments.select_for_update().values_list("pk", flat=True))
    some = Comment.objects.filter(pk__in=locked)
    blank_out(some.filter(HAS_REPLIES))
    some.filter(~HAS_REPLIES).delete()
    return len(locked)


def blank_out(comments: QuerySet[Comment]) -> None:
    """Remove everything that the authors of the comments have sent, from every field."""
    events = Event.objects.filter(comment__in=comments)
    events.update(text="")
    events.filter(by=None).update(why="")  # a rule may be an email address
    Report.objects.filter(comment__in=comments).delete()
    typed = (
        "name",
        "email",
        "website",
        "body",
        "body_html",
        "search_text",
        "honeypot_value",
        "reason",
    )
    nothing: dict[str, Any] = {"rule": None, "likelihood_words": {}}
    comments.update(**dict.fromkeys(typed, ""), **nothing, **NO_ADDRESS, **NO_REQUEST)


def in_batches(comments: QuerySet[Comment], change: Change, stopping: threading.Event) -> None:
    """Apply `change` in batches, each locked and looked up again in case one was approved."""
    ids, last = comments.order_by("pk").values_list("pk", flat=True), 0
    while some_ids := list(ids.filter(pk__gt=last)[:LOOKUP_SIZE]):
        last = some_ids[-1]
        for start in range(0, len(some_ids), BATCH_SIZE):
            if stopping.is_set():
                return
            with transaction.atomic():
                batch = ids.filter(pk__in=some_ids[start : start + BATCH_SIZE])
                locked = list(batch.select_for_update())
                change(Comment.objects.filter(pk__in=locked))
            stopping.wait(PAUSE)
