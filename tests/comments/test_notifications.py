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


def test_moderators_and_the_owner_get_mail_about_pending_comments(postbox, say, mo, olive, ada):
    say("The words in question, ||and a spoiler||.", status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert {m["To"] for m in postbox.mails} == {"mo@example.org", "olive@example.org"}
    text = postbox.mails[0].get_content()
    assert "https://reviews.example/moderation/" in text
    assert "1 comment to review" in postbox.mails[0]["Subject"]
    assert "words in question" not in text
    assert "rita@example.com" not in text


def test_moderators_get_at_most_one_mail_an_hour(postbox, say, mo):
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


def test_moderators_are_not_told_twice_about_the_same_comments(postbox, say, mo):
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    time_passes(hours=5)
    notifications.notify_moderators()
    assert len(postbox.mails) == 1


@pytest.mark.parametrize("status", [s for s in Status if s != Status.PENDING])
def test_other_statuses_cause_no_mail(postbox, say, mo, status):
    say(status=status)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert postbox.mails == []


def test_a_status_that_may_still_be_undone_causes_no_mail(postbox, say, mo):
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


def test_a_mail_that_fails_is_tried_again(postbox, say, mo):
    postbox.refuse = True
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    postbox.refuse = False
    time_passes(minutes=11)
    notifications.notify_moderators()
    assert len(postbox.mails) == 1


def test_an_unavailable_mail_server_causes_no_error(settings, say, mo):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert PeriodicJob.objects.get(name=notifications.JOB).next_run_at < timezone.now() + timedelta(
        minutes=11
    )


def test_a_moderator_without_an_address_gets_no_mail(postbox, say, mo):
    mo.email = ""
    mo.save()
    say(status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert postbox.mails == []
    assert Comment.objects.count() == 1


def test_a_failure_is_stored_without_addresses_until_mail_works_again(postbox, mo):
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
