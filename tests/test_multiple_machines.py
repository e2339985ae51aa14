"""Two web servers and two workers with one PostgreSQL and one Redis behave as one site.

These tests only use HTTP, and what arrives at Akismet and at the mail server.
"""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from django.conf import settings as site
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.utils import timezone

from comments.models import Comment, CommentSettings, Event, Result, Status
from comments.screening.akismet import build_payload
from tests.support.fake_akismet import Mode, StandIn
from tests.support.forms import form
from tests.support.people import PASSWORD
from tests.support.postgresql import end_other_sessions
from tests.support.site_cluster import Cluster, Web, database_url, free_port, kill, until
from tests.support.smtp_server import Postbox

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql" or not site.REDIS_URL,
        reason="several machines share PostgreSQL and Redis: DATABASE_URL and REDIS_URL name none",
    ),
]
ROUNDS = 40
PAGE = "/reviews/metallic-rain/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@pytest.fixture
def postbox() -> Iterator[Any]:
    box = Postbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.port = controller.port
    yield box
    controller.stop()


@pytest.fixture
def cluster(akismet: StandIn, postbox: Any, tmp_path: Path, post: Any, mo: Any) -> Iterator[Any]:
    """A cluster that is ready to start, on the database of the tests."""
    hasher = PBKDF2PasswordHasher()  # the processes do not use the faster hasher of the tests
    mo.password = hasher.encode(PASSWORD, hasher.salt())
    mo.save()
    made = Cluster(
        tmp_path,
        DATABASE_URL=database_url(),
        REDIS_URL=os.environ["REDIS_URL"],
        AKISMET_API_KEY=akismet.key,
        AKISMET_API_URL=akismet.url,
        EMAIL_URL=f"smtp://127.0.0.1:{postbox.port}",
    )
    yield made
    made.stop()


@pytest.fixture(scope="module")
def static(tmp_path_factory: Any) -> Path:
    """Collect static files once, as each machine does."""
    folder: Path = tmp_path_factory.mktemp("static")
    Cluster(folder, DATABASE_URL="", REDIS_URL="").manage("collectstatic", "--noinput", "-v0")
    return folder / "static"


@pytest.fixture
def webs(cluster: Cluster, static: Path, tmp_path: Path) -> list[Web]:
    shutil.copytree(static, tmp_path / "static")
    return cluster.webs(2)


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    """A client for both servers: cookies do not depend on ports, as if both had one host name."""
    with httpx.Client(trust_env=False, timeout=60) as client:
        yield client


def log_in(browser: httpx.Client, web: Web, password: str = PASSWORD) -> int:
    """Log in as Mo; return the status of the response."""
    token = TOKEN.findall(browser.get(f"{web.address}/login/").text)[0]
    fields = {"csrfmiddlewaretoken": token, "username": "mo", "password": password}
    return browser.post(f"{web.address}/login/", data=fields).status_code


def act(browser: httpx.Client, web: Web, name: str, comment: Comment) -> None:
    """Press a button in Mo's queue."""
    fields = {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "act": f"{name}:{comment.pk}"}
    assert browser.post(f"{web.address}/moderation/act/", data=fields).status_code == 302


def shows(browser: httpx.Client, web: Web, comment: Comment) -> bool:
    page = browser.get(web.address + PAGE)
    assert page.status_code == 200
    return f'id="comment-{comment.pk}"' in page.text


class Crowd:
    """Readers who load the page repeatedly until the context is left."""

    def __init__(self, webs: list[Web], number: int = 2) -> None:
        self.webs, self.leaving, self.pages = webs, threading.Event(), 0
        self.threads = [threading.Thread(target=self.read) for _number in range(number)]

    def read(self) -> None:
        with httpx.Client(trust_env=False, timeout=60) as client:
            for web in cycle(self.webs):
                if self.leaving.is_set():
                    return
                assert client.get(web.address + PAGE).status_code == 200
                self.pages += 1

    def __enter__(self) -> "Crowd":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.leaving.set()
        for thread in self.threads:
            thread.join()


def test_a_change_on_one_server_is_visible_at_once_on_the_other(webs, browser, say):
    comments = [say(f"number {number}", status=Status.PENDING) for number in range(ROUNDS)]
    assert log_in(browser, webs[0]) == 302
    stale = []
    with Crowd(webs) as crowd:
        for number, comment in enumerate(comments):
            here, there = webs if number % 2 else reversed(webs)
            act(browser, here, "approve", comment)
            stale += [("approved", comment.pk)] * (not shows(browser, there, comment))
            stale += [("approved", comment.pk)] * (not shows(browser, here, comment))
            act(browser, there, "reject", comment)  # the same session works on both
            stale += [("rejected", comment.pk)] * shows(browser, here, comment)
            stale += [("rejected", comment.pk)] * shows(browser, there, comment)
    assert stale == []
    assert crowd.pages > ROUNDS
    same_page_and_files(browser, *webs)


