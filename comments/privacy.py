"""What is forgotten, and when: the daily purge."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from comments.models import Comment, CommentSettings, Event, Status

AT_ONCE = 500  # rows a statement: nobody waits long for the write lock


def purge() -> None:
    """Forgets what is too old by `CommentSettings`, as the privacy page promises."""
    rules, now = CommentSettings.load(), timezone.now()
    forget_addresses(now - timedelta(days=rules.keep_address_days))
    forget_sent(now - timedelta(days=rules.keep_sent_days))
    delete(Status.SPAM, now - timedelta(days=rules.keep_spam_days))
    delete(Status.TRASH, now - timedelta(days=rules.keep_trash_days))


def forget_addresses(before: datetime) -> None:
    """IP address, browser's name and referring page of older comments."""
    known = Q(address__isnull=False) | ~Q(user_agent="") | ~Q(referrer="")
    old = Comment.objects.filter(known, created_at__lt=before)
    in_portions(old, lambda some: some.update(address=None, user_agent="", referrer=""))


def forget_sent(before: datetime) -> None:
    """What Akismet was sent about older comments."""
    old = Comment.objects.filter(sent__isnull=False, created_at__lt=before)
    in_portions(old, lambda some: some.update(sent=None, headers={}, guid=""))


def delete(status: Status, before: datetime) -> None:
    """Comments long in a status that readers don't see; one with replies keeps its place, empty."""
    old = Comment.objects.annotate(since=Coalesce("decided_at", "created_at")).filter(
        status=status, since__lt=before
    )
    replies = Exists(Comment.objects.filter(parent=OuterRef("pk")))
    in_portions(old.filter(~replies), lambda some: some.delete())
    in_portions(old.filter(replies).exclude(body=""), empty)


def empty(comments: QuerySet[Comment]) -> None:
    """Leaves of comments their place alone: nothing that their authors sent, in no field."""
    Event.objects.filter(comment__in=comments).update(text="")
    said = ["name", "email", "website", "body", "body_html"]
    sent = ["user_agent", "referrer", "honeypot_value", "guid"]
    comments.update(address=None, sent=None, headers={}, **dict.fromkeys(said + sent, ""))


def in_portions(old: QuerySet[Comment], forget: Callable[[QuerySet[Comment]], object]) -> None:
    """Applies `forget` to the rows a few at a time, until there are none.

    The rows are held meanwhile: what a moderator has just approved is not in `old` any more.
    """
    rows = old.order_by("pk").values_list("pk", flat=True)
    more = True
    while more:
        with transaction.atomic():
            ids = list(rows.select_for_update()[:AT_ONCE])
            forget(Comment.objects.filter(pk__in=ids))
        more = len(ids) == AT_ONCE
