"""Workers as real processes: late results, concurrent moderators, and a killed worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from comments import moderation, submission
from comments.models import Comment, Event, Result, Status
from core.models import PeriodicJob

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def worker(akismet: Any, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen]]:
    """Return a function that starts `manage.py worker` on the database of the tests."""
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


def until(happened: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_comment_is_checked_by_the_worker_within_seconds(akismet, worker, send):
    worker()
    send()
    until(lambda: Comment.objects.get().status == Status.PENDING)
    assert len(akismet.calls_to("comment-check")) == 1


def test_a_late_result_does_not_change_a_moderators_decision(akismet, worker, say, mo):
    akismet.answer, akismet.delay = "slow", 2
    comment = say("Is it spam?", status=Status.CHECKING)
    worker()
    until(lambda: len(akismet.calls) == 1)
    moderation.mark_as_spam([comment.pk], mo)
    until(lambda: Comment.objects.get().result == Result.HAM)
    comment.refresh_from_db()
    assert comment.status == Status.SPAM
    assert [event.by for event in comment.events.all()] == [None, mo]


def test_a_worker_killed_during_a_check_loses_nothing(akismet, worker, say):
    akismet.answer = "never"
    for number in range(5):
        say(f"number {number}", status=Status.CHECKING)
    first = worker()
    until(lambda: len(akismet.calls) == 5)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.CHECKING}
    akismet.answer = "ham"
    # Let the lease of the killed worker expire.
    Comment.objects.update(next_check_at=timezone.now() - timedelta(seconds=1))
    worker()
    until(lambda: not Comment.objects.filter(status=Status.CHECKING).exists())
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.PENDING}
    assert all(comment.events.count() == 2 for comment in Comment.objects.all())


def test_on_sigterm_a_worker_finishes_its_checks_and_ends(akismet, worker, say):
    akismet.answer, akismet.delay = "slow", 1.5
    say("Is it spam?", status=Status.CHECKING)
    process = worker()
    until(lambda: len(akismet.calls) == 1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert Comment.objects.get().status == Status.PENDING


def test_an_idle_worker_ends_at_once_on_sigterm(worker):
    process = worker()
    until(PeriodicJob.objects.exists)  # it has started its periodic jobs
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0


def test_a_due_comment_is_found_without_a_queued_task(akismet, worker, say):
    worker()
    say("Is it spam?", status=Status.CHECKING)
    until(lambda: Comment.objects.get().status == Status.PENDING)


def test_comments_are_checked_even_without_the_table_of_the_queue(akismet, worker, send):
    table = DBTaskResult._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO lost")
        try:
            process = worker()
            assert send().status_code == 303
            until(lambda: Comment.objects.get().status == Status.PENDING)
            process.kill()
            process.wait()
        finally:
            cursor.execute(f"ALTER TABLE lost RENAME TO {table}")


@pytest.mark.parametrize("seen", [None, Status.CHECKING])
def test_two_workers_and_two_moderators_at_once_cause_no_conflict(
    akismet, worker, say, mo, olive, seen
):
    akismet.answer, akismet.delay = "slow", 0.3
    comments = [say(f"number {number}", status=Status.CHECKING) for number in range(12)]
    worker()
    worker()
    until(lambda: len(akismet.calls) > 0)
    together, moved = threading.Barrier(2), []

    def decide(act: Callable[..., moderation.ModerationAction], by: Any) -> None:
        for comment in comments:
            together.wait(30)
            moved.extend(act([comment.pk], by, seen).moved)
        connections.close_all()

    people = [
        threading.Thread(target=decide, args=[act, by])
        for act, by in ((moderation.approve, mo), (moderation.mark_as_spam, olive))
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    until(lambda: not Comment.objects.filter(status=Status.CHECKING).exists())
    time.sleep(1)  # for late results
    acts = Event.objects.filter(by__isnull=False).values_list("comment_id", flat=True)
    assert sorted(acts) == sorted(moved)  # no action is lost or has happened twice
    asked = [call.fields["comment_content"] for call in akismet.calls_to("comment-check")]
    assert len(asked) == len(set(asked))
    for comment in comments:
        comment.refresh_from_db()
        passages = list(comment.events.order_by("id").values_list("status_from", "status_to"))
        ends = ["", *(after for _before, after in passages)]
        assert [before for before, _after in passages] == ends[:-1]
        assert comment.status == ends[-1]
        if seen:  # the second moderator had seen another status
            assert moved.count(comment.pk) <= 1
        else:
            assert moved.count(comment.pk) == 2
            assert comment.status in (Status.APPROVED, Status.SPAM)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes all one by one")
@pytest.mark.parametrize("same", ["fingerprint", "address", "email", ""])
def test_a_submission_only_waits_for_others_by_the_same_person(same: str) -> None:
    mine = Comment(fingerprint="f1", address="203.0.113.1", email="a@example.com")
    other = Comment(fingerprint="f2", address="203.0.113.2", email="b@example.com")
    if same:
        setattr(other, same, getattr(mine, same))
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            submission.lock_sender(mine)
            held.set()
            over.wait(30)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert held.wait(30)
        with transaction.atomic():
            connection.cursor().execute("SET LOCAL lock_timeout = '100ms'")
            with pytest.raises(OperationalError) if same else nullcontext():
                submission.lock_sender(other)
            transaction.set_rollback(bool(same))
    finally:
        over.set()
        holder.join()
