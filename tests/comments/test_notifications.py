"""Mail to moderators, through a real SMTP server."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from comments import moderation, notifications
from comments.models import Comment, Event, Frequency, ModeratorMail, Status
from core import mail
from core.models import MailService


def time_passes(**passed: float) -> None:
    for event in Event.objects.all():
        event.at -= timedelta(**passed)
        event.save()
    for row in ModeratorMail.objects.all():
        for name in ("told_until", "last_sent_at", "retry_at"):
            setattr(row, name, getattr(row, name) and getattr(row, name) - timedelta(**passed))
        row.save()


def text_of(message) -> str:
    return message.get_content().replace("\r\n", "\n")


def choose(user, frequency) -> None:
    ModeratorMail.objects.update_or_create(user=user, defaults={"frequency": frequency})


def wait_and_tell(**passed: float) -> None:
    time_passes(**passed)
    notifications.notify_moderators()


def test_moderators_and_the_owner_get_mail_about_pending_comments(postbox, say, mo, olive, ada):
    say("The words in question, ||and a spoiler||.", status=Status.PENDING)
    time_passes(seconds=11)
    notifications.notify_moderators()
    assert {m["To"] for m in postbox.mails} == {"mo@example.org", "olive@example.org"}
    text = text_of(postbox.mails[0])
    assert "https://reviews.example/moderation/" in text
    assert "1 comment to review" in postbox.mails[0]["Subject"]
    assert "> Rita\n>\n> The words in question, [spoiler]." in text
    assert "Comment on “Metallic Rain”" in text
    assert "https://reviews.example/moderation/mail/" in text
    assert "rita@example.com" not in text
    assert "a spoiler" not in text


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


def test_comments_that_come_within_ten_seconds_before_a_mail_are_told_by_the_next(postbox, say, mo):
    say("The first.", status=Status.PENDING)
    time_passes(seconds=11)
    say("The second.", status=Status.PENDING)
    notifications.notify_moderators()
    wait_and_tell(hours=2)
    assert ["The first." in text_of(m) for m in postbox.mails] == [True, False]
    assert ["The second." in text_of(m) for m in postbox.mails] == [False, True]


def test_an_edit_of_a_comment_that_waits_is_no_news(postbox, say, mo):
    comment = say(status=Status.PENDING)
    wait_and_tell(seconds=11)
    moderation.edit(comment.pk, mo, name="Rita", website="", body="Corrected.")
    wait_and_tell(hours=2)
    assert len(postbox.mails) == 1


def test_nobody_is_told_what_they_have_put_back_themselves(postbox, say, mo, olive):
    comment = say(status=Status.PENDING)
    wait_and_tell(seconds=11)
    done = moderation.reject([comment.pk], mo)
    time_passes(hours=1)
    moderation.undo(done.id, mo)
    wait_and_tell(hours=1)
    assert [m["To"] for m in postbox.mails[2:]] == ["olive@example.org"]


@pytest.mark.parametrize(
    ("frequency", "minutes", "mails"),
    [
        (Frequency.AT_ONCE, [1.1, 1.1], 3),
        (Frequency.AT_ONCE, [0.5], 1),
        (Frequency.HOURLY, [58], 1),
        (Frequency.HOURLY, [58, 3], 2),
        (Frequency.DAILY, [61, 120], 1),
        (Frequency.DAILY, [24 * 60 + 1], 2),
        (Frequency.OFF, [61, 48 * 60], 0),
    ],
)
def test_each_moderator_chooses_how_often(postbox, say, mo, frequency, minutes, mails, monkeypatch):
    noon = timezone.now().replace(hour=12)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    choose(mo, frequency)
    for passed in [0, *minutes]:
        noon += timedelta(minutes=passed)
        comment = say(f"After {passed}.", status=Status.PENDING)
        comment.events.update(at=noon - timedelta(seconds=11))
        notifications.notify_moderators()
    assert len(postbox.mails) == mails


def test_the_daily_mail_comes_at_eight_in_the_time_zone_of_the_site(
    postbox, say, mo, settings, monkeypatch
):
    now = datetime(2026, 6, 1, 5, 59, tzinfo=UTC)  # a minute to eight in Paris
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    settings.TIME_ZONE = "Europe/Paris"
    choose(mo, Frequency.DAILY)
    ModeratorMail.objects.update(last_sent_at=now - timedelta(hours=20))
    Event.objects.filter(comment=say(status=Status.PENDING)).update(at=now - timedelta(hours=1))
    notifications.notify_moderators()
    assert postbox.mails == []
    now += timedelta(minutes=1)
    notifications.notify_moderators()
    assert len(postbox.mails) == 1


def test_who_turns_mail_on_again_is_told_what_still_waits(postbox, say, mo):
    choose(mo, Frequency.OFF)
    say(status=Status.PENDING)
    wait_and_tell(hours=30)
    choose(mo, Frequency.AT_ONCE)
    notifications.notify_moderators()
    assert len(postbox.mails) == 1


def test_one_moderators_broken_address_delays_nobody_else(postbox, say, mo, olive):
    mo.email = "mo@example.org\nBcc: all@example.org"
    mo.save()
    say(status=Status.PENDING)
    wait_and_tell(seconds=11)
    wait_and_tell(minutes=11)
    assert [m["To"] for m in postbox.mails] == ["olive@example.org"]


def test_two_workers_send_one_mail(postbox, say, mo):
    say(status=Status.PENDING)
    time_passes(seconds=11)
    now = timezone.now()
    first, second = ModeratorMail(user=mo), ModeratorMail(user=mo)
    assert notifications.claim(first, now)
    assert not notifications.claim(second, now)


def test_a_mail_shows_twenty_comments_and_the_number_of_others(
    postbox, say, mo, django_assert_max_num_queries
):
    for number in range(27):
        say(f"Number {number}.", status=Status.PENDING)
    time_passes(seconds=11)
    with django_assert_max_num_queries(16):
        notifications.notify_moderators()
    text = text_of(postbox.mails[0])
    assert "27 comments to review" in postbox.mails[0]["Subject"]
    assert text.count("/moderation/mail/") == 21  # and the page to choose how often
    assert ("> Number 19." in text, "> Number 20." in text) == (True, False)
    assert "7 more comments in the queue:\nhttps://reviews.example/moderation/\n" in text


def test_a_long_text_is_shortened(postbox, say, mo):
    say("word " * 900, status=Status.PENDING)
    wait_and_tell(seconds=11)
    lines = text_of(postbox.mails[0]).splitlines()
    quoted = [line for line in lines if line.startswith("> ")]
    assert 450 < len("".join(quoted)) < 550
    assert quoted[-1].endswith("…")


def test_no_line_that_a_commenter_typed_passes_for_one_of_the_mail(postbox, say, mo):
    fake = "Approve, mark as spam, or trash:\nhttps://evil.example/moderation/mail/x/"
    text = "\n\n".join([fake, "\u2028".join(fake.split("\n")), f"```\n{fake}\n```", "- " + fake])
    say(text, name="The whole queue: https://evil.example", status=Status.PENDING, reason="Why.")
    wait_and_tell(seconds=11)
    text = text_of(postbox.mails[0])
    assert "evil.example" in text
    lines = text.splitlines()
    assert [line for line in lines if "evil" in line and not line.startswith("> ")] == []
    assert lines.count("Approve, mark as spam, or trash:") == 1
    assert "1. Comment on “Metallic Rain” Why. Not checked by Akismet." in text


def test_moderators_choose_on_a_page_that_account_and_mail_lead_to(postbox, say, mo, logged_in):
    client = logged_in(mo)
    assert 'href="/moderation/mail/"' in client.get("/login/second-factor/").content.decode()
    page = client.get("/moderation/mail/").content.decode()
    assert "mo@example.org" in page
    assert re.search(r'value="hourly"[^>]*checked', page)
    answer = client.post("/moderation/mail/", {"frequency": "off"}, follow=True)
    assert re.search(r'value="off"[^>]*checked', answer.content.decode())
    assert client.post("/moderation/mail/", {"frequency": "always"}).status_code == 400
    assert ModeratorMail.objects.get().frequency == Frequency.OFF
    say(status=Status.PENDING)
    wait_and_tell(seconds=11)
    assert postbox.mails == []


def test_the_page_says_if_there_is_no_address_to_send_to(mo, logged_in):
    mo.email = ""
    mo.save()
    assert "no email address" in logged_in(mo).get("/moderation/mail/").content.decode()


def test_the_database_knows_no_other_frequency(mo):
    with pytest.raises(IntegrityError):
        ModeratorMail.objects.create(user=mo, frequency="always")


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
    (retry_at,) = ModeratorMail.objects.values_list("retry_at", flat=True)
    assert timezone.now() < retry_at < timezone.now() + timedelta(minutes=11)


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
