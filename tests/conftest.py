"""Fixtures for all tests: Olive is the owner, Ada an author, and Mo a moderator."""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
from django.core.files.storage import storages
from django.db import connection
from django.test import Client
from django.utils import timezone

from blog.apps import AUTHORS
from blog.models import Picture, Post
from comments import moderation, submission
from comments.apps import MODERATORS
from comments.models import Comment, Status
from tests.support.fake_akismet import StandIn
from tests.support.forms import fields, form
from tests.support.page_cache import forget_pages
from tests.support.people import person
from tests.support.postgresql import end_other_sessions
from tests.support.smtp_server import Postbox, opened

# New examples in each run where somebody can look at the failures; the same ones in CI.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


# Skips that depend on the database, the queue, or data that is not part of the project. In CI any
# other skip is a failure, because it would hide that the machine lacks a tool.
EXPECTED_SKIPS = re.compile(
    "no labelled comments|SQLite|PostgreSQL|Redis|DATABASE_URL|only a server refuses"
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Iterator[pytest.TestReport]:
    """Turn unexpected skips into failures in CI."""
    report = yield
    is_skipped = report.skipped and not hasattr(report, "wasxfail")
    if os.environ.get("CI") and is_skipped and not EXPECTED_SKIPS.search(str(report.longrepr)):
        report.outcome = "failed"
    return report


@pytest.fixture(autouse=True)
def _nothing_kept(tmp_path: Any) -> Iterator[None]:
    """Clear the page cache, so that no test gets a page that another one cached."""
    forget_pages()
    yield
    forget_pages()


@pytest.fixture(scope="session", autouse=True)
def _no_session_is_left(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End all other sessions of PostgreSQL, which drops no database that is in use.

    An aborted request or a killed process may keep its session a moment longer than the tests run.
    """
    yield
    if connection.vendor != "postgresql":
        return
    with django_db_blocker.unblock():
        connection.close()  # a test may have ended it while it was idle
        end_other_sessions()
    connection.close()


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Any, monkeypatch: Any) -> None:
    # Storages read their location again whenever MEDIA_ROOT is set.
    monkeypatch.setattr(storages["originals"], "_location", tmp_path / "originals")
    # The field keeps its first storage; a test that sets STORAGES would leave another behind.
    monkeypatch.setattr(Picture._meta.get_field("original"), "storage", storages["originals"])
    settings.MEDIA_ROOT = tmp_path / "media"


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
    """Return a function that returns a client with a user's session."""

    def client_of(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def write(ada: Any) -> Callable[..., Post]:
    """Return a function that creates a post, published a day ago by default."""

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


@pytest.fixture
def send(post: Post) -> Callable[..., Any]:
    """Return a function that sends the comment form, each time from a new address."""
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
    """Return a function that creates a comment, approved by default."""

    def create(body: str = "I liked it.", **values: Any) -> Comment:
        status, reason = values.pop("status", Status.APPROVED), values.pop("reason", "")
        values.setdefault("name", "Rita")
        values.setdefault("email", "rita@example.com")
        comment = Comment(post=values.pop("post", post), body=body, **values)
        submission.prepare(comment)
        moderation.record_submission(comment, status, reason)
        return comment

    return create


class Clock:
    """The site's clock, which a test can move ahead of the real one."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def move(self, **amount: float) -> None:
        self.ahead += timedelta(**amount)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock of the site with one that the test can move ahead."""
    clock, now, seconds = Clock(), timezone.now, time.time
    monkeypatch.setattr("django.utils.timezone.now", lambda: now() + clock.ahead)
    monkeypatch.setattr("time.time", lambda: seconds() + clock.ahead.total_seconds())
    return clock


@pytest.fixture
def send_form() -> Callable[..., Any]:
    """Return a function that opens a page and sends its form with some fields changed."""

    def sent(client: Client, address: str, **changes: Any) -> Any:
        page = client.get(address)
        assert page.status_code == 200, address
        return client.post(address, {**fields(page.content.decode()), **changes})

    return sent


@pytest.fixture
def akismet(settings: Any) -> Iterator[StandIn]:
    """Run a stand-in for Akismet over real HTTP, and configure the site to use it."""
    with StandIn() as stand_in:
        settings.AKISMET_API_KEY = stand_in.key
        settings.AKISMET_API_URL = stand_in.url
        yield stand_in


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """Run a real SMTP server, and configure the site to use it."""
    with opened(settings) as box:
        yield box
