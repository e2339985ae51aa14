"""One round of the worker, in the process of the tests."""

import threading
from datetime import timedelta

from comments import clock_skew, notifications
from comments.screening import classifier, reports, worker
from core import scheduler


def run_worker_round() -> None:
    """Do once what the worker does with comments, in the same order."""
    stopping = threading.Event()
    scheduler.run_logged(lambda: worker.check_due_comments(stopping), "check_due_comments")
    scheduler.run_logged(lambda: reports.report_decisions(stopping), "report_decisions")
    scheduler.run_every("clock_skew", timedelta(minutes=10), clock_skew.reset_future_times)
    scheduler.run_every("expire_unchecked", timedelta(minutes=10), worker.expire_unchecked)
    scheduler.run_every("learn", timedelta(minutes=10), classifier.learn_decisions)
    scheduler.run_logged(lambda: classifier.score_waiting(stopping), "likelihoods")
    scheduler.run_every("mail", timedelta(minutes=1), notifications.notify_moderators)
