"""The status page."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import html5lib
import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

import config
from accounts.tasks import send_password_reset_mail
from blog.models import Picture, Post
from comments.models import Comment, SpamServiceState, Status
from core import mail, scheduler
from core.models import MailService, PeriodicJob
from operations.models import ErrorRecord
from operations.status import system

PAGE = "/admin/status/"


@pytest.fixture
def status(olive: Any, logged_in: Callable[[Any], Client]) -> Callable[[str], tuple[str, str]]:
    """Return a function that returns the state and the sentence of a line of the page."""

    def read(name: str) -> tuple[str, str]:
        page = html5lib.parse(
            logged_in(olive).get(PAGE).content.decode(), namespaceHTMLElements=False
        )
        rows = [row for row in page.iter("div") if "check" in (row.get("class") or "").split()]
        found = {row.find("dt").text: row.find("dd") for row in rows}
        word = found[name].find("strong")
        return word.text, " ".join(word.tail.split())

    return read


def record_worker_run() -> None:
    scheduler.claim("mail", timedelta(minutes=1))


def error(**values: Any) -> ErrorRecord:
    known = {"kind": "ValueError", "location": "blog/search.py:50 find", "traceback": "  at <it>"}
    return ErrorRecord.objects.create(**{**known, "fingerprint": "f", "count": 3, **values})


@pytest.mark.parametrize(
    ("who", "answer"), [(None, 302), ("mo", 403), ("ada", 403), ("olive", 200)]
)
def test_only_the_owner_sees_it(
    who: str | None, answer: int, request: Any, db: None, client: Client
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))
    found = client.get(PAGE)
    assert found.status_code == answer
    assert client.head(PAGE).status_code == answer
    assert client.post(PAGE).status_code == 405
    if answer == 200:
        assert "no-store" in found["Cache-Control"]


def test_only_the_owner_sees_the_link_to_it(
    olive: Any, ada: Any, logged_in: Callable[[Any], Client]
) -> None:
    assert f'href="{PAGE}"' in logged_in(olive).get("/admin/").content.decode()
    assert f'href="{PAGE}"' not in logged_in(ada).get("/admin/").content.decode()


def test_the_number_of_queries_does_not_depend_on_the_data(
    say: Any, olive: Any, logged_in: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        say(f"number {number}", status=Status.PENDING if number % 2 else Status.CHECKING)
        error(fingerprint=str(number))
    client = logged_in(olive)
    with django_assert_max_num_queries(22):
        assert client.get(PAGE).status_code == 200


def test_it_sends_nothing_over_the_network(status: Any, akismet: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert status("Akismet") == ("OK", "A key is set. No comment has been checked yet.")
    assert akismet.calls == []


def test_a_healthy_site_is_reported_as_such(
    akismet: Any, settings: Any, olive: Any, logged_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = "https://reviews.example"
    usage = (100 * system.GIB, 0, 50 * system.GIB)
    monkeypatch.setattr(system.shutil, "disk_usage", lambda _folder: usage)
    record_worker_run()
    PeriodicJob.objects.create(name="backup", last_run_at=timezone.now())
    assert "Everything is OK." in logged_in(olive).get(PAGE).content.decode()


def test_a_proxy_that_sends_no_address_is_reported(status: Any, send: Any, clock: Any) -> None:
    browser = {"Sec-Fetch-Site": "same-origin", "User-Agent": "A browser"}
    send(address="_hidden", headers=browser)
    send(address="unknown", headers=browser, email="tom@example.com", body="Me too.")
    state, sentence = status("IP addresses")
    assert state == "check"
    assert sentence.startswith("2 comments in the last 24 hours came without a valid IP address")
    clock.move(hours=25)
    with pytest.raises(KeyError):
        status("IP addresses")


def test_comments_with_an_address_or_with_a_deleted_one_are_not_reported(
    status: Any, send: Any, say: Any
) -> None:
    send(headers={"Sec-Fetch-Site": "same-origin", "User-Agent": "A browser"})
    say("Its address was deleted with the browser's name.", address=None, user_agent="")
    with pytest.raises(KeyError):
        status("IP addresses")


def test_waiting_comments_are_shown_with_their_age(status: Any, say: Any) -> None:
    assert status("Waiting for the spam check") == (
        "OK",
        "No comments are waiting for the spam check.",
    )
    say("one", status=Status.CHECKING, created_at=timezone.now() - timedelta(hours=3))
    say("two", status=Status.CHECKING)
    say("three", status=Status.PENDING, created_at=timezone.now() - timedelta(days=4))
    word, sentence = status("Waiting for the spam check")
    assert word == "action needed"
    assert re.search(
        r"2 comments are waiting for the spam check, the oldest for 3\shours\.", sentence
    )
    word, sentence = status("Waiting for review")
    assert word == "check"
    assert re.search(r"1 comment has been waiting for review for 4\sdays\.", sentence)


def test_failed_checks_are_shown_with_their_messages(status: Any, say: Any) -> None:
    say("one", status=Status.CHECKING, check_error="Akismet didn't respond in time.")
    say("two", status=Status.CHECKING, check_error="Akismet didn't respond in time.")
    assert status("Failed spam checks") == ("check", "2 × Akismet didn't respond in time.")


@pytest.mark.parametrize(
    ("known", "word", "sentence"),
    [
        (
            {"failure": "It is away.", "next_probe_at": timezone.now()},
            "action needed",
            "Next try at",
        ),
        ({"failure": "It is away."}, "check", "It is away."),
        ({"alert_code": "10", "alert": "Pay."}, "action needed", "(alert 10): Pay."),
        ({"last_answer_at": timezone.now()}, "OK", "Last response "),
    ],
)
def test_the_last_known_state_of_akismet_is_shown(
    known: dict, word: str, sentence: str, status: Any, akismet: Any
) -> None:
    SpamServiceState.objects.create(pk=1, **known)
    found = status("Akismet")
    assert found[0] == word
    assert sentence in found[1].replace("\xa0", " ")


def test_a_missing_key_is_shown(status: Any) -> None:
    assert status("Akismet")[0] == "check"
    assert "AKISMET_API_KEY" in status("Akismet")[1]


def test_failing_mail_is_shown_until_mail_works_again(status: Any, postbox: Any, mo: Any) -> None:
    assert status("Email delivery") == ("OK", "No email has been sent yet.")
    postbox.refuse = True
    mail.send(mo, "a", "b", "moderation")
    mail.send(mo, "a", "b", "moderation")
    word, sentence = status("Email delivery")
    assert (word, "2 emails in a row" in sentence) == ("action needed", True)
    assert "SMTPDataError 451" in sentence
    postbox.refuse = False
    mail.send(mo, "a", "b", "moderation")
    word, sentence = status("Email delivery")
    assert (word, "Email works again" in sentence) == ("OK", True)
    MailService.objects.update(failed_at=None)
    assert "None has failed" in status("Email delivery")[1]


def test_mail_to_the_console_is_a_warning(status: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert status("Email delivery")[0] == "check"


def test_a_stopped_worker_is_noticed(status: Any) -> None:
    assert status("Worker")[0] == "action needed"
    record_worker_run()
    assert status("Worker")[0] == "OK"
    PeriodicJob.objects.update(last_run_at=timezone.now() - timedelta(minutes=20))
    word, sentence = status("Worker")
    assert (word, "worker running?" in sentence) == ("action needed", True)


def test_waiting_and_failed_tasks_are_shown(status: Any, settings: Any) -> None:
    if settings.REDIS_URL:
        pytest.skip("Redis holds the queue here; this looks at the one in the database")
    send_password_reset_mail.enqueue(7)
    send_password_reset_mail.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(7)
    word, sentence = status("Task queue")
    assert (word, "1 waiting, 0 failed in the last 24 hours." in sentence) == (
        "OK",
        True,
    )
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(hours=2))
    assert status("Task queue")[0] == "action needed"
    DBTaskResult.objects.update(status="FAILED", finished_at=timezone.now())
    assert status("Task queue")[0] == "check"


def test_an_unavailable_queue_is_shown(
    status: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "redis://127.0.0.1:1/0"  # nothing listens there
    queues = {"default": {"URL": nobody}}
    settings.REDIS_URL, settings.RQ_QUEUES = nobody, queues
    monkeypatch.setattr("django_rq.settings.QUEUES", queues, raising=False)
    monkeypatch.setattr("django_rq.settings._QUEUES", queues, raising=False)
    assert status("Task queue") == ("action needed", "The queue doesn't respond.")


def test_waiting_pictures_and_posts_are_shown(status: Any, post: Post) -> None:
    now = timezone.now()
    Picture.objects.bulk_create(
        [
            Picture(file="a.webp", width=1, height=1, alt="a", renditions_due_at=now),
            Picture(file="b.webp", width=1, height=1, alt="b", renditions_due_at=now, attempts=4),
        ]
    )
    assert status("Pictures") == (
        "check",
        "2 waiting for smaller copies, 1 failed repeatedly.",
    )
    Post.objects.update(index_due=True)
    assert status("Search") == ("OK", "1 post is waiting to be indexed.")
    Post.objects.update(updated_at=now - timedelta(hours=1))
    assert status("Search")[0] == "check"
    Post.objects.update(index_due=False)
    assert status("Search") == ("OK", "All posts are indexed.")


def test_errors_are_shown_with_their_tracebacks(status: Any, olive: Any, logged_in: Any) -> None:
    assert status("Errors in the last seven days") == ("OK", "None.")
    error(request_id="0123456789abcdef", path="/search/")
    assert (
        status("Errors in the last seven days")[1] == "1 kind of error, 3 times so far. See below."
    )
    page = logged_in(olive).get(PAGE).content.decode()
    for said in ("blog/search.py:50 find", "0123456789abcdef", "/search/", "at &lt;it&gt;"):
        assert said in page
    ErrorRecord.objects.update(last_at=timezone.now() - timedelta(days=8))
    assert status("Errors in the last seven days")[0] == "OK"


def test_a_full_disk_is_shown(status: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def free(gibibytes: float) -> None:
        usage = (100 * system.GIB, 0, int(gibibytes * system.GIB))
        monkeypatch.setattr(system.shutil, "disk_usage", lambda _folder: usage)

    for gibibytes, word in ((50, "OK"), (1, "check"), (0.1, "action needed")):
        free(gibibytes)
        assert status("Disk")[0] == word
    assert "102.4 MB of 100.0 GB" in status("Disk")[1].replace("\xa0", " ")


def test_the_size_of_the_database_is_shown(status: Any) -> None:
    assert re.search(r"uses [\d.]+\s[KM]B\.", status("Database")[1])


def test_a_missing_migration_is_shown(status: Any) -> None:
    assert status("Migrations")[0] == "OK"
    MigrationRecorder.Migration.objects.filter(app="comments").latest("name").delete()
    assert status("Migrations")[0] == "action needed"


def test_an_old_backup_is_a_warning(status: Any) -> None:
    assert status("Backup")[0] == "check"
    row = PeriodicJob.objects.create(name="backup", last_run_at=timezone.now())
    for days, word in ((0, "OK"), (3, "check"), (9, "action needed")):
        row.last_run_at = timezone.now() - timedelta(days=days)
        row.save()
        assert status("Backup")[0] == word


def test_settings_worth_a_warning_are_shown(status: Any, settings: Any, olive: Any) -> None:
    settings.SITE_URL = "https://reviews.example"
    assert status("Settings")[0] == "OK"
    settings.SITE_URL = "http://reviews.example"
    assert status("Address")[0] == "check"
    settings.DEBUG = True
    assert status("Development mode")[0] == "action needed"
    olive.email = ""
    olive.save()
    assert status("Site owner")[0] == "check"


def test_the_versions_are_shown(status: Any, settings: Any) -> None:
    sentence = status("Versions")[1]
    for name in ("Verdict", "Django 5.2.", "Python 3.", "granian 2."):
        assert name in sentence
    assert ("PostgreSQL" if connection.vendor == "postgresql" else "SQLite 3.") in sentence
    declared = (settings.BASE_DIR / "pyproject.toml").read_text()
    assert f'version = "{config.__version__}"' in declared


def test_the_page_contains_nothing_that_a_commenter_wrote(
    say: Any, olive: Any, logged_in: Any
) -> None:
    say("The words in question", name="Rita Riesling", status=Status.CHECKING, check_error="Away.")
    page = logged_in(olive).get(PAGE).content.decode()
    assert Comment.objects.count() == 1
    for word in ("words in question", "Riesling", "rita@"):
        assert word not in page
