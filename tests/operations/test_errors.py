"""Unhandled errors: counted in one row by kind and place, and mailed to the owners once."""

import io
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.http import UnreadablePostError
from django.test import Client
from django.utils import timezone

from core.logging import JSONFormatter
from core.models import MailService
from operations.errors import handler, mail
from operations.management.commands import worker
from operations.models import ErrorRecord
from tests.support.people import person
from tests.support.smtp_server import Postbox
from tests.support.wire import wire

log = logging.getLogger("core.scheduler")


@pytest.fixture
def visitor() -> Client:
    """A client that gets the error page instead of the exception."""
    return Client(raise_request_exception=False)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the search fail with an error that quotes the query."""

    def find(text: str) -> Any:
        raise ValueError(f"can't find {text}")

    monkeypatch.setattr("blog.views.search.search_posts", find)


def happen(number: int = 0) -> None:
    """Log one of several different errors of the worker."""
    kind = type(f"Error{number}", (Exception,), {})
    try:
        raise kind("the words of rita")
    except kind:
        log.exception("The worker's %s failed and will be tried again", "drain")


def time_passes(**passed: float) -> None:
    for fault in ErrorRecord.objects.all():
        fault.first_at -= timedelta(**passed)
        fault.last_at -= timedelta(**passed)
        fault.mailed_at = fault.mailed_at and fault.mailed_at - timedelta(**passed)
        fault.save()


def test_an_error_in_a_request_is_stored_with_its_place_and_id(
    visitor: Client, broken: None, db: None
) -> None:
    answer = visitor.get("/search/?q=rita")
    fault = ErrorRecord.objects.get()
    assert answer.status_code == 500
    assert fault.request_id == answer["X-Request-ID"]
    assert fault.location.startswith("blog/views/search.py:")
    assert (fault.kind, fault.path, fault.count) == ("ValueError", "/search/", 1)
    assert "blog/views/search.py" in fault.traceback
    assert "rita" not in str(vars(fault))


def test_an_error_outside_of_django_is_stored_too(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    def find(_key: str) -> None:
        raise ValueError("a page that nobody can read")

    monkeypatch.setattr("pagecache.middleware.lookup", find)
    with pytest.raises(RuntimeError, match="in the line before"):
        wire("/")
    assert ErrorRecord.objects.get().location.startswith("pagecache/middleware.py:")


def test_the_same_error_is_counted_and_another_gets_its_own_row(
    visitor: Client, broken: None, db: None
) -> None:
    for word in ("one", "two", "three"):
        last = visitor.get(f"/search/?q={word}")
    happen()
    first, second = ErrorRecord.objects.order_by("pk")
    assert (first.count, first.request_id) == (3, last["X-Request-ID"])
    assert (second.count, second.kind, second.logger) == (1, "Error0", "core.scheduler")


def test_a_refused_request_is_not_counted(visitor: Client, db: None) -> None:
    visitor.get("/nowhere/")
    visitor.get("/", headers={"Host": "elsewhere.example"})
    visitor.post("/login/", {"username": "ada"})
    log.error("an error without an exception")
    assert not ErrorRecord.objects.exists()


def test_a_client_that_disconnects_is_not_counted(db: None) -> None:
    try:
        raise UnreadablePostError("gone")
    except UnreadablePostError:
        log.exception("a form was not read to its end")
    assert not ErrorRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_thousand_equal_errors_are_one_row_and_one_mail(postbox: Postbox, olive: Any) -> None:
    """Use four threads and two handlers, like several processes."""
    handlers = [handler.ErrorRecordHandler(), handler.ErrorRecordHandler()]
    try:
        raise ValueError("the words of rita")
    except ValueError as error:
        record = logging.makeLogRecord(
            {"name": "x", "levelno": logging.ERROR, "exc_info": (ValueError, error, None)}
        )

    def storm(handler: logging.Handler) -> None:
        for _turn in range(250):
            handler.handle(record)
        connections.close_all()

    threads = [threading.Thread(target=storm, args=[handler]) for handler in handlers * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ErrorRecord.objects.get().count == 1000
    for _turn in range(3):
        mail.mail_new_errors()
    (message,) = postbox.mails
    assert "1000 times" in message.get_content()


@pytest.mark.django_db(transaction=True)
def test_the_worker_mails_it_in_its_periodic_job(postbox: Postbox, olive: Any) -> None:
    happen()
    stopping = threading.Event()
    ticking = threading.Thread(target=worker.run_periodic_jobs, args=[stopping])
    ticking.start()
    end = timezone.now() + timedelta(seconds=20)
    while not postbox.mails and timezone.now() < end:
        stopping.wait(0.05)
    stopping.set()
    ticking.join()
    assert len(postbox.mails) == 1


def test_the_mail_says_what_and_where_and_quotes_nobody(
    postbox: Postbox, olive: Any, ada: Any, visitor: Client, broken: None
) -> None:
    answer = visitor.get("/search/?q=rita")
    mail.mail_new_errors()
    (message,) = postbox.mails
    text = message.get_content()
    assert message["To"] == "olive@example.org"
    for said in ("ValueError", "blog/views/search.py:", "/search/", answer["X-Request-ID"]):
        assert said in text
    assert "https://reviews.example/admin/status/" in text
    assert "rita" not in text


def test_many_different_errors_are_one_mail_of_limited_length(postbox: Postbox, olive: Any) -> None:
    for number in range(30):
        happen(number)
    mail.mail_new_errors()
    (message,) = postbox.mails
    text = message.get_content()
    assert text.count("happen") == mail.MAX_LISTED
    assert "There are more on the status page" in text
    mail.mail_new_errors()
    assert len(postbox.mails) == 1
    assert timedelta(minutes=10) <= mail.INTERVAL  # so there are at most six mails an hour


def test_each_owner_with_an_address_gets_the_mail(postbox: Postbox, olive: Any, mo: Any) -> None:
    person("Otto", is_superuser=True, is_staff=True)
    nobody = person("Nemo", is_superuser=True)
    nobody.email = ""
    nobody.save()
    happen()
    mail.mail_new_errors()
    assert {message["To"] for message in postbox.mails} == {"olive@example.org", "otto@example.org"}


def test_it_is_mailed_again_only_after_a_week_without_it(postbox: Postbox, olive: Any) -> None:
    happen()
    mail.mail_new_errors()
    for _turn in range(3):
        time_passes(days=3)
        happen()
        mail.mail_new_errors()
    assert len(postbox.mails) == 1
    time_passes(days=8)
    happen()
    mail.mail_new_errors()
    assert len(postbox.mails) == 2
    assert ErrorRecord.objects.get().count == 5


def test_a_mail_that_fails_is_sent_by_the_next_job(postbox: Postbox, olive: Any) -> None:
    postbox.refuse = True
    happen()
    mail.mail_new_errors()
    assert MailService.objects.get().failures == 1
    postbox.refuse = False
    mail.mail_new_errors()
    assert len(postbox.mails) == 1


def test_without_an_owner_with_an_address_it_waits(postbox: Postbox, db: None) -> None:
    happen()
    mail.mail_new_errors()
    assert ErrorRecord.objects.get().mailed_at is None
    person("Olive", is_superuser=True)
    mail.mail_new_errors()
    assert len(postbox.mails) == 1


def test_an_error_is_deleted_after_thirty_days_without_it(db: None) -> None:
    happen(1)
    time_passes(days=29)
    happen(2)
    mail.delete_old_errors()
    assert ErrorRecord.objects.count() == 2
    time_passes(days=2)
    mail.delete_old_errors()
    assert ErrorRecord.objects.get().kind == "Error2"


@pytest.fixture
def lines() -> Iterator[Callable[[], str]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JSONFormatter())
    logging.getLogger().addHandler(handler)
    yield stream.getvalue
    logging.getLogger().removeHandler(handler)


def away(*_call: Any) -> Any:
    raise OperationalError("the server closed the connection")


def test_without_a_database_the_error_is_only_in_the_log(
    db: None, lines: Callable[[], str], visitor: Client, broken: None
) -> None:
    with connection.execute_wrapper(away):
        happen()
        assert visitor.get("/search/?q=rita").status_code == 500
    assert lines().count('"traceback"') == 2
    assert not ErrorRecord.objects.exists()


def test_errors_of_the_database_cause_no_further_queries(
    db: None, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(handler, "count", lambda *_said: asked.append("count"))
    with connection.execute_wrapper(away):
        assert visitor.get("/works/").status_code == 503
    assert asked == []


def test_a_failure_to_count_an_error_is_ignored(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def count(*_said: Any) -> None:
        happen(1)
        raise RuntimeError("it can't be counted")

    monkeypatch.setattr(handler, "count", count)
    happen()
    assert not ErrorRecord.objects.exists()


def test_an_error_in_a_broken_transaction_is_harmless(db: None) -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        happen()
    assert not ErrorRecord.objects.exists()
