"""Mail to moderators, through a real SMTP server."""

import socket
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from comments import mail, moderation
from comments.models import Clock, Comment, Event, Status


class Postbox:
    """Keeps what the SMTP server was given."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.refuse = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.refuse:
            return "451 Try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def postbox(settings):
    box = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.SITE_URL = "https://reviews.example"
    yield box
    controller.stop()


def time_passes(**passed: float) -> None:
    for event in Event.objects.all():
        event.at -= timedelta(**passed)
        event.save()
    for row in Clock.objects.all():
        row.next_at -= timedelta(**passed)
        row.save()


def test_moderators_and_the_owner_hear_that_something_waits(postbox, say, mo, olive, ada):
    say("The words in question, ||and a spoiler||.", status=Status.PENDING)
    time_passes(seconds=11)
    mail.tell_moderators()
    assert {m["To"] for m in postbox.mails} == {"mo@example.org", "olive@example.org"}
    text = postbox.mails[0].get_content()
    assert "https://reviews.example/moderation/" in text
    assert "1 comment waits for you" in postbox.mails[0]["Subject"]
    assert "words in question" not in text
    assert "rita@example.com" not in text


def test_one_mail_an_hour_at_most(postbox, say, mo):
    say("first", status=Status.PENDING)
    time_passes(seconds=11)
    mail.tell_moderators()
    say("second", status=Status.PENDING)
    time_passes(minutes=58)
    mail.tell_moderators()
    assert len(postbox.mails) == 1
    time_passes(minutes=3)
    mail.tell_moderators()
    assert len(postbox.mails) == 2


def test_what_waited_before_is_not_told_again(postbox, say, mo):
    say(status=Status.PENDING)
    time_passes(seconds=11)
    mail.tell_moderators()
    time_passes(hours=5)
    mail.tell_moderators()
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("status", [s for s in Status if s != Status.PENDING])
def test_nothing_else_is_told(postbox, say, mo, status):
    say(status=status)
    time_passes(seconds=11)
    mail.tell_moderators()
    assert postbox.mails == []


def test_nothing_is_told_that_may_be_undone_yet(postbox, say, mo):
    comment = say(status=Status.APPROVED)
    time_passes(hours=1)
    done = moderation.reject([comment.pk], mo)
    moderation.undo(done.id, mo)
    comment = say("waits", status=Status.PENDING)
    mail.tell_moderators()
    moderation.approve([comment.pk], mo)
    time_passes(seconds=11)
    mail.tell_moderators()
    assert postbox.mails == []


def test_a_mail_that_fails_is_sent_again(postbox, say, mo):
    postbox.refuse = True
    say(status=Status.PENDING)
    time_passes(seconds=11)
    mail.tell_moderators()
    postbox.refuse = False
    time_passes(minutes=11)
    mail.tell_moderators()
    assert len(postbox.mails) == 1


def test_a_mail_server_that_is_away_breaks_nothing(settings, say, mo):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    say(status=Status.PENDING)
    time_passes(seconds=11)
    mail.tell_moderators()
    assert Clock.objects.get(job="moderators_told").next_at < timezone.now() + timedelta(minutes=11)


def test_who_has_no_address_gets_no_mail(postbox, say, mo):
    mo.email = ""
    mo.save()
    say(status=Status.PENDING)
    time_passes(seconds=11)
    mail.tell_moderators()
    assert postbox.mails == []
    assert Comment.objects.count() == 1
