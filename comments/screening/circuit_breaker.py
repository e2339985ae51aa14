"""The breaker between the site and Akismet: one for all workers, kept in one row.

While the service is away nobody but one probe at a time asks it, after pauses that grow from
30 seconds to an hour; the first answer drains all that waits. One comment that fails while others
succeed is not the service's failure: it has pauses of its own.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from comments.models import Comment, SpamService, Status
from comments.screening.akismet import Alert, CheckFailed

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
PROBE_LEASE = timedelta(seconds=30)  # after which another worker may probe: the first was killed


log = logging.getLogger(__name__)


def pause(failures: int) -> timedelta:
    """How long to leave it alone after so many failures in a row: 30 s, 1 min, 2 min ... 1 h."""
    return min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)


def allowed(wanted: int) -> int:
    """How many calls may start now: as many as wanted, or one probe, or none."""
    now = timezone.now()
    service = SpamService.objects.filter(pk=1).first()
    if service is None or service.next_probe_at is None:
        return wanted
    probe = SpamService.objects.filter(pk=1, next_probe_at=service.next_probe_at)
    if service.next_probe_at <= now and probe.update(next_probe_at=now + PROBE_LEASE):
        return 1
    return 0


def probe_now() -> None:
    """A worker that starts asks once without waiting: the owner may just have mended the key."""
    SpamService.objects.filter(pk=1, next_probe_at__isnull=False).update(
        next_probe_at=timezone.now()
    )
    forgive()


def forgive() -> None:
    """Comments whose check failed are due now. One that is being asked has no failure noted."""
    Comment.objects.filter(status=Status.CHECKING, recheck=False).exclude(failure="").update(
        next_check_at=timezone.now()
    )


def succeeded(alert: Alert | None) -> None:
    """The service answered: it is there, whatever it was before."""
    known = {
        "failures": 0,
        "suspect": None,
        "next_probe_at": None,
        "opened_at": None,
        "failure": "",
        "last_answer_at": timezone.now(),
        **alert_values(alert),
    }
    service = SpamService.objects.filter(pk=1)
    if service.exclude(failure="").update(**known):
        log.info("breaker closed")
        forgive()  # the first answer after a failure drains all that waits
    elif not service.update(**known):
        SpamService.objects.get_or_create(pk=1, defaults=known)


def failed(comment: Comment, error: CheckFailed, asked_at: datetime) -> bool:
    """Notes a failed call; True if it counts as the comment's own failure, not the service's.

    It is the comment's own while others have been answered since it was asked, or while it is
    the only one that failed so far.
    """
    with transaction.atomic():
        SpamService.objects.get_or_create(pk=1)
        service = SpamService.objects.select_for_update().get(pk=1)
        if service.last_answer_at and service.last_answer_at > asked_at:
            return True
        for name, value in alert_values(error.alert).items():
            setattr(service, name, value)
        service.failure = str(error.message)[:300]
        alone = service.next_probe_at is None and service.suspect in (None, comment.pk)
        if alone:
            service.suspect = comment.pk
        elif service.opened_at is None or service.opened_at < asked_at:
            # Calls that were under way when it opened say nothing new.
            service.failures += 1
            service.opened_at = timezone.now()
            service.next_probe_at = service.opened_at + pause(service.failures)
            said = {"kind": error.kind, "failures": service.failures}
            log.warning("breaker opened", extra={**said, "next": str(service.next_probe_at)})
        service.save()
        return alone


def alert_values(alert: Alert | None) -> dict[str, str]:
    """An alert as the row keeps it; an answer without one ends it."""
    return {
        "alert_code": alert.code[:20] if alert else "",
        "alert": alert.message[:500] if alert else "",
    }
