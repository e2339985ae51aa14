"""The cast and the stage: Olive owns, Ada writes, Mo moderates, and readers come and go."""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import html5lib
import hypothesis
import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.storage import storages
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from blog.apps import AUTHORS
from blog.models import Picture, Post
from comments import moderation, submission
from comments.apps import MODERATORS
from comments.models import Comment, Status
from pagecache import middleware
from tests.support.fake_akismet import StandIn
from tests.support.smtp_server import Postbox, opened

PASSWORD = "a long enough one"

# New examples each time where somebody is there to look at what they find; the same ones in CI.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


# Skips that depend on the database or the queue. In CI any other skip is a failure: it would hide
# that the machine lacks a tool.
EXPECTED_SKIPS = re.compile("SQLite|PostgreSQL|Redis|DATABASE_URL|only a server refuses")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[pytest.TestReport]:
    """Turn unexpected skips into failures in CI."""
    report = yield
    is_skipped = report.skipped and not hasattr(report, "wasxfail")
    if os.environ.get("CI") and is_skipped and not EXPECTED_SKIPS.search(str(report.longrepr)):
        report.outcome = "failed"
    return report


def forget_pages() -> None:
    """Empties the page cache: of this process, and the one that processes share."""
    middleware.store.clear()
    middleware.is_allowed_host.cache_clear()
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_kept(tmp_path: Any) -> Iterator[None]:
    """Pages that one test kept are none of the next one's."""
    forget_pages()
    yield
    forget_pages()


