"""The only door between statuses. Every passage is a conditional UPDATE and leaves an event."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.questions import insert
from blog.rendering import renderer_version
from comments import found
from comments.forms import render_body
from comments.models import Comment, Event, Result, Status
from pagecache.version import invalidate_pages

AT_ONCE = 500  # comments a transaction of the worker's: nobody waits long for the write lock
Person = User | None
# The machine's part is over once a person has looked: what would go back to it waits for a person.
WAITS_AGAIN = {"": Status.PENDING, Status.CHECKING: Status.PENDING}


def enter(comment: Comment, status: Status, reason: str) -> None:
    """A new comment's first status. Belongs in the transaction of its submission."""
    comment.status = status
    comment.reason = reason
    comment.next_check_at = comment.created_at if status == Status.CHECKING else None
    insert(comment)
    insert(Event(comment=comment, act=uuid.uuid4(), by=comment.user, status_to=status, why=reason))
    if status == Status.APPROVED:
        invalidate_pages()


# --- What a person does: each takes ids and who, and returns the act, by which it can be undone ---


def approve(ids: Iterable[int], by: Person, seen: str | None = None) -> "Act":
    """Readers see them at once. With `seen`, only those still in that status."""
    return decide(ids, Status.APPROVED, by, seen)


def reject(ids: Iterable[int], by: Person, seen: str | None = None) -> "Act":
    """To the trash."""
    return decide(ids, Status.TRASH, by, seen)


def mark_as_spam(ids: Iterable[int], by: Person, seen: str | None = None) -> "Act":
    """Akismet will hear of it if it thought otherwise."""
    return decide(ids, Status.SPAM, by, seen)


def restore(ids: Iterable[int], by: Person, seen: str | None = None) -> "Act":
    """Each back to the status before the present one."""
    act = Act()
    with transaction.atomic():
        comments = locked(ids, seen)
        passages = last_passages(comments)
        for target, group in by_target(comments, passages).items():
            act.move(group, target, by, why=_("restored"))
    return act


def undo(act_id: uuid.UUID, by: Person) -> "Act":
    """Takes one act back wherever nothing has happened to the comment since."""
    act = Act()
    with transaction.atomic():
        ids = Event.objects.filter(act=act_id).values_list("comment_id", flat=True)
        comments = locked(ids, None)
        passages = last_passages(comments)
        untouched = [c for c in comments if c.pk in passages and passages[c.pk].act == act_id]
        for target, group in by_target(untouched, passages).items():
            act.move(group, target, by, why=_("undone"))
    return act


def last_passages(comments: list[Comment]) -> dict[int, Event]:
    """The passage that brought each comment where it is, by the comment's id."""
    events = Event.objects.filter(comment__in=comments).exclude(status_from=F("status_to"))
    return {event.comment_id: event for event in events.order_by("at", "id")}


def by_target(comments: list[Comment], passages: dict[int, Event]) -> dict[str, list[Comment]]:
    """The comments by the status that they came from."""
    found: dict[str, list[Comment]] = {}
    for comment in comments:
        before = passages[comment.pk].status_from if comment.pk in passages else ""
        found.setdefault(WAITS_AGAIN.get(before, before), []).append(comment)
    return found


def decide(ids: Iterable[int], to: str, by: Person, seen: str | None) -> "Act":
    """Moves comments to one status."""
    act = Act()
    with transaction.atomic():
        act.move(locked(ids, seen), to, by)
    return act


def edit(pk: int, by: Person, *, name: str, website: str, body: str) -> None:
    """A moderator's correction; the event keeps the text that stood there before."""
    with transaction.atomic():
        for comment in locked([pk], None):
            before = comment.body
            comment.name, comment.website, comment.body = name, website, body
            comment.body_html = render_body(body).html
            comment.renderer = renderer_version()
            comment.save(update_fields=["name", "website", "body", "body_html", "renderer"])
            found.changed([pk])
            Event.objects.create(
                comment=comment,
                act=uuid.uuid4(),
                by=by,
                status_from=comment.status,
                status_to=comment.status,
                why=_("edited"),
                text=before,
            )
            if comment.status == Status.APPROVED:
                invalidate_pages()


# --- What the worker does ---


def checked(ids: Iterable[int], result: Result) -> int:
    """A result moves comments that are still checking; returns how many: a person may be first."""
    return settle(ids, Status.PENDING if result == Result.HAM else Status.SPAM, "")


def stop_checking(ids: Iterable[int], reason: str) -> int:
    """Comments that can't be checked wait for a person; returns how many still were checking."""
    return settle(ids, Status.PENDING, reason)


def settle(ids: Iterable[int], to: Status, reason: str) -> int:
    """Moves those that are still checking, some at a time; returns how many."""
    moved, ids = 0, list(ids)
    for first in range(0, len(ids), AT_ONCE):  # without any, nobody waits for the write lock
        act = Act()
        with transaction.atomic():
            checking = locked(ids[first : first + AT_ONCE], Status.CHECKING)
            act.move(checking, to, None, why=reason, reason=reason)
        moved += len(act.moved)
    return moved


class Act:
    """One act on one or many comments: `moved` are the ids it did move, `id` undoes it."""

    def __init__(self) -> None:
        self.id = uuid.uuid4()
        self.moved: list[int] = []

    def move(
        self, comments: list[Comment], to: str, by: Person, why: str = "", reason: str = ""
    ) -> None:
        """Moves locked comments from the status they were read in, with their events."""
        now = timezone.now()
        values: dict[str, Any] = {"status": to, "reason": reason, "next_check_at": None}
        if by:
            values["decided_at"] = now
        moving = [comment for comment in comments if comment.status != to]
        for status in {comment.status for comment in moving}:
            ids = [comment.pk for comment in moving if comment.status == status]
            if Comment.objects.filter(pk__in=ids).still(status).update(**values) != len(ids):
                raise RuntimeError("comments that were locked have changed")
        Event.objects.bulk_create(
            Event(
                comment=comment,
                act=self.id,
                at=now,
                by=by,
                status_from=comment.status,
                status_to=to,
                why=why,
            )
            for comment in moving
        )
        self.moved += [comment.pk for comment in moving]
        if any(Status.APPROVED in (comment.status, to) for comment in moving):
            invalidate_pages()


def locked(ids: Iterable[int], seen: str | None) -> list[Comment]:
    """The comments, held until the transaction ends, in one order for everybody.

    One that was emptied by the purge is none any more, only a place in its thread.
    """
    held = Comment.objects.select_for_update().exclude(body="").order_by("pk")
    comments = held.filter(pk__in=list(ids))
    return list(comments.still(seen) if seen else comments)
