"""manage.py worker: everything that readers and moderators must not wait for."""

import ctypes
import logging
import signal
import threading
import time
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections

from blog.images import renditions
from blog.search import index
from comments import clock_skew, notifications, retention
from comments.screening import circuit_breaker, reports, worker
from core import scheduler
from operations.errors import mail
from operations.queue import clean_up, retry_abandoned, run_queued

AWAY_SECONDS = 30.0  # how long a queue that does not answer is left alone
QUEUE_SECONDS = 1.0  # between two looks at the queue
M_ARENA_MAX = -8  # <malloc.h>
CHECK_SECONDS = 1.0  # between two looks for due comments
CLOCK_SECONDS = 5.0  # between two looks for due jobs

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Checks comments, reports, mails, makes renditions, cleans up, until SIGTERM or Ctrl-C."

    def handle(self, *_args: Any, **_options: Any) -> None:
        share_memory()
        stopping = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_signal: stop(stopping))
        circuit_breaker.probe()
        ticking = threading.Thread(target=tick, args=[stopping], name="clock")
        ticking.start()
        drawing = threading.Thread(target=draw, args=[stopping], name="pictures")
        drawing.start()
        log.info("worker started")
        pause = QUEUE_SECONDS
        while not stopping.wait(pause):
            pause = QUEUE_SECONDS if scheduler.run_logged(run_queued, "queue") else AWAY_SECONDS
        ticking.join()
        drawing.join()
        connections.close_all()
        log.info("worker stopped")


def share_memory() -> None:
    """Has all threads take memory from the same two heaps. Else glibc gives nearly every thread of
    the spam check one of its own, and a large picture is made in one more: 20 MB, for ever."""
    with suppress(AttributeError, OSError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def stop(stopping: threading.Event) -> None:
    """Ends both threads once what they are doing is done."""
    stopping.set()


def tick(stopping: threading.Event) -> None:
    """Check comments each second, and run the periodic jobs that are due."""
    next_jobs_at = 0.0
    while not stopping.is_set():
        for job in (worker.check_due_comments, reports.report_decisions):
            scheduler.run_logged(partial(job, stopping), job.__name__)
        if time.monotonic() >= next_jobs_at:
            run_periodic_jobs()
            next_jobs_at = time.monotonic() + CLOCK_SECONDS
        close_old_connections()
        stopping.wait(CHECK_SECONDS)
    connections.close_all()


def run_periodic_jobs() -> None:
    """Run the short jobs that are due."""
    scheduler.run_every("bring_back", timedelta(minutes=10), clock_skew.reset_future_times)
    scheduler.run_every("give_up", timedelta(minutes=10), worker.expire_unchecked)
    scheduler.run_every("mail", timedelta(minutes=1), notifications.notify_moderators)
    scheduler.run_every("retry_abandoned", timedelta(minutes=1), retry_abandoned)
    scheduler.run_every("clean_up", timedelta(days=1), clean_up)
    scheduler.run_every("tell_faults", mail.PAUSE, mail.tell)
    scheduler.run_every("forget_faults", timedelta(days=1), mail.forget)


def draw(stopping: threading.Event) -> None:
    """Brings both search indexes up to date, makes the renditions of pictures, and purges; beside
    the clock, for each may take long."""
    while not stopping.is_set():
        scheduler.run_logged(lambda: index.index_due_posts(stopping), "search index")
        scheduler.run_logged(lambda: renditions.drain(stopping), "renditions")
        scheduler.run_every("purge", timedelta(days=1), lambda: retention.purge(stopping))
        stopping.wait(CLOCK_SECONDS)
    connections.close_all()
