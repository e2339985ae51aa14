"""The status page: each thing in a word and a sentence, for the owner alone."""

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
    """What the page says of a thing: the word and the sentence."""

    def said(name: str) -> tuple[str, str]:
        page = html5lib.parse(
            logged_in(olive).get(PAGE).content.decode(), namespaceHTMLElements=False
        )
        rows = [row for row in page.iter("div") if "check" in (row.get("class") or "").split()]
        found = {row.find("dt").text: row.find("dd") for row in rows}
        word = found[name].find("strong")
        return word.text, " ".join(word.tail.split())

    return said


def worker_comes_round() -> None:
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


def test_the_way_there_is_shown_to_the_owner_alone(
    olive: Any, ada: Any, logged_in: Callable[[Any], Client]
) -> None:
    assert f'href="{PAGE}"' in logged_in(olive).get("/admin/").content.decode()
    assert f'href="{PAGE}"' not in logged_in(ada).get("/admin/").content.decode()


def test_a_page_takes_a_handful_of_queries_however_much_there_is(
    say: Any, olive: Any, logged_in: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        say(f"number {number}", status=Status.PENDING if number % 2 else Status.CHECKING)
        error(fingerprint=str(number))
    client = logged_in(olive)
    with django_assert_max_num_queries(22):
        assert client.get(PAGE).status_code == 200


def test_nobody_is_asked_over_the_network(status: Any, akismet: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert status("Akismet") == ("fine", "A key is set; nothing had to be asked yet.")
    assert akismet.calls == []


def test_a_site_that_is_well_says_so(
    akismet: Any, settings: Any, olive: Any, logged_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SITE_URL = "https://reviews.example"
    usage = (100 * system.GIB, 0, 50 * system.GIB)
    monkeypatch.setattr(system.shutil, "disk_usage", lambda _folder: usage)
    worker_comes_round()
    PeriodicJob.objects.create(name="backup", last_run_at=timezone.now())
    assert "Everything is fine." in logged_in(olive).get(PAGE).content.decode()


def test_what_waits_is_told_with_its_age(status: Any, say: Any) -> None:
    assert status("Waiting for the spam check") == ("fine", "No comment waits for its check.")
    say("one", status=Status.CHECKING, created_at=timezone.now() - timedelta(hours=3))
    say("two", status=Status.CHECKING)
    say("three", status=Status.PENDING, created_at=timezone.now() - timedelta(days=4))
    word, sentence = status("Waiting for the spam check")
    assert word == "needs you"
    assert re.search(r"2 comments wait for their check, the oldest for 3\shours\.", sentence)
    word, sentence = status("Waiting for a decision")
    assert word == "have a look"
    assert re.search(r"1 comment waits for a decision, for 4\sdays\.", sentence)


def test_failed_checks_are_told_in_their_own_sentences(status: Any, say: Any) -> None:
    say("one", status=Status.CHECKING, check_error="Akismet did not answer in time.")
    say("two", status=Status.CHECKING, check_error="Akismet did not answer in time.")
    assert status("Failed checks") == ("have a look", "2 × Akismet did not answer in time.")


@pytest.mark.parametrize(
    ("known", "word", "sentence"),
    [
        ({"failure": "It is away.", "next_probe_at": timezone.now()}, "needs you", "left alone"),
        ({"failure": "It is away."}, "have a look", "It is away."),
        ({"alert_code": "10", "alert": "Pay."}, "have a look", "(alert 10): Pay."),
        ({"last_answer_at": timezone.now()}, "fine", "It answered "),
    ],
)
def test_akismet_is_told_as_last_heard_of(
    known: dict, word: str, sentence: str, status: Any, akismet: Any
) -> None:
    SpamServiceState.objects.create(pk=1, **known)
    found = status("Akismet")
    assert found[0] == word
    assert sentence in found[1].replace("\xa0", " ")


def test_without_a_key_it_says_so(status: Any) -> None:
    assert status("Akismet")[0] == "have a look"
    assert "AKISMET_API_KEY" in status("Akismet")[1]


def test_mail_that_fails_is_told_until_it_is_sent_again(status: Any, postbox: Any, mo: Any) -> None:
    assert status("Mail") == ("fine", "No mail had to be sent yet.")
    postbox.refuse = True
    mail.send(mo, "a", "b", "moderation")
    mail.send(mo, "a", "b", "moderation")
    word, sentence = status("Mail")
    assert (word, "2 mails in a row" in sentence) == ("needs you", True)
    assert "SMTPDataError 451" in sentence
    postbox.refuse = False
    mail.send(mo, "a", "b", "moderation")
    word, sentence = status("Mail")
    assert (word, "Mail is sent again" in sentence) == ("fine", True)
    MailService.objects.update(failed_at=None)
    assert "none has failed" in status("Mail")[1]


def test_mail_to_the_console_is_worth_a_look(status: Any, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert status("Mail")[0] == "have a look"


def test_a_worker_that_does_not_come_round_is_missed(status: Any) -> None:
    assert status("The worker")[0] == "needs you"
    worker_comes_round()
    assert status("The worker")[0] == "fine"
    PeriodicJob.objects.update(next_at=timezone.now() - timedelta(minutes=20))
    word, sentence = status("The worker")
    assert (word, "worker running?" in sentence) == ("needs you", True)


def test_the_queue_tells_what_waits_and_what_failed(status: Any, settings: Any) -> None:
    if settings.REDIS_URL:
        pytest.skip("Redis holds the queue here; this looks at the one in the database")
    send_password_reset_mail.enqueue(7)
    send_password_reset_mail.using(run_after=timezone.now() + timedelta(hours=1)).enqueue(7)
    word, sentence = status("Task queue")
    assert (word, "Tasks that wait: 1; that failed in the last day: 0." in sentence) == (
        "fine",
        True,
    )
    DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(hours=2))
    assert status("Task queue")[0] == "needs you"
    DBTaskResult.objects.update(status="FAILED", finished_at=timezone.now())
    assert status("Task queue")[0] == "have a look"


def test_a_queue_that_is_away_is_told(
    status: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = "redis://127.0.0.1:1/0"  # nothing listens there
    queues = {"default": {"URL": nobody}}
    settings.REDIS_URL, settings.RQ_QUEUES = nobody, queues
    monkeypatch.setattr("django_rq.settings.QUEUES", queues, raising=False)
    monkeypatch.setattr("django_rq.settings._QUEUES", queues, raising=False)
    assert status("Task queue") == ("needs you", "The queue does not answer.")


def test_pictures_and_posts_that_wait_are_told(status: Any, post: Post) -> None:
    now = timezone.now()
    Picture.objects.bulk_create(
        [
            Picture(file="a.webp", width=1, height=1, alt="a", renditions_due_at=now),
            Picture(file="b.webp", width=1, height=1, alt="b", renditions_due_at=now, attempts=4),
        ]
    )
    assert status("Pictures") == (
        "have a look",
        "Pictures that wait for smaller copies: 2; that failed repeatedly: 1.",
    )
    Post.objects.update(index_due=True)
    assert status("Search") == ("fine", "1 post waits to be indexed.")
    Post.objects.update(updated_at=now - timedelta(hours=1))
    assert status("Search")[0] == "have a look"
    Post.objects.update(index_due=False)
    assert status("Search") == ("fine", "Every post is in the index.")


def test_errors_are_told_with_their_tracebacks(status: Any, olive: Any, logged_in: Any) -> None:
    assert status("Errors of the last seven days") == ("fine", "There were none.")
    error(request_id="0123456789abcdef", path="/search/")
    assert status("Errors of the last seven days")[1] == "1 kind, 3 times so far: see below."
    page = logged_in(olive).get(PAGE).content.decode()
    for said in ("blog/search.py:50 find", "0123456789abcdef", "/search/", "at &lt;it&gt;"):
        assert said in page
    ErrorRecord.objects.update(last_at=timezone.now() - timedelta(days=8))
    assert status("Errors of the last seven days")[0] == "fine"


def test_a_disk_that_fills_up_is_told(status: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def free(gibibytes: float) -> None:
        usage = (100 * system.GIB, 0, int(gibibytes * system.GIB))
        monkeypatch.setattr(system.shutil, "disk_usage", lambda _folder: usage)

    for gibibytes, word in ((50, "fine"), (1, "have a look"), (0.1, "needs you")):
        free(gibibytes)
        assert status("Disk")[0] == word
    assert "102.4 MB of 100.0 GB" in status("Disk")[1].replace("\xa0", " ")


def test_the_size_of_the_database_is_told(status: Any) -> None:
    assert re.search(r"takes [\d.]+\s[KM]B\.", status("Database")[1])


def test_a_missing_migration_is_told(status: Any) -> None:
    assert status("Migrations")[0] == "fine"
    MigrationRecorder.Migration.objects.filter(app="comments").latest("name").delete()
    assert status("Migrations")[0] == "needs you"


def test_a_backup_that_is_too_old_is_told(status: Any) -> None:
    assert status("Backup")[0] == "have a look"
    row = PeriodicJob.objects.create(name="backup", last_run_at=timezone.now())
    for days, word in ((0, "fine"), (3, "have a look"), (9, "needs you")):
        row.next_at = timezone.now() - timedelta(days=days)
        row.save()
        assert status("Backup")[0] == word


def test_settings_worth_a_warning_are_named(status: Any, settings: Any, olive: Any) -> None:
    settings.SITE_URL = "https://reviews.example"
    assert status("Settings")[0] == "fine"
    settings.SITE_URL = "http://reviews.example"
    assert status("Address")[0] == "have a look"
    settings.DEBUG = True
    assert status("Development mode")[0] == "needs you"
    olive.email = ""
    olive.save()
    assert status("Owner")[0] == "have a look"


def test_the_versions_are_told(status: Any, settings: Any) -> None:
    sentence = status("Versions")[1]
    for name in ("Verdict", "Django 5.2.", "Python 3.", "granian 2."):
        assert name in sentence
    assert ("PostgreSQL" if connection.vendor == "postgresql" else "SQLite 3.") in sentence
    declared = (settings.BASE_DIR / "pyproject.toml").read_text()
    assert f'version = "{config.__version__}"' in declared


def test_nothing_that_a_commenter_wrote_is_on_the_page(
    say: Any, olive: Any, logged_in: Any
) -> None:
    say("The words in question", name="Rita Riesling", status=Status.CHECKING, check_error="Away.")
    page = logged_in(olive).get(PAGE).content.decode()
    assert Comment.objects.count() == 1
    for word in ("words in question", "Riesling", "rita@"):
        assert word not in page
