"""Moderators' actions on thousands of comments, which the worker carries out in batches."""

import logging
import threading
import uuid
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone

from comments import moderation, retention
from comments.models import BulkAct, Comment, CommentQuerySet, Event
from comments.queue import QueueFilter

LEASE = timedelta(seconds=30)  # longer than a batch takes; then any worker may go on

log = logging.getLogger(__name__)


def start(name: str, chosen: QueueFilter, newest_id: int, total: int, by: User) -> BulkAct:
    """Let the worker act on all comments up to an id that a filter of the queue selects."""
    return BulkAct.objects.create(
        name=name, parameters=chosen.parameters, newest_id=newest_id, total=total, by=by
    )


def start_undo(action_id: uuid.UUID, by: User) -> BulkAct | None:
    """Let the worker undo an action that moved very many comments; None if it moved fewer."""
    moves = Event.objects.filter(act=action_id).exclude(status_from=F("status_to"))
    found = moves.aggregate(total=Count("pk"), newest_id=Max("comment_id"))
    if found["total"] <= moderation.BATCH_SIZE:
        return None
    return BulkAct.objects.create(name=BulkAct.Name.UNDO, undoes=action_id, by=by, **found)


def carry_out_due(stopping: threading.Event) -> None:
    """Carry out all actions that are due, until `stopping` is set."""
    due = BulkAct.objects.filter(due_at__lte=timezone.now()).order_by("due_at")
    for job in due:
        while not stopping.is_set() and claim(job):
            carry_out_batch(job)


def claim(job: BulkAct) -> bool:
    """Return True if this worker may carry out the next batch: only one worker's UPDATE counts."""
    if job.due_at is None:
        return False
    lease = timezone.now() + LEASE
    if not BulkAct.objects.filter(pk=job.pk, due_at=job.due_at).update(due_at=lease):
        return False
    job.due_at = lease
    return True


def carry_out_batch(job: BulkAct) -> None:
    """Act on the next comments, and store how far the action is, in one transaction."""
    ids = list(
        remaining(job)
        .filter(pk__gt=job.last_id, pk__lte=job.newest_id)
        .order_by("pk")
        .values_list("pk", flat=True)[: moderation.BATCH_SIZE]
    )
    with transaction.atomic():
        moved = act_on(job, ids) if ids else 0
        changes = {
            "last_id": ids[-1] if ids else job.last_id,
            "looked_at": F("looked_at") + len(ids),
            "moved": F("moved") + moved,
            "due_at": job.due_at if ids else None,
        }
        if not BulkAct.objects.filter(pk=job.pk, due_at=job.due_at).update(**changes):
            raise RuntimeError("Another worker has taken this action over.")
    job.refresh_from_db()
    if job.is_finished:
        log.info("bulk action finished", extra={"act": job.name, "count": job.moved})


def remaining(job: BulkAct) -> CommentQuerySet:
    """Return the comments that an action concerns and that have not been moved yet."""
    if job.undoes:
        acted_on = Event.objects.filter(act=job.undoes).values("comment_id")
        return Comment.objects.filter(pk__in=acted_on)
    return QueueFilter.read(job.parameters).comments()


def act_on(job: BulkAct, ids: list[int]) -> int:
    """Act on some comments; return how many of them were moved or deleted."""
    if job.name == BulkAct.Name.DELETE:
        return retention.remove(Comment.objects.filter(pk__in=ids))
    action = moderation.ModerationAction(job.action_id)
    if job.undoes:
        moderation.undo(job.undoes, job.by, ids, action)
    else:
        seen = QueueFilter.read(job.parameters).status
        moderation.ACTIONS[job.name](ids, job.by, seen, action)
    return len(action.moved)
