"""Mail to moderators, through a real SMTP server."""

from datetime import timedelta

import pytest
from django.utils import timezone

from comments import moderation, notifications
from comments.models import Comment, Event, Status
from core import mail
from core.models import MailService, PeriodicJob


def time_passes(**passed: float) -> None:
    for event in Event.objects.all():
        event.at -= timedelta(**passed)
        event.save()
    for row in PeriodicJob.objects.all():
        row.next_run_at = row.next_run_at and row.next_run_at - timedelta(**passed)
        row.last_run_at = row.last_run_at and row.last_run_at - timedelta(**passed)
        row.save()


def test_moderators_and_the_owner_hear_that_something_waits(postbox, say, mo, olive, ada):
    say("The words in question, ||and a spoiler||.", status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert {m["To"] for m in postbox.mails} == {"mo@example.org", "olive@example.org"}
    text = postbox.mails[0].get_content()
    assert "https://reviews.example/moderation/" in text
    assert "1 comment to review" in postbox.mails[0]["Subject"]
    assert "words in question" not in text
    assert "rita@example.com" not in text


def test_one_mail_an_hour_at_most(postbox, say, mo):
    say("first", status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    say("second", status=Status.PENDING)
    time_passes(minutes=58)
    notifications.notify_moderators()
    assert len(postbox.mails) == 1
    time_passes(minutes=3)
    notifications.notify_moderators()
    assert len(postbox.mails) == 2


def test_what_waited_before_is_not_told_again(postbox, say, mo):
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    time_passes(hours=5)
    notifications.notify_moderators()
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("status", [s for s in Status if s != Status.PENDING])
def test_nothing_else_is_told(postbox, say, mo, status):
    say(status=status)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert postbox.mails == []


def test_nothing_is_told_that_may_be_undone_yet(postbox, say, mo):
    comment = say(status=Status.APPROVED)
    time_passes(hours=1)
    done = moderation.reject([comment.pk], mo)
    moderation.undo(done.id, mo)
    comment = say("waits", status=Status.PENDING)
    notifications.notify_moderators()
    moderation.approve([comment.pk], mo)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert postbox.mails == []


def test_a_mail_that_fails_is_sent_again(postbox, say, mo):
    postbox.refuse = True
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    postbox.refuse = False
    time_passes(minutes=11)
    notifications.notify_moderators()
    assert len(postbox.mails) == 1


def test_a_mail_server_that_is_away_breaks_nothing(settings, say, mo):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert PeriodicJob.objects.get(name=notifications.JOB).next_run_at < timezone.now() + timedelta(
        minutes=11
    )


def test_who_has_no_address_gets_no_mail(postbox, say, mo):
    mo.email = ""
    mo.save()
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert postbox.mails == []
    assert Comment.objects.count() == 1


def test_what_fails_is_noted_without_an_address_and_what_is_sent_ends_it(postbox, mo):
    postbox.refuse = True
    for _turn in range(2):
        assert not mail.send(mo, "Hello", "there", "moderation")
    known = MailService.objects.get()
    assert (known.failure, known.failures, known.sent_at) == ("SMTPDataError 451", 2, None)
    postbox.refuse = False
    assert mail.send(mo, "Hello\nBcc: all@example.org", "there", "moderation")
    known = MailService.objects.get()
    assert (known.failures, known.failed_at is None, known.sent_at is None) == (0, False, False)
    assert (len(postbox.mails), postbox.mails[0]["Bcc"]) == (1, None)
