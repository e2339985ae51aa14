"""What the worker does by the clock: at each tick what is due, now and then what is due then."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import InterfaceError, OperationalError, close_old_connections
from django.db.models import Q
from django.utils import timezone

from core import request_id
from comments import clock_skew, notifications
from comments.screening import worker
from comments.models import Clock

MINUTE = timedelta(minutes=1)

log = logging.getLogger(__name__)


def tick(stopping: threading.Event) -> None:
    """One round. No job's failure keeps the others from their turn."""
    for job in (worker.drain, worker.report):
        attempt(partial(job, stopping), job.__name__)
    every("bring_back", timedelta(minutes=10), clock_skew.bring_back)
    every("give_up", timedelta(minutes=10), worker.give_up)
    every("mail", MINUTE, notifications.tell_moderators)


def every(name: str, pause: timedelta, job: Callable[[], None]) -> None:
    """Runs a job if its time has come; of several workers only one finds it so."""
    attempt(lambda: job() if is_due(name, pause) else None, name)


def is_due(name: str, pause: timedelta) -> bool:
    """Whether `name` is due, and if so not again before `pause`: by a conditional UPDATE.

    Due is also what lies further ahead than its pause: the clock was set back since.
    """
    now = timezone.now()
    if not Clock.objects.filter(job=name).exists():
        Clock.objects.bulk_create([Clock(job=name, next_at=now)], ignore_conflicts=True)
    impossible = now + pause + clock_skew.SLACK
    due = Clock.objects.filter(Q(next_at__lte=now) | Q(next_at__gt=impossible), job=name)
    return due.exists() and bool(due.update(next_at=now + pause))


def attempt(job: Callable[[], None], name: str) -> bool:
    """Runs a job; its failure is logged and its next turn comes. True if it did not fail."""
    with request_id.begun():
        try:
            close_old_connections()
            job()
        except (OperationalError, InterfaceError) as error:
            log.warning("The worker's %s has to wait for the database: %s", name, error)
        except Exception:
            log.exception("The worker's %s failed and will be tried again", name)
        else:
            return True
        return False


def last_seen() -> datetime | None:
    """When a worker last came round; None: never."""
    row = Clock.objects.filter(job="mail").first()
    return row.next_at - MINUTE if row else None