def same_page_and_files(browser: httpx.Client, one: Web, two: Web) -> None:
    pages = [browser.get(web.address + PAGE) for web in (one, two)]
    assert pages[0].text == pages[1].text
    assert pages[0].headers["ETag"] == pages[1].headers["ETag"]
    names = re.findall(r'(?:href|src)="(/static/[^"]+)"', pages[0].text)
    assert names
    for name in names:
        files = [browser.get(web.address + name) for web in (one, two)]
        assert {file.status_code for file in files} == {200}
        assert files[0].content == files[1].content


def test_login_attempts_are_counted_across_servers(webs, browser):
    turns = cycle(webs)
    answers = [log_in(browser, next(turns), f"wrong {number}") for number in range(30)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert [log_in(browser, web) for web in webs] == [429, 429]


def test_two_workers_check_report_and_mail_once(cluster, akismet, postbox, say):
    akismet.answer, akismet.delay = Mode.SLOW, 0.1
    asked = [say(f"asked {number}", status=Status.CHECKING) for number in range(60)]
    decided = [say(f"decided {number}", status=Status.SPAM) for number in range(20)]
    say("It waits.", status=Status.PENDING)
    a_minute_ago = timezone.now() - timedelta(minutes=1)
    Event.objects.update(at=a_minute_ago)
    for comment in decided:  # by a moderator, after Akismet answered ham
        comment.reported_result, comment.decided_at = Result.HAM, a_minute_ago
        comment.akismet_request = build_payload(comment, CommentSettings(), recheck_reason="")
        comment.save()
    workers = cluster.workers(2)
    until(lambda: not Comment.objects.filter(status=Status.CHECKING).exists())
    until(
        lambda: not Comment.objects.filter(status=Status.SPAM, reported_result=Result.HAM).exists()
    )
    until(lambda: bool(postbox.mails))
    for worker in workers:  # each finishes what it has started
        worker.terminate()
    assert [worker.wait(timeout=30) for worker in workers] == [0, 0]
    contents = [call.fields["comment_content"] for call in akismet.calls_to("comment-check")]
    assert sorted(contents) == sorted(comment.body for comment in asked)
    assert len(akismet.calls_to("submit-spam")) == len(decided)
    assert [mail["To"] for mail in postbox.mails] == ["mo@example.org"]


def test_killing_a_web_server_and_a_worker_loses_nothing(cluster, webs, akismet):
    akismet.answer, akismet.delay = Mode.SLOW, 0.3
    workers, taken, sent = cluster.workers(2), [], 0
    with httpx.Client(trust_env=False, timeout=60) as reader:
        for web in cycle(webs):
            sent += 1
            if len(taken) == 15:
                kill(webs[0].process)
                kill(workers[0])
            if len(taken) == 30:
                break
            assert sent < 60
            if send(reader, web, sent) == 303:
                taken.append(f"number {sent}")
    bodies = list(Comment.objects.values_list("body", flat=True))
    assert len(bodies) == len(set(bodies))
    assert set(taken) <= set(bodies)
    lease_of_the_dead_ends()
    until(lambda: not Comment.objects.filter(status=Status.CHECKING).exists())
    assert set(Comment.objects.values_list("status", flat=True)) == {Status.PENDING}
    assert {comment.events.count() for comment in Comment.objects.all()} == {2}
    # Only the checks that the killed worker was running are repeated.
    assert len(bodies) <= len(akismet.calls_to("comment-check")) <= len(bodies) + 16


def test_idle_connections_closed_by_the_database_cause_no_errors(webs):
    with httpx.Client(trust_env=False, timeout=60) as reader:
        before = [send(reader, webs[0], number) for number in range(6)]
        assert end_other_sessions()
        time.sleep(0.5)  # until each process has closed its end
        after = [send(reader, webs[0], 10 + number) for number in range(6)]
    assert before == after == [303] * 6


def send(reader: httpx.Client, web: Web, number: int) -> int:
    """Send a comment from a different address; return the status, or 0 without a response."""
    headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"203.0.113.{number}"}
    fields = form(body=f"number {number}", email=f"rita-{number}@example.com")
    try:
        answer = reader.post(f"{web.address}{PAGE}comments/", data=fields, headers=headers)
    except httpx.TransportError:
        return 0
    return answer.status_code


def lease_of_the_dead_ends() -> None:
    """Wait until the other worker is idle, then let the lease of the killed one expire."""
    waiting: Callable[[], int] = Comment.objects.filter(status=Status.CHECKING).count
    before = -1
    while before != (before := waiting()):
        time.sleep(1.5)
    Comment.objects.filter(status=Status.CHECKING).update(next_check_at=timezone.now())
