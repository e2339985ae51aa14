"""Real processes: a moderator against a late result, and a worker that is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from comments import moderation
from comments.models import Comment, Result, Status

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker(akismet: Any, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Starts `manage.py worker` on the database of the tests."""
    started = []

    def start() -> subprocess.Popen:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(tmp_path),
            "AKISMET_API_KEY": akismet.key,
            "AKISMET_API_URL": akismet.url,
        }
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"], cwd=ROOT, env=environment
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def database_url() -> str:
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    address = os.environ["DATABASE_URL"]
    return address[: address.rindex("/") + 1] + name


def until(happened: Callable[[], bool], seconds: float = 30) -> None:
    """Waits for something that another process does."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_comment_is_checked_by_the_worker_within_seconds(akismet, worker, send):
    worker()
    send()
    until(lambda: Comment.objects.get().status == Status.PENDING)
    assert len(akismet.calls_to("comment-check")) == 1


def test_a_moderators_act_stands_against_a_late_result(akismet, worker, say, mo):
    akismet.answer, akismet.delay = "slow", 2
    comment = say("Is it spam?", status=Status.CHECKING)
    worker()
    until(lambda: len(akismet.calls) == 1)
    moderation.mark_as_spam([comment.pk], mo)
    until(lambda: Comment.objects.get().result == Result.HAM)
    comment.refresh_from_db()
    assert comment.status == Status.SPAM
    assert [event.by for event in comment.events.all()] == [None, mo]


def test_a_worker_killed_in_mid_check_loses_nothing(akismet, worker, say):
    akismet.answer = "never"
    for number in range(5):
        say(f"number {number}", status=Status.CHECKING)
    first = worker()
    until(lambda: len(akismet.calls) == 5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.CHECKING}
    akismet.answer = "ham"
    # The lease of the dead runs out: let its time pass.
    Comment.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    worker()
    until(lambda: not Comment.objects.filter(status=Status.CHECKING).exists())
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.PENDING}
    assert all(comment.events.count() == 2 for comment in Comment.objects.all())


def test_a_worker_ends_cleanly_on_sigterm_with_its_checks_done(akismet, worker, say):
    akismet.answer, akismet.delay = "slow", 1.5
    say("Is it spam?", status=Status.CHECKING)
    process = worker()
    until(lambda: len(akismet.calls) == 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert Comment.objects.get().status == Status.PENDING


def test_an_idle_worker_ends_at_once(worker):
    process = worker()
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=8) == 0


def test_a_lost_queue_costs_nothing(akismet, worker, say):
    """Nothing was queued for this row: the clock finds it."""
    worker()
    say("Nobody was nudged.", status=Status.CHECKING)
    until(lambda: Comment.objects.get().status == Status.PENDING)
