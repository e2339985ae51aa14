"""Reports to Akismet: where a person decided otherwise than Akismet, it is told so.

A report follows from the rows: from what Akismet last answered or was told, and what a person
decided. So undoing a decision needs no code of its own: a late undo reports the opposite.
"""

import asyncio
import threading
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from comments.models import Comment, Event, Result, Status
from comments.screening import akismet, circuit_breaker
from comments.screening.worker import event_loop

LEASE = timedelta(seconds=30)  # longer than akismet.CHECK_DEADLINE
REPORT_AFTER = timedelta(seconds=10)  # time to undo a decision before Akismet is told
RETRY_AFTER = timedelta(minutes=10)
REPORTS_PER_ROUND = 10  # so that new comments do not wait long for their check

# The result to report for a status. Akismet is told nothing about the trash.
REPORT_AS = {Status.APPROVED: Result.HAM, Status.PENDING: Result.HAM, Status.SPAM: Result.SPAM}
# The status and what Akismet last answered or was told differ.
NEEDS_REPORT = Q(status=Status.SPAM, reported_result=Result.HAM) | Q(
    status__in=[Status.APPROVED, Status.PENDING], reported_result=Result.SPAM
)


def due_reports(now: datetime) -> Q:
    """Return the condition for comments to report at a time (aware).

    What Akismet let pass and only the classifier holds as spam is nobody's decision, nor does it
    become one when somebody approves it and takes that back.
    """
    decisions = Event.objects.decisions().filter(comment=OuterRef("pk"), status_to=Status.SPAM)
    return Q(
        NEEDS_REPORT,
        ~Q(status=Status.SPAM, result=Result.HAM) | Q(Exists(decisions)),
        Q(next_check_at__isnull=True) | Q(next_check_at__lte=now),
        Q(decided_at__lte=now - REPORT_AFTER),
        Q(akismet_request__isnull=False),
    )


def report_decisions(stopping: threading.Event) -> None:
    """Report some of the decisions that are due, with exactly what was sent at the check."""
    for _number in range(REPORTS_PER_ROUND):
        if stopping.is_set() or not akismet.is_configured():
            return
        now = timezone.now()
        due = Comment.objects.filter(due_reports(now)).order_by("decided_at")
        comment = due.first()
        if comment is None or not circuit_breaker.permitted_calls(1):
            return
        # As with checks: only the worker whose conditional UPDATE finds the row as it was may
        # report it, and has a lease until `next_check_at`.
        unchanged = due.filter(pk=comment.pk, decided_at=comment.decided_at).order_by()
        if unchanged.update(next_check_at=now + LEASE):
            report(comment)


def report(comment: Comment) -> None:
    """Report one comment; if that fails, make it due again after a pause."""
    result, called_at = REPORT_AS[Status(comment.status)], timezone.now()
    row = Comment.objects.filter(pk=comment.pk).exclude(status=Status.CHECKING)
    try:
        with event_loop() as loop:
            report = akismet.report(comment.akismet_request or {}, result)
            asyncio.run_coroutine_threadsafe(report, loop).result()
    except akismet.CheckFailed as error:
        circuit_breaker.record_failure(comment, error, called_at)
        row.update(next_check_at=timezone.now() + RETRY_AFTER)
    else:
        circuit_breaker.record_success(None)
        row.update(reported_result=result, next_check_at=None)
