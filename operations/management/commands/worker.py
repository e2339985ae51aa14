"""manage.py worker: background work, so that readers and moderators do not wait for it."""

import logging
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connections

from blog.images import renditions
from blog.search import index
from comments import bulk, clock_skew, notifications, retention
from comments.screening import circuit_breaker, classifier, reports, worker
from core import scheduler
from operations import maintenance
from operations.errors import mail
from operations.queue import retry_abandoned, run_queued

CHECK_SECONDS = 1.0  # between two polls for due comments and queued tasks
UNAVAILABLE_SECONDS = 30.0  # until a queue that does not answer is tried again
JOBS_SECONDS = 5.0  # between two polls for due jobs
LEARN_EVERY = timedelta(minutes=10)  # the classifier, if moderators have decided meanwhile
# Name, interval and function of each short job. The name is stored: renaming one makes it due.
PERIODIC_JOBS: list[tuple[str, timedelta, Callable[[], None]]] = [
    ("bring_back", timedelta(minutes=10), clock_skew.reset_future_times),
    ("give_up", timedelta(minutes=10), worker.expire_unchecked),
    ("mail", timedelta(minutes=1), notifications.notify_moderators),
    ("retry_abandoned", timedelta(minutes=1), retry_abandoned),
    ("clean_up", timedelta(days=1), maintenance.clean_up),
    ("tell_faults", mail.INTERVAL, mail.mail_new_errors),
    ("forget_faults", timedelta(days=1), mail.delete_old_errors),
]

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Runs background work until SIGTERM or Ctrl-C: spam checks, mail, pictures, clean-up."

    def handle(self, *_args: Any, **_options: Any) -> None:
        stopping = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_signal: stopping.set())
        circuit_breaker.probe()
        threads = [
            threading.Thread(target=loop, args=[stopping], name=loop.__name__)
            for loop in (check_comments, run_periodic_jobs, run_long_jobs)
        ]
        for thread in threads:
            thread.start()
        log.info("worker started")
        run_tasks(stopping)
        for thread in threads:
            thread.join()
        connections.close_all()
        log.info("worker stopped")


def run_tasks(stopping: threading.Event) -> None:
    """Run queued tasks."""
    pause = CHECK_SECONDS
    while not stopping.wait(pause):
        has_answered = scheduler.run_logged(run_queued, "queue")
        pause = CHECK_SECONDS if has_answered else UNAVAILABLE_SECONDS


def check_comments(stopping: threading.Event) -> None:
    """Check comments that are due, report decisions to Akismet, and act on many comments."""
    while not stopping.is_set():
        for job in (worker.check_due_comments, reports.report_decisions, bulk.carry_out_due):
            scheduler.run_logged(partial(job, stopping), job.__name__)
        close_old_connections()
        stopping.wait(CHECK_SECONDS)
    connections.close_all()


def run_periodic_jobs(stopping: threading.Event) -> None:
    """Run the short jobs that are due."""
    while not stopping.is_set():
        for name, interval, job in PERIODIC_JOBS:
            scheduler.run_every(name, interval, job)
        close_old_connections()
        stopping.wait(JOBS_SECONDS)
    connections.close_all()


def run_long_jobs(stopping: threading.Event) -> None:
    """Update the search index, make renditions, delete what must be forgotten, and learn."""
    while not stopping.is_set():
        scheduler.run_logged(lambda: index.index_due_posts(stopping), "search index")
        scheduler.run_logged(lambda: renditions.make_due(stopping), "renditions")
        scheduler.run_every("purge", timedelta(days=1), lambda: retention.purge(stopping))
        scheduler.run_every("learn", LEARN_EVERY, lambda: classifier.learn_decisions(stopping))
        scheduler.run_logged(lambda: classifier.score_waiting(stopping), "likelihoods")
        close_old_connections()
        stopping.wait(JOBS_SECONDS)
    connections.close_all()
