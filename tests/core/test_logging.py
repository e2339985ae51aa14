"""The log: one line for each event, request ids, and no personal data."""

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import DisallowedHost
from django.db import IntegrityError, connection
from django.test import Client, RequestFactory
from django.utils import timezone

from blog.models import Post
from comments import moderation
from comments.models import Comment, Event, Status
from comments.screening import circuit_breaker, worker
from core import scheduler
from core.logging import ConsoleFormatter, JSONFormatter, format_traceback, masked
from core.middleware import request_id
from core.request_id import current_request_id
from tests.support.people import PASSWORD
from tests.support.wire import wire


class Log:
    """The log of the site in its JSON format."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, event: str) -> dict[str, Any]:
        """Return the only line of an event."""
        (line,) = [line for line in self.lines if line["event"] == event]
        return line


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    handler = logging.StreamHandler(log.stream)
    handler.setFormatter(JSONFormatter())
    logging.getLogger().addHandler(handler)
    yield log
    logging.getLogger().removeHandler(handler)


def test_a_line_is_json_with_time_level_logger_event_and_fields(log: Log) -> None:
    logging.getLogger("comments.views").info("comment taken", extra={"comment": 5})
    (line,) = log.lines
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "comments.views",
        "event": "comment taken",
        "comment": 5,
    }


def test_a_request_its_log_line_its_event_and_its_response_share_an_id(
    send: Callable[..., Any], akismet: Any, log: Log
) -> None:
    answer = send()
    line = log.of("comment taken")
    comment = Comment.objects.get()
    assert len(line["request"]) == 16
    assert answer["X-Request-ID"] == line["request"]
    assert comment.events.get().request_id == line["request"]
    assert (line["comment"], line["post"]) == (comment.pk, comment.post_id)


def test_log_lines_of_django_have_the_id_too(client: Client, db: None, log: Log) -> None:
    missing = client.get("/nowhere/")
    strange = client.get("/", headers={"Host": "elsewhere.example"})
    assert log.of("Not Found: /nowhere/")["request"] == missing["X-Request-ID"]
    assert [line["request"] for line in log.lines][-1] == strange["X-Request-ID"]
    assert "traceback" not in log.text  # it is not an error of the site


def test_each_request_gets_a_new_id_even_if_it_sends_one(client: Client, db: None) -> None:
    answers = [client.get("/healthz", headers={"X-Request-ID": "mine"}) for _turn in range(3)]
    assert len({answer["X-Request-ID"] for answer in answers} - {"mine"}) == 3
    assert current_request_id() == ""


def test_a_cached_page_has_no_id(post: Post) -> None:
    for _turn in range(2):
        assert "x-request-id" not in wire(post.get_absolute_url()).headers
    assert "x-request-id" in wire("/search/").headers


@pytest.mark.django_db(transaction=True)  # a round starts by closing old connections
def test_a_round_of_the_worker_and_its_events_share_an_id(
    say: Callable[..., Comment], akismet: Any, log: Log
) -> None:
    comment = say(status=Status.CHECKING)
    assert comment.events.get().request_id == ""
    scheduler.run_logged(lambda: worker.check_due_comments(threading.Event()), "drain")
    line = log.of("comment checked")
    assert (line["comment"], line["result"]) == (comment.pk, "ham")
    assert line["seconds"] >= 0
    assert line["request"] == comment.events.last().request_id


def test_the_history_of_a_comment_shows_the_id(
    send: Callable[..., Any], mo: Any, logged_in: Callable[..., Client]
) -> None:
    name = send()["X-Request-ID"]
    assert name in logged_in(mo).get(f"/moderation/{Comment.objects.get().pk}/").content.decode()


def test_code_without_the_id_column_still_works_during_an_upgrade(
    say: Callable[..., Comment],
) -> None:
    """The previous code does not know the column and writes rows during an upgrade."""
    comment = say()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO comments_event (comment_id, act, at, status_from, status_to, why, text)"
            " SELECT comment_id, act, at, status_from, status_to, why, text FROM comments_event"
        )
    assert Event.objects.filter(comment=comment, request_id="").count() == 2


REFUSALS = [
    ({"email": "nonsense"}, {}, "wrong fields", 400),
    ({}, {"Sec-Fetch-Site": "cross-site"}, "from another site", 403),
]


@pytest.mark.parametrize(("values", "headers", "why", "status"), REFUSALS)
def test_a_refusal_is_logged_with_its_reason(
    values: dict, headers: dict, why: str, status: int, send: Callable[..., Any], log: Log
) -> None:
    send(headers=headers, **values)
    line = log.of("comment refused")
    assert (line["why"], line["status"]) == (why, status)


def test_closed_duplicate_and_too_fast_are_logged_as_reasons(
    send: Callable[..., Any], post: Post, log: Log
) -> None:
    send(address="203.0.113.250")
    Comment.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    send(address="203.0.113.251")
    Comment.objects.update(created_at=timezone.now())
    send(address="203.0.113.250", body="And another thing.")
    Post.objects.update(comments_open=False)
    send()
    said = [
        (line["why"], line["status"]) for line in log.lines if line["event"] == "comment refused"
    ]
    assert said == [("duplicate", 409), ("too fast", 429), ("closed", 403)]


def test_failures_of_akismet_are_logged(
    say: Callable[..., Comment], akismet: Any, log: Log
) -> None:
    akismet.answer = "500"
    for number in range(3):
        say(f"number {number}", status=Status.CHECKING)
    worker.check_due_comments(threading.Event())
    failed = [line for line in log.lines if line["event"] == "spam check failed"]
    assert {line["kind"] for line in failed} == {"server"}
    assert {line["comment"] for line in failed} == set(Comment.objects.values_list("pk", flat=True))
    assert log.of("breaker opened")["failures"] == 1
    akismet.answer = "ham"
    circuit_breaker.probe()
    worker.check_due_comments(threading.Event())
    assert log.of("breaker closed")
    assert akismet.key not in log.text


def test_a_moderation_action_is_logged_with_user_id_and_count(
    say: Callable[..., Comment], mo: Any, logged_in: Callable[..., Client], log: Log
) -> None:
    two = [say(f"number {number}", status=Status.PENDING).pk for number in range(2)]
    answer = logged_in(mo).post("/moderation/act/", {"act": "approve", "comment": two})
    line = log.of("moderation")
    assert (line["act"], line["count"], line["user"]) == ("approve", 2, mo.pk)
    moved = Event.objects.filter(status_to=Status.APPROVED)
    assert {event.request_id for event in moved} == {answer["X-Request-ID"]}


def test_logins_are_logged_without_names(ada: Any, client: Client, log: Log) -> None:
    client.post("/login/", {"username": "ada", "password": "a wrong one"})
    client.post("/login/", {"username": "ada", "password": PASSWORD})
    assert log.of("login failed")["level"] == "warning"
    assert log.of("login")["user"] == ada.pk
    assert "ada" not in log.text


def test_a_locked_login_has_an_event_of_its_own(log: Log) -> None:
    """An attempt above the limit is logged as locked."""
    request = RequestFactory().post("/login/")
    request.login_wait = 30
    user_login_failed.send(sender=__name__, credentials={"username": "ada"}, request=request)
    assert log.of("login locked")


def test_saving_a_post_is_logged(
    ada: Any, logged_in: Callable[..., Client], log: Log, django_capture_on_commit_callbacks: Any
) -> None:
    typed = {"title": "Hail", "slug": "hail", "body": "Ice falls.", "spoiler_level": "none"}
    with django_capture_on_commit_callbacks(execute=True):
        logged_in(ada).post("/admin/blog/post/add/", {**typed, "_draft": ""})
    line = log.of("post saved")
    assert (line["id"], line["published"]) == (Post.objects.get().pk, False)
    assert line["user"] == ada.pk


def test_a_slow_request_is_logged(
    client: Client, log: Log, monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    client.get("/search/?q=rain")
    assert "slow request" not in log.text
    monkeypatch.setattr(request_id, "SLOW_SECONDS", 0)
    client.get("/search/?q=rain")
    line = log.of("slow request")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/search/", 200)
    assert "rain" not in log.text


def test_the_log_contains_no_personal_data_of_a_visitor(
    send: Callable[..., Any], akismet: Any, client: Client, ada: Any, log: Log
) -> None:
    """A visit with accepted and refused comments, receipts, password resets, searches and 404s."""
    said = {"name": "Rita Riesling", "email": "rita@riesling.example", "body": "So wet a rain."}
    send(**said, website="https://riesling.example", address="203.0.113.77")
    receipt = send(**said, address="203.0.113.77")["Location"]
    send(**{**said, "email": "riesling"}, address="203.0.113.77")
    akismet.answer = "500"
    worker.check_due_comments(threading.Event())
    client.get(receipt[:-2] + "/", headers={"User-Agent": "Riesling 7"}, REMOTE_ADDR="2001:db8::7")
    client.get("/password/reset/Mg/c9x0f1-0123456789abcdef/lost/")
    client.get("/password/reset/Mg/c9x0f1-0123456789abcdef")
    client.get("/search/?q=riesling&page=999")
    client.get("/nowhere/rita@riesling.example/", REMOTE_ADDR="203.0.113.77")
    client.post("/password/reset/", {"email": "rita@riesling.example"})
    client.get("/", headers={"Host": "riesling@203.0.113.77"})
    assert len(log.lines) > 5
    for word in ("iesling", "Rita", "wet", "203.0.113.77", "2001:db8", "c9x0f1"):
        assert word not in log.text
    assert receipt.split("/")[-2][:10] not in log.text


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Not Found: /comments/receipt/abc-DEF_1/", "Not Found: /comments/receipt/…"),
        ("Gone: /moderation/mail/undo/WzEs.1x.aB-_/", "Gone: /moderation/mail/…"),
        ("Gone: /password/reset/Mg/c9-1/ again", "Gone: /password/reset/… again"),
        ("Gone: /account/invitation/eyJp:1x:S-_/", "Gone: /account/invitation/…"),
        ("Gone: /account/email/eyJp:1x:S-_/", "Gone: /account/email/…"),
        ("Gone: /account/invitations/3/", "Gone: /account/invitations/3/"),
        ('"GET /search/?q=me&page=2 HTTP/1.1" 200', '"GET /search/?… HTTP/1.1" 200'),
        ("for <ada@example.org>: no", "for <…@…>: no"),
        ("from 203.0.113.9:4711", "from …:4711"),
        ("from 2001:db8::9 at 12:34:56", "from … at 12:34:56"),
        ("Django 5.2.19, 3 of 4?", "Django 5.2.19, 3 of 4?"),
    ],
)
def test_messages_of_libraries_are_masked(said: str, kept: str) -> None:
    assert masked(said) == kept


def caught(error: Exception) -> Exception:
    try:
        raise error
    except type(error) as raised:
        return raised


def test_a_traceback_contains_no_values(log: Log) -> None:
    secret = "the words of rita"
    try:
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise IntegrityError(f"duplicate key\nDETAIL: Key (email)=({secret})") from error
    except IntegrityError:
        logging.getLogger("blog").exception("it failed")
    (line,) = log.lines
    assert secret not in log.text
    assert "ValueError\n" in line["traceback"]
    assert line["traceback"].endswith("IntegrityError: duplicate key")
    assert "tests/core/test_logging.py" in line["traceback"]


def test_error_messages_about_code_are_kept() -> None:
    assert format_traceback(caught(AttributeError("no attribute 'x'"))).endswith(
        ": no attribute 'x'"
    )
    assert format_traceback(caught(OSError(28, "No space left", "/rita"))).endswith(
        ": No space left"
    )
    assert format_traceback(caught(KeyError("rita"))).endswith("KeyError")
    assert format_traceback(caught(DisallowedHost("rita"))).endswith("DisallowedHost")


def test_only_our_own_code_can_add_fields(log: Log) -> None:
    logging.getLogger("axes.attempts").critical("locked", extra={"ip_address": "secret"})
    logging.getLogger("django.request").warning("no", extra={"status_code": 404, "request": "r"})
    assert "secret" not in log.text
    assert log.lines[-1]["status"] == 404


def test_the_console_format_is_plain_text() -> None:
    said = {"msg": "comment taken", "name": "comments.views", "comment": 5}
    record = logging.makeLogRecord({**said, "levelname": "INFO", "levelno": logging.ERROR})
    line = ConsoleFormatter().format(record)
    assert line.endswith(" INFO comment taken logger=comments.views comment=5")
    try:
        raise KeyError("rita")
    except KeyError:
        record.exc_info = sys.exc_info()
    assert ConsoleFormatter().format(record).endswith("KeyError")


def test_changes_outside_of_a_request_have_no_id(say: Callable[..., Comment], mo: Any) -> None:
    comment = say(status=Status.PENDING)
    moderation.approve([comment.pk], mo)
    assert comment.events.last().request_id == ""
    assert comment.events.last().at > timezone.now() - timedelta(minutes=1)
