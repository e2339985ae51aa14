"""Periodic jobs. A job that is due runs in only one of the workers."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import Q
from django.utils import timezone

from core.models import PeriodicJob
from core.request_id import new_request_id

CLOCK_TOLERANCE = timedelta(minutes=1)  # the clocks of two machines differ by less

log = logging.getLogger(__name__)


def run_every(name: str, interval: timedelta, job: Callable[[], None]) -> None:
    """Run a job if its interval has passed since it last ran in any worker."""
    run_logged(lambda: job() if claim(name, interval) else None, name)


def claim(name: str, interval: timedelta) -> bool:
    """Return True if a job is due, and make it due again after its interval.

    A conditional UPDATE lets only one of several workers claim it. A job whose next run is
    further away than its interval is due as well, because the clock has been set back.
    """
    now = timezone.now()
    PeriodicJob.objects.bulk_create(
        [PeriodicJob(name=name, next_run_at=now)], ignore_conflicts=True
    )
    impossible = now + interval + CLOCK_TOLERANCE
    due = PeriodicJob.objects.filter(
        Q(next_run_at__lte=now) | Q(next_run_at__gt=impossible), name=name
    )
    return due.exists() and bool(due.update(last_run_at=now, next_run_at=now + interval))


def run_logged(job: Callable[[], None], name: str) -> bool:
    """Run a job and log its failure; return True if it did not fail."""
    with new_request_id():
        try:
            close_old_connections()
            job()
        except (OperationalError, InterfaceError) as error:
            log.warning("The database is away; job postponed: %s (%s)", name, error)
        except Exception:
            log.exception("Job failed: %s", name)
        else:
            return True
        return False


def record_run(name: str) -> None:
    """Store that a job which has no schedule here, such as a backup, has just run."""
    PeriodicJob.objects.update_or_create(name=name, defaults={"last_run_at": timezone.now()})


def last_run(name: str) -> datetime | None:
    """Return when a job last ran (aware); None if it never did."""
    return PeriodicJob.objects.filter(name=name).values_list("last_run_at", flat=True).first()