@pytest.fixture(scope="session", autouse=True)
def _no_session_is_left(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """PostgreSQL drops no database that somebody still uses: a request that a browser gave up, or
    a process that a test killed, may hold a session for a moment longer than the tests run."""
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock():
        connection.close()  # it may have rested since before the browser, and been ended by a test
        end_other_sessions()
    connection.close()


def end_other_sessions() -> int:
    """Ends each session at PostgreSQL's database of the tests but our own; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.rowcount


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Any, monkeypatch: Any) -> None:
    # Storages look where they lie anew whenever MEDIA_ROOT is set.
    monkeypatch.setattr(storages["originals"], "_location", tmp_path / "originals")
    # The field has that of its start; a test that sets STORAGES leaves another one behind.
    monkeypatch.setattr(Picture._meta.get_field("original"), "storage", storages["originals"])
    settings.MEDIA_ROOT = tmp_path / "media"


def person(name: str, *groups: str, **values: Any) -> Any:
    user = get_user_model().objects.create_user(
        name.lower(), f"{name.lower()}@example.org", PASSWORD, first_name=name, **values
    )
    for group in groups:
        user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user


@pytest.fixture
def olive(db: None) -> Any:
    return person("Olive", is_staff=True, is_superuser=True)


@pytest.fixture
def ada(db: None) -> Any:
    return person("Ada", AUTHORS, is_staff=True)


@pytest.fixture
def mo(db: None) -> Any:
    return person("Mo", MODERATORS)


@pytest.fixture
def logged_in() -> Callable[[Any], Client]:
    """A client with somebody's session."""

    def client_of(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def write(ada: Any) -> Callable[..., Post]:
    """Writes a post; published a day ago unless told otherwise."""

    def written(**values: Any) -> Post:
        number = Post.objects.count() + 1
        values.setdefault("title", f"Review {number}")
        values.setdefault("slug", f"review-{number}")
        values.setdefault("body", "It was fine.")
        values.setdefault("spoiler_level", "none")
        values.setdefault("published_at", timezone.now() - timedelta(days=1))
        return Post.objects.create(author=values.pop("author", ada), **values)

    return written


@pytest.fixture
def post(write: Callable[..., Post]) -> Post:
    return write(title="Metallic Rain", slug="metallic-rain")


def form(**values: Any) -> dict[str, Any]:
    """What a reader fills in; each test names what matters to it."""
    return {"name": "Rita", "email": "rita@example.com", "body": "I liked the rain.", **values}


@pytest.fixture
def send(post: Post) -> Callable[..., Any]:
    """Sends the comment form as a browser does without JavaScript, each time from a new address."""
    numbers = iter(range(1, 250))

    def sent(
        client: Client | None = None, to: Post = post, headers: Any = None, **values: Any
    ) -> Any:
        address = values.pop("address", f"203.0.113.{next(numbers)}")
        return (client or Client()).post(
            f"/reviews/{to.slug}/comments/",
            form(**values),
            REMOTE_ADDR=address,
            headers=headers or {"Sec-Fetch-Site": "same-origin"},
        )

    return sent


@pytest.fixture
def say(post: Post) -> Callable[..., Comment]:
    """Puts a comment into the database, approved unless told otherwise."""

    def said(body: str = "I liked it.", **values: Any) -> Comment:
        status, reason = values.pop("status", Status.APPROVED), values.pop("reason", "")
        values.setdefault("name", "Rita")
        values.setdefault("email", "rita@example.com")
        comment = Comment(post=values.pop("post", post), body=body, **values)
        submission.prepare(comment)
        moderation.record_submission(comment, status, reason)
        return comment

    return said


class Clock:
    """The site's clock, ahead of the real one by what a test has moved it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def move(self, **amount: float) -> None:
        self.ahead += timedelta(**amount)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the test can move ahead."""
    clock, now, seconds = Clock(), timezone.now, time.time
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + clock.ahead)
    monkeypatch.setattr("time.time", lambda: seconds() + clock.ahead.total_seconds())
    return clock


@pytest.fixture
def send_form() -> Callable[..., Any]:
    """Opens a page, changes some fields of its form and sends it; the others go as they stand."""

    def sent(client: Client, address: str, **changes: Any) -> Any:
        page = client.get(address)
        assert page.status_code == 200, address
        return client.post(address, {**fields(page.content.decode()), **changes})

    return sent


def fields(html: str) -> dict[str, Any]:
    """What a browser would send of a page's main form, without its buttons and files."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    form = tree.find(".//div[@id='content-main']//form")
    found: dict[str, Any] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "")
        if field.tag not in ("input", "textarea", "select") or not name:
            continue
        if kind in ("submit", "file", "button"):
            continue
        if field.tag == "select":
            chosen = [o.get("value") for o in field.iter("option") if o.get("selected") is not None]
            found[name] = chosen if field.get("multiple") is not None else "".join(chosen)
        elif field.tag == "textarea":
            found[name] = (field.text or "").removeprefix("\n")
        elif kind not in ("checkbox", "radio") or field.get("checked") is not None:
            found[name] = field.get("value", "on" if kind == "checkbox" else "")
    return found


@pytest.fixture
def akismet(settings: Any) -> Iterator[StandIn]:
    """A service that speaks Akismet's protocol over real HTTP, and a site configured for it."""
    with StandIn() as stand_in:
        settings.AKISMET_API_KEY = stand_in.key
        settings.AKISMET_API_URL = stand_in.url
        yield stand_in


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """A real SMTP server, and a site that sends its mail there."""
    with opened(settings) as box:
        yield box


def wire(path: str, method: str = "GET", query: str = "", **headers: str) -> "Answer":
    """Asks the whole WSGI application, page cache and all; header names with underscores."""
    from config.wsgi import application

    answer = Answer()
    environ = {
        **Client()._base_environ(PATH_INFO=path, REQUEST_METHOD=method, QUERY_STRING=query),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    # As Django's own test client does: the end of a request must not close the test's connection.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        answer.body = b"".join(application(environ, answer.start))
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return answer


class Answer:
    """What came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    def start(self, status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Any:
        self.status = int(status.split()[0])
        self.headers = {name.lower(): value for name, value in headers}
        return lambda data: None

    @property
    def text(self) -> str:
        return self.body.decode()


__all__ = ["PASSWORD", "Answer", "form", "person", "wire"]
