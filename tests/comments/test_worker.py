"""The worker checks due comments, several at once, and copes with failures of Akismet."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from comments import moderation
from comments.models import Comment, CommentSettings, Result, SpamServiceState, Status
from comments.screening import circuit_breaker, worker
from tests.support.fake_akismet import Mode, Reply
from tests.support.worker_round import run_worker_round

pytestmark = pytest.mark.django_db(transaction=True)

FAILING = [
    Mode.ERROR,
    Mode.TOO_MANY,
    Mode.BROKEN,
    Mode.GARBAGE,
    Mode.EMPTY,
    Mode.INVALID,
    Mode.REDIRECT,
    Mode.RESET,
    Mode.DRIPPED_BODY,
    Mode.DRIPPED_HEADERS,
    Mode.NEVER,
]


@pytest.fixture(autouse=True)
def _short_deadline(monkeypatch):
    monkeypatch.setattr("comments.screening.akismet.CHECK_DEADLINE", 1.0)


@pytest.fixture
def checking(say):
    def waiting(body: str = "Is it spam?", **values) -> Comment:
        return say(body, status=Status.CHECKING, **values)

    return waiting


def later(**passed: float) -> None:
    """Let time pass for the comments and for the breaker."""
    for row in Comment.objects.exclude(next_check_at=None):
        row.next_check_at -= timedelta(**passed)
        row.save(update_fields=["next_check_at"])
    for service in SpamServiceState.objects.exclude(next_probe_at=None):
        service.next_probe_at -= timedelta(**passed)
        service.save()
    for comment in Comment.objects.exclude(decided_at=None):
        comment.decided_at -= timedelta(**passed)
        comment.save(update_fields=["decided_at"])


def is_open() -> bool:
    return SpamServiceState.objects.filter(next_probe_at__isnull=False).exists()


def statuses() -> list[str]:
    return list(Comment.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.parametrize(
    ("mode", "status", "result"),
    [
        (Mode.HAM, Status.PENDING, Result.HAM),
        (Mode.SPAM, Status.SPAM, Result.SPAM),
        (Mode.DISCARD, Status.SPAM, Result.BLATANT),
        (Mode.ALERT, Status.PENDING, Result.HAM),
    ],
)
def test_a_result_changes_the_status_and_is_stored(akismet, checking, mode, status, result):
    akismet.answer = mode
    comment = checking()
    run_worker_round()
    comment.refresh_from_db()
    assert (comment.status, comment.result) == (status, result)
    assert comment.guid
    assert comment.akismet_request["comment_content"] == "Is it spam?"


def test_the_data_that_was_sent_is_stored(akismet, checking):
    comment = checking(
        "Text with ünïcode & signs = +",
        website="https://example.com/",
        address="203.0.113.9",
        user_agent="Browser/1.0",
        referrer="http://testserver/",
        honeypot_name="subject",
        honeypot_value="filled",
    )
    run_worker_round()
    comment.refresh_from_db()
    [call] = akismet.calls_to("comment-check")
    assert call.fields == {**comment.akismet_request, "api_key": akismet.key}
    assert akismet.key not in str(comment.akismet_request)


@pytest.mark.parametrize("mode", FAILING)
def test_a_failure_leaves_the_comment_unchecked(akismet, checking, mode):
    akismet.answer = mode
    first, second = checking("1"), checking("2")
    run_worker_round()
    for comment in (first, second):
        comment.refresh_from_db()
        assert comment.status == Status.CHECKING
        assert comment.result == ""
        assert comment.check_error
        assert akismet.key not in comment.check_error
    assert is_open()


@pytest.mark.parametrize("mode", FAILING)
def test_after_an_outage_all_comments_are_checked_automatically(akismet, checking, mode):
    akismet.answer = mode
    for number in range(20):
        checking(f"number {number}")
    run_worker_round()
    akismet.answer = Mode.HAM
    later(seconds=31)
    run_worker_round()
    assert statuses() == [Status.PENDING] * 20
    assert not is_open()
    assert SpamServiceState.objects.get().failure == ""


def test_an_outage_causes_no_storm_of_calls(akismet, checking):
    akismet.answer = Mode.BROKEN
    for number in range(50):
        checking(f"number {number}")
    run_worker_round()
    assert len(akismet.calls) <= worker.CHECKS_AT_ONCE
    before = len(akismet.calls)
    for _second in range(10):
        run_worker_round()
        later(seconds=1)
    assert len(akismet.calls) == before
    for _hour in range(5):
        later(hours=1)
        run_worker_round()
    assert len(akismet.calls) == before + 5


def test_the_pauses_grow_from_30_seconds_to_an_hour():
    pauses = [circuit_breaker.pause(n).total_seconds() for n in range(1, 10)]
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_only_one_probe_is_sent_at_a_time():
    SpamServiceState.objects.create(pk=1, failures=1, next_probe_at=timezone.now())
    assert [circuit_breaker.permitted_calls(8), circuit_breaker.permitted_calls(8)] == [1, 0]


def test_one_comment_that_always_fails_stops_no_others(akismet, checking):
    akismet.answer = lambda fields: (
        Mode.BROKEN if "poison" in fields["comment_content"] else Mode.HAM
    )
    bad = checking("poison")
    for number in range(5):
        checking(f"number {number}")
    run_worker_round()
    checking("a later one")
    run_worker_round()
    bad.refresh_from_db()
    assert bad.status == Status.CHECKING
    assert statuses().count(Status.PENDING) == 6
    assert not is_open()


def test_a_single_failing_comment_does_not_block_later_ones(akismet, checking):
    akismet.answer = lambda fields: (
        Mode.BROKEN if "poison" in fields["comment_content"] else Mode.HAM
    )
    bad = checking("poison")
    for _try in range(4):
        run_worker_round()
        later(hours=1)
    good = checking("fine")
    run_worker_round()
    good.refresh_from_db()
    assert good.status == Status.PENDING
    later(hours=1)
    run_worker_round()
    bad.refresh_from_db()
    assert bad.check_attempts >= 4


def test_after_a_failed_probe_another_comment_is_tried(akismet, checking):
    akismet.answer = Mode.BROKEN
    checking("poison")
    for number in range(3):
        checking(f"number {number}")
    run_worker_round()
    akismet.answer = lambda fields: (
        Mode.BROKEN if "poison" in fields["comment_content"] else Mode.HAM
    )
    for _probe in range(2):
        later(hours=2)
        run_worker_round()
    assert statuses().count(Status.PENDING) == 3


def test_a_provisional_ham_stays_until_the_second_look(akismet, checking):
    akismet.answer = Mode.RECHECK
    akismet.recheck_after = 120
    comment = checking()
    run_worker_round()
    comment.refresh_from_db()
    assert comment.status == Status.CHECKING
    wait = (comment.next_check_at - timezone.now()).total_seconds()
    assert 235 < wait <= 240
    akismet.answer = Mode.SPAM
    later(seconds=241)
    run_worker_round()
    comment.refresh_from_db()
    assert comment.status == Status.SPAM
    first, second = akismet.calls_to("comment-check")
    assert "recheck_reason" not in first.fields
    assert second.fields["recheck_reason"] == "recheck"


def test_the_second_look_is_the_last(akismet, checking):
    akismet.answer = Mode.RECHECK
    comment = checking()
    run_worker_round()
    later(hours=1)
    run_worker_round()
    comment.refresh_from_db()
    assert comment.status == Status.PENDING


def test_a_moderator_can_decide_during_a_check(akismet, checking, mo):
    """A result that arrives after a moderator has decided is stored and changes nothing else."""
    comment = checking()

    def decide_meanwhile(_fields):
        deciding = threading.Thread(target=decide)
        deciding.start()
        deciding.join()
        return Mode.HAM

    def decide():
        from django.db import connection

        moderation.mark_as_spam([comment.pk], mo)
        connection.close()

    akismet.answer = decide_meanwhile
    run_worker_round()
    comment.refresh_from_db()
    assert comment.status == Status.SPAM
    assert comment.result == Result.HAM
    assert [event.by for event in comment.events.all()] == [None, mo]


def test_two_workers_never_check_the_same_comment(akismet, checking):
    from django.db import connection

    for number in range(30):
        checking(f"number {number}")

    def work():
        worker.check_due_comments(threading.Event())
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join()
    asked = [call.fields["comment_content"] for call in akismet.calls_to("comment-check")]
    assert sorted(asked) == sorted(f"number {number}" for number in range(30))
    assert set(statuses()) == {Status.PENDING}


def test_two_workers_that_find_the_same_rows_due_never_claim_the_same_row(
    checking, akismet, monkeypatch
):
    """The second worker claims everything after the first has looked, before its UPDATE."""
    for number in range(3):
        checking(f"number {number}")
    claimed_by_second = []

    def permit(wanted: int) -> int:
        monkeypatch.undo()
        claimed_by_second.extend(worker.claim(10))
        return wanted

    monkeypatch.setattr(circuit_breaker, "permitted_calls", permit)
    claimed_by_first = worker.claim(10)
    assert len(claimed_by_second) == 3
    assert claimed_by_first == []


def test_the_comments_of_a_killed_worker_are_checked_after_its_lease(akismet, checking):
    comment = checking()
    [claimed] = worker.claim(1)
    assert claimed.akismet_request
    run_worker_round()
    assert akismet.calls == []
    later(seconds=32)
    run_worker_round()
    comment.refresh_from_db()
    assert comment.status == Status.PENDING


def test_after_15_days_a_comment_becomes_pending(akismet, checking):
    akismet.answer = Mode.BROKEN
    old = checking("old", created_at=timezone.now() - timedelta(days=15, minutes=1))
    young = checking("young", created_at=timezone.now() - timedelta(days=14))
    run_worker_round()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, old.reason) == (
        Status.PENDING,
        "This comment couldn't be checked for spam.",
    )
    assert young.status == Status.CHECKING


def test_the_owner_sets_how_long_to_try(akismet, checking):
    CommentSettings(keep_trying_days=1).save()
    akismet.answer = Mode.BROKEN
    checking(created_at=timezone.now() - timedelta(days=2))
    run_worker_round()
    assert statuses() == [Status.PENDING]


def test_without_a_key_waiting_comments_become_pending(checking, settings):
    checking()
    run_worker_round()
    assert statuses() == [Status.PENDING]


def test_an_alert_is_shown_and_ends_with_the_next_answer_without_one(akismet, checking):
    akismet.answer = Reply(
        "false", headers={"X-akismet-alert-code": "10501", "X-akismet-alert-msg": "Over the limit"}
    )
    checking("1")
    run_worker_round()
    service = SpamServiceState.objects.get()
    assert (service.alert_code, service.alert) == ("10501", "Over the limit")
    akismet.answer = Mode.HAM
    checking("2")
    run_worker_round()
    assert SpamServiceState.objects.get().alert == ""


REPORTS = [
    # result of Akismet, decision of the moderator, report to Akismet
    (Mode.HAM, moderation.approve, None),
    (Mode.HAM, moderation.mark_as_spam, "submit-spam"),
    (Mode.HAM, moderation.reject, None),
    (Mode.SPAM, moderation.approve, "submit-ham"),
    (Mode.SPAM, moderation.restore, "submit-ham"),
    (Mode.SPAM, moderation.reject, None),
    (Mode.DISCARD, moderation.approve, "submit-ham"),
]


def reports(akismet) -> list[str]:
    return [call.endpoint for call in akismet.calls if call.endpoint.startswith("submit-")]


@pytest.mark.parametrize(("said", "act", "heard"), REPORTS)
def test_a_decision_that_differs_is_reported_to_akismet(akismet, checking, mo, said, act, heard):
    akismet.answer = said
    comment = checking()
    run_worker_round()
    act([comment.pk], mo)
    later(seconds=11)
    for _again in range(3):
        run_worker_round()
    assert reports(akismet) == ([heard] if heard else [])


def test_a_report_repeats_exactly_what_was_sent(akismet, checking, mo):
    comment = checking()
    run_worker_round()
    moderation.mark_as_spam([comment.pk], mo)
    Comment.objects.update(body="edited since", name="Else")
    later(seconds=11)
    run_worker_round()
    check, report = akismet.calls
    assert report.fields == check.fields


def test_nothing_is_reported_within_ten_seconds_of_a_decision(akismet, checking, mo):
    comment = checking()
    run_worker_round()
    done = moderation.mark_as_spam([comment.pk], mo)
    later(seconds=8)
    run_worker_round()
    moderation.undo(done.id, mo)
    later(minutes=1)
    run_worker_round()
    assert reports(akismet) == []


def test_a_late_undo_reports_the_opposite(akismet, checking, mo):
    comment = checking()
    run_worker_round()
    done = moderation.mark_as_spam([comment.pk], mo)
    later(seconds=11)
    run_worker_round()
    moderation.undo(done.id, mo)
    later(seconds=11)
    run_worker_round()
    assert reports(akismet) == ["submit-spam", "submit-ham"]


def test_a_report_that_fails_is_tried_again(akismet, checking, mo):
    comment = checking()
    run_worker_round()
    moderation.mark_as_spam([comment.pk], mo)
    akismet.answer = Mode.BROKEN
    later(seconds=11)
    run_worker_round()
    akismet.answer = Mode.HAM
    later(hours=2)
    run_worker_round()
    run_worker_round()
    comment.refresh_from_db()
    assert reports(akismet) == ["submit-spam", "submit-spam"]
    assert comment.reported_result == Result.SPAM


def test_a_comment_that_was_never_checked_is_never_reported(say, akismet, mo):
    comment = say(status=Status.PENDING)
    moderation.mark_as_spam([comment.pk], mo)
    later(hours=1)
    run_worker_round()
    assert akismet.calls == []


def test_a_failing_job_does_not_stop_the_others(akismet, checking, monkeypatch, caplog):
    comment = checking()
    monkeypatch.setattr("comments.screening.akismet.is_configured", lambda: 1 / 0)
    run_worker_round()
    monkeypatch.undo()
    run_worker_round()
    comment.refresh_from_db()
    assert comment.status == Status.PENDING
    assert "Job failed: check_due_comments" in caplog.text


def test_a_failed_comment_is_checked_again_after_the_first_success(akismet, checking):
    akismet.answer = Mode.INVALID
    alone = checking("alone")
    run_worker_round()
    akismet.answer = Mode.HAM
    checking("another")
    run_worker_round()
    run_worker_round()
    alone.refresh_from_db()
    assert alone.status == Status.PENDING


def test_a_worker_retries_failed_comments_when_it_starts(akismet, checking):
    akismet.answer = Mode.INVALID
    checking("1")
    checking("2")
    run_worker_round()
    akismet.answer = Mode.HAM
    circuit_breaker.probe()
    run_worker_round()
    assert statuses() == [Status.PENDING] * 2
