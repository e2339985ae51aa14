"""Changes of status: every action from every status, repeated, undone, and too late."""

import itertools
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from comments import moderation
from comments.models import Comment, Event, Result, Status
from pagecache.version import current_version

ACTS = {
    moderation.approve: Status.APPROVED,
    moderation.reject: Status.TRASH,
    moderation.mark_as_spam: Status.SPAM,
}
PASSAGES = list(itertools.product(Status, ACTS))


def events(comment: Comment) -> list[tuple[str, str]]:
    return list(comment.events.values_list("status_from", "status_to"))


@pytest.mark.parametrize(
    ("before", "act"), PASSAGES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_moderator_moves_a_comment_from_any_status(say, mo, before, act):
    comment = say(status=before)
    done = act([comment.pk], mo)
    comment.refresh_from_db()
    after = ACTS[act]
    assert comment.status == after
    if before == after:
        assert done.moved == []
        assert events(comment) == [("", before)]
    else:
        assert done.moved == [comment.pk]
        assert events(comment) == [("", before), (before, after)]
        assert comment.events.last().by == mo
        assert comment.decided_at is not None
        assert comment.next_check_at is None


@pytest.mark.parametrize(
    ("before", "act"), PASSAGES, ids=lambda value: getattr(value, "__name__", value)
)
def test_undo_reverts_an_action(say, mo, before, act):
    comment = say(status=before)
    done = act([comment.pk], mo)
    undone = moderation.undo(done.id, mo)
    comment.refresh_from_db()
    # A comment that a person has seen is not checked again.
    expected = Status.PENDING if before == Status.CHECKING else before
    assert comment.status == expected
    assert undone.moved == done.moved


def test_repeating_an_action_changes_nothing(say, mo):
    comment = say(status=Status.PENDING)
    moderation.approve([comment.pk, comment.pk], mo)
    assert moderation.approve([comment.pk], mo).moved == []
    assert events(comment) == [("", "pending"), ("pending", "approved")]


def test_undoing_an_action_twice_reverts_it_once(say, mo):
    comment = say(status=Status.PENDING)
    done = moderation.approve([comment.pk], mo)
    moderation.undo(done.id, mo)
    assert moderation.undo(done.id, mo).moved == []
    comment.refresh_from_db()
    assert comment.status == Status.PENDING


def test_an_undo_can_be_undone(say, mo):
    comment = say(status=Status.PENDING)
    undone = moderation.undo(moderation.approve([comment.pk], mo).id, mo)
    moderation.undo(undone.id, mo)
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED


def test_undo_skips_comments_that_were_decided_again_since(say, mo, olive):
    comment = say(status=Status.PENDING)
    done = moderation.approve([comment.pk], mo)
    moderation.mark_as_spam([comment.pk], olive)
    assert moderation.undo(done.id, mo).moved == []
    comment.refresh_from_db()
    assert comment.status == Status.SPAM


def test_undo_restores_the_previous_status_of_each_selected_comment(say, mo):
    pending, spam = say("a", status=Status.PENDING), say("b", status=Status.SPAM)
    done = moderation.reject([pending.pk, spam.pk], mo)
    moderation.undo(done.id, mo)
    assert set(Comment.objects.values_list("pk", "status")) == {
        (pending.pk, "pending"),
        (spam.pk, "spam"),
    }


def test_undoing_an_unknown_action_does_nothing(say, mo):
    say()
    assert moderation.undo(uuid.uuid4(), mo).moved == []


def test_restore_returns_to_the_previous_status(say, mo):
    comment = say(status=Status.APPROVED)
    moderation.reject([comment.pk], mo)
    moderation.restore([comment.pk], mo)
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED


def test_restore_ignores_an_edit_in_between(say, mo):
    comment = say(status=Status.APPROVED)
    moderation.reject([comment.pk], mo)
    moderation.edit(comment.pk, mo, name="Rita", website="", body="corrected")
    moderation.restore([comment.pk], mo)
    comment.refresh_from_db()
    assert comment.status == Status.APPROVED


def test_restoring_a_result_of_the_spam_check_makes_the_comment_pending(say, mo):
    comment = say(status=Status.CHECKING)
    moderation.apply_check_result([comment.pk], Result.SPAM)
    moderation.restore([comment.pk], mo)
    comment.refresh_from_db()
    assert comment.status == Status.PENDING


def test_an_action_skips_comments_that_another_moderator_decided_meanwhile(say, mo, olive):
    comment = say(status=Status.PENDING)
    moderation.mark_as_spam([comment.pk], olive)
    assert moderation.approve([comment.pk], mo, seen=Status.PENDING).moved == []
    comment.refresh_from_db()
    assert comment.status == Status.SPAM


@pytest.mark.parametrize(
    ("result", "status"),
    [(Result.HAM, Status.PENDING), (Result.SPAM, Status.SPAM), (Result.BLATANT, Status.SPAM)],
)
def test_a_result_changes_a_comment_that_is_being_checked(say, result, status):
    comment = say(status=Status.CHECKING)
    assert moderation.apply_check_result([comment.pk], result)
    comment.refresh_from_db()
    assert comment.status == status
    assert comment.next_check_at is None
    assert comment.decided_at is None
    assert comment.events.last().by is None


@pytest.mark.parametrize("decided", [s for s in Status if s != Status.CHECKING])
@pytest.mark.parametrize("result", [Result.HAM, Result.SPAM, Result.BLATANT])
def test_a_late_result_changes_nothing(say, decided, result):
    comment = say(status=decided)
    assert not moderation.apply_check_result([comment.pk], result)
    comment.refresh_from_db()
    assert comment.status == decided
    assert comment.events.count() == 1


def test_no_result_approves(say):
    for result in Result:
        comment = say(f"about {result}", status=Status.CHECKING)
        moderation.apply_check_result([comment.pk], result)
    assert not Comment.objects.filter(status=Status.APPROVED).exists()


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("act", ACTS)
def test_pages_are_invalidated_exactly_when_readers_see_a_change(say, mo, before, act):
    comment = say(status=before)
    version = current_version()
    act([comment.pk], mo)
    after = ACTS[act]
    visible = before != after and Status.APPROVED in (before, after)
    assert (current_version() != version) == visible


def test_an_edit_keeps_the_previous_text(say, mo):
    comment = say("With a typo.")
    moderation.edit(comment.pk, mo, name="Rita", website="", body="Without one.")
    comment.refresh_from_db()
    assert "Without one." in comment.body_html
    event = comment.events.last()
    assert (event.text, event.by, event.status_from) == ("With a typo.", mo, event.status_to)


def test_500_comments_are_decided_in_a_handful_of_queries(say, mo, django_assert_max_num_queries):
    ids = [say(f"number {n}", status=Status.PENDING).pk for n in range(500)]
    with django_assert_max_num_queries(13):
        done = moderation.approve(ids, mo)
    assert len(done.moved) == 500
    with django_assert_max_num_queries(15):
        assert len(moderation.undo(done.id, mo).moved) == 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "published"},
        {"status": "checking", "next_check_at": None},
        {"result": "maybe"},
        {"reported_result": "maybe"},
    ],
)
def test_the_database_refuses_invalid_comments(say, wrong):
    comment = say()
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=comment.pk).update(**wrong)


def test_a_reply_without_its_thread_cannot_be_stored(say):
    first, second = say("1"), say("2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=second.pk).update(parent=first)


def test_every_event_has_a_time_and_a_reason(say, mo):
    comment = say(status=Status.PENDING)
    done = moderation.approve([comment.pk], mo)
    moderation.undo(done.id, mo)
    event = Event.objects.last()
    assert event.why == "undone"
    assert event.at <= timezone.now()
