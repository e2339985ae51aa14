"""The clock has been set back by a year: stored times in the future delay nothing."""

from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.utils import timezone

from blog.models import Picture
from comments import moderation
from comments.models import Comment, ModeratorMail, Result, SpamServiceState, Status
from core import scheduler
from core.models import PeriodicJob
from tests.support.fake_akismet import Mode
from tests.support.worker_round import run_worker_round

pytestmark = pytest.mark.django_db(transaction=True)

A_YEAR = timedelta(days=365)


@pytest.fixture
def checking(say):
    return say("Is it spam?", status=Status.CHECKING)


def set_back(model, *names: str) -> None:
    """Move the times of all rows to a year after the present."""
    for row in model.objects.all():
        for name in names:
            if getattr(row, name):
                setattr(row, name, getattr(row, name) + A_YEAR)
        row.save(update_fields=names)


def test_a_comment_is_checked(akismet, checking):
    set_back(Comment, "created_at", "next_check_at")
    run_worker_round()
    run_worker_round()
    assert Comment.objects.get().status == Status.PENDING


def test_periodic_jobs_are_due(akismet, checking):
    run_worker_round()
    set_back(PeriodicJob, "next_run_at")
    run_worker_round()
    assert not PeriodicJob.objects.filter(next_run_at__gt=timezone.now() + timedelta(days=2))


def test_periodic_jobs_run_only_once(db):
    done = []
    for _round in range(3):
        scheduler.run_every("something", timedelta(minutes=1), lambda: done.append(1))
    assert done == [1]


def test_a_pause_of_a_comment_that_is_not_too_long_is_respected(akismet, checking):
    in_an_hour = timezone.now() + timedelta(hours=1)
    Comment.objects.update(next_check_at=in_an_hour, check_attempts=9, check_error="It failed.")
    run_worker_round()
    assert Comment.objects.get().next_check_at == in_an_hour
    in_two_days = timezone.now() + timedelta(days=2)
    Comment.objects.update(next_check_at=in_two_days, needs_recheck=True)
    PeriodicJob.objects.all().delete()
    run_worker_round()
    assert Comment.objects.get().next_check_at == in_two_days
    assert akismet.calls == []


def test_an_open_breaker_probes_again(akismet, checking):
    akismet.answer = Mode.BROKEN
    SpamServiceState.objects.create(pk=1, next_probe_at=timezone.now(), failures=3)
    set_back(SpamServiceState, "next_probe_at")
    run_worker_round()
    assert (
        len(akismet.calls_to("comment-check")) == 0
    )  # its time is corrected at the end of a round
    run_worker_round()
    assert len(akismet.calls_to("comment-check")) == 1


def test_the_breaker_still_recognizes_failures_of_the_service(akismet, say):
    SpamServiceState.objects.create(pk=1, last_answer_at=timezone.now(), opened_at=timezone.now())
    set_back(SpamServiceState, "last_answer_at", "opened_at")
    run_worker_round()
    akismet.answer = Mode.BROKEN
    for number in range(3):
        say(f"number {number}", status=Status.CHECKING)
    run_worker_round()
    assert SpamServiceState.objects.get().next_probe_at is not None


def test_a_decision_is_reported(akismet, checking, mo):
    run_worker_round()
    moderation.mark_as_spam([checking.pk], mo)
    set_back(Comment, "decided_at")
    Comment.objects.update(next_check_at=timezone.now() + A_YEAR)
    PeriodicJob.objects.all().delete()
    run_worker_round()
    Comment.objects.update(decided_at=timezone.now() - timedelta(seconds=11))
    run_worker_round()
    assert (Comment.objects.get().reported_result, len(akismet.calls_to("submit-spam"))) == (
        Result.SPAM,
        1,
    )


def test_moderators_get_mail(akismet, checking, mo):
    ahead = timezone.now() + A_YEAR
    ModeratorMail.objects.create(user=mo, last_sent_at=ahead, told_until=ahead, retry_at=ahead)
    run_worker_round()
    assert ModeratorMail.objects.get().told_until <= timezone.now()
    ModeratorMail.objects.update(told_until=timezone.now() - timedelta(minutes=1))
    checking.events.update(at=timezone.now() - timedelta(seconds=30))
    PeriodicJob.objects.filter(name="mail").delete()
    run_worker_round()
    assert len(outbox.outbox) == 1


def test_a_picture_gets_its_renditions(db):
    picture = Picture.objects.create(
        file="a.webp", alt="A", width=9, height=9, renditions_due_at=timezone.now() + A_YEAR
    )
    run_worker_round()
    assert picture in Picture.objects.due()


def test_nobody_waits_a_year_to_comment_again(send, post):
    assert send(body="The first.").status_code == 303
    set_back(Comment, "created_at")
    assert send(body="The second.").status_code == 303
    assert send(body="The third.").status_code == 429
