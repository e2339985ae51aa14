"""The circuit breaker between the site and Akismet, kept in one row for all workers.

While the breaker is open, one probe at a time asks the service, after pauses that grow from 30
seconds to an hour; the first answer closes the breaker. If one comment fails while others succeed,
that is not the service's failure: the comment has pauses of its own.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from comments.models import Comment, SpamServiceState, Status
from comments.screening.akismet import Alert, CheckFailed

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
PROBE_LEASE = timedelta(seconds=30)  # then another worker may probe: the first one was killed

log = logging.getLogger(__name__)


def pause(failures: int) -> timedelta:
    """Return how long to pause after so many failures in a row: 30 s, 1 min, 2 min ... 1 h."""
    return min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)


def permitted_calls(wanted: int) -> int:
    """Return how many calls may start now: `wanted`, or 1 for a probe, or 0."""
    now = timezone.now()
    state = SpamServiceState.objects.filter(pk=1).first()
    if state is None or state.next_probe_at is None:
        return wanted
    # Only the worker whose conditional UPDATE finds the row unchanged may probe.
    unchanged = SpamServiceState.objects.filter(pk=1, next_probe_at=state.next_probe_at)
    if state.next_probe_at <= now and unchanged.update(next_probe_at=now + PROBE_LEASE):
        return 1
    return 0


def probe() -> None:
    """Make the next probe due now: a worker that starts may have a corrected key."""
    SpamServiceState.objects.filter(pk=1, next_probe_at__isnull=False).update(
        next_probe_at=timezone.now()
    )
    retry_failed()


def retry_failed() -> None:
    """Make the comments whose check failed due now; claimed ones have no error."""
    failed = Comment.objects.filter(status=Status.CHECKING, needs_recheck=False)
    failed.exclude(check_error="").update(next_check_at=timezone.now())


def record_success(alert: Alert | None) -> None:
    """Record that the service answered, and close the breaker."""
    fields = {
        "failures": 0,
        "suspect": None,
        "next_probe_at": None,
        "opened_at": None,
        "failure": "",
        "last_answer_at": timezone.now(),
        **alert_fields(alert),
    }
    state = SpamServiceState.objects.filter(pk=1)
    if state.exclude(failure="").update(**fields):
        log.info("breaker closed")
        retry_failed()
    elif not state.update(**fields):
        SpamServiceState.objects.get_or_create(pk=1, defaults=fields)


def record_failure(comment: Comment, error: CheckFailed, called_at: datetime) -> bool:
    """Record a failed call; return True if the failure is the comment's own, not the service's.

    It is if others have succeeded since `called_at` (aware), or no other comment has failed.
    """
    with transaction.atomic():
        SpamServiceState.objects.get_or_create(pk=1)
        state = SpamServiceState.objects.select_for_update().get(pk=1)
        if state.last_answer_at and state.last_answer_at > called_at:
            return True
        for name, value in alert_fields(error.alert).items():
            setattr(state, name, value)
        state.failure = str(error.message)[:300]
        is_only_one = state.next_probe_at is None and state.suspect in (None, comment.pk)
        if is_only_one:
            state.suspect = comment.pk
        elif state.opened_at is None or state.opened_at < called_at:
            # Calls that were under way when the breaker opened say nothing new.
            open_breaker(state, error)
        state.save()
        return is_only_one


def open_breaker(state: SpamServiceState, error: CheckFailed) -> None:
    """Set when the next probe is due, after one more failure. Does not save."""
    state.failures += 1
    state.opened_at = timezone.now()
    state.next_probe_at = state.opened_at + pause(state.failures)
    log.warning(
        "breaker opened",
        extra={"kind": error.kind, "failures": state.failures, "next": str(state.next_probe_at)},
    )


def alert_fields(alert: Alert | None) -> dict[str, str]:
    """Return the state's fields for an alert; an answer without one ends the last alert."""
    return {
        "alert_code": alert.code[:20] if alert else "",
        "alert": alert.message[:500] if alert else "",
    }
