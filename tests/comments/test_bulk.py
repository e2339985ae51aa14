"""Acts on more comments than one transaction takes: the worker carries them out."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from comments import bulk, moderation, thread_moderation
from comments.models import BulkAct, Comment, Event, Status


@pytest.fixture
def desk(mo: Any, logged_in: Any) -> Client:
    client: Client = logged_in(mo)
    return client


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let three comments be what a transaction takes."""
    monkeypatch.setattr(moderation, "BATCH_SIZE", 3)


@pytest.fixture
def crowd(say: Any, few_at_once: None) -> list[Comment]:
    return [
        say(f"Number {n}", email=f"{n}@example.com", status=Status.PENDING, name="Rita")
        for n in range(8)
    ]


def work() -> None:
    bulk.carry_out_due(threading.Event())


def count(status: Status) -> int:
    return Comment.objects.filter(status=status).count()


def act_on_all(desk: Client, act: str, newest: int, **values: str) -> Any:
    return desk.post(
        "/moderation/act/",
        {"act": act, "all": "8", "newest": str(newest), "seen": "pending", **values},
    )


def test_all_that_match_are_named_and_moved_by_the_worker_and_back(desk, crowd, monkeypatch):
    monkeypatch.setattr("comments.views.queue.PER_PAGE", 5)
    monkeypatch.setattr("comments.queue.PER_PAGE", 5)
    assert "All 8 comments that match" in " ".join(
        desk.get("/moderation/").content.decode().split()
    )
    answer = act_on_all(desk, "spam", crowd[-1].pk)
    progress = desk.get(answer["Location"]).content.decode()
    assert "0 of 8 comments so far" in progress
    assert 'http-equiv="refresh"' in progress
    assert count(Status.SPAM) == 0  # nothing happens in the request
    work()
    done = desk.get(answer["Location"]).content.decode()
    assert "Done: 8 comments." in done
    assert count(Status.SPAM) == 8
    assert Event.objects.filter(status_to=Status.SPAM).values("act").distinct().count() == 1
    action = re.search(r'name="act" value="([-0-9a-f]+)"', done)[1]
    undone = desk.post("/moderation/undo/", {"act": action})
    work()
    assert "Done: 8 comments." in desk.get(undone["Location"]).content.decode()
    assert count(Status.PENDING) == 8


def test_comments_that_came_after_the_page_are_not_touched(desk, crowd, say):
    late = say("Late", email="late@example.com", status=Status.PENDING)
    act_on_all(desk, "approve", crowd[-1].pk)
    work()
    assert count(Status.APPROVED) == 8
    assert Comment.objects.get(pk=late.pk).status == Status.PENDING


def test_only_what_the_filter_selects_is_touched(desk, crowd, say):
    others = [
        say(f"Casino {n}", email=f"c{n}@example.com", status=Status.PENDING) for n in range(5)
    ]
    act_on_all(desk, "spam", others[-1].pk, q="casino")
    work()
    assert count(Status.SPAM) == 5
    assert count(Status.PENDING) == 8


def test_few_matches_are_decided_at_once(desk, crowd):
    answer = act_on_all(desk, "approve", crowd[-1].pk, q="Number 1")
    assert answer["Location"].startswith("/moderation/?")
    assert count(Status.APPROVED) == 1


def test_a_worker_that_is_killed_leaves_the_rest_to_the_next_one(desk, crowd, monkeypatch):
    answer = act_on_all(desk, "spam", crowd[-1].pk)
    job = BulkAct.objects.get()
    assert bulk.claim(job)
    bulk.carry_out_batch(job)
    assert count(Status.SPAM) == 3
    work()  # another worker waits for the end of the lease
    assert count(Status.SPAM) == 3
    BulkAct.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    work()
    assert count(Status.SPAM) == 8
    assert "Done: 8 comments." in desk.get(answer["Location"]).content.decode()


def test_two_workers_do_not_carry_out_the_same_batch(desk, crowd):
    act_on_all(desk, "spam", crowd[-1].pk)
    first, second = BulkAct.objects.get(), BulkAct.objects.get()
    assert bulk.claim(first)
    assert not bulk.claim(second)


def test_what_a_moderator_decides_meanwhile_stays(desk, crowd, mo):
    act_on_all(desk, "spam", crowd[-1].pk)
    moderation.approve([crowd[5].pk], mo)
    work()
    assert count(Status.APPROVED) == 1
    assert count(Status.SPAM) == 7


def test_a_failing_batch_moves_nothing_and_is_tried_again(desk, crowd, monkeypatch):
    act_on_all(desk, "spam", crowd[-1].pk)

    def failing(*_args: Any) -> int:
        moderation.mark_as_spam([crowd[0].pk], None)
        raise RuntimeError("in the middle")

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "act_on", failing)
        with pytest.raises(RuntimeError):
            work()
    assert count(Status.SPAM) == 0
    BulkAct.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    work()
    assert count(Status.SPAM) == 8


def test_emptying_spam_asks_first_and_keeps_places_in_threads(desk, crowd, say, mo):
    moderation.mark_as_spam([comment.pk for comment in crowd], mo)
    say("A reply.", parent=crowd[0], email="x@example.com")
    form = {"status": "spam", "newest": str(crowd[-1].pk)}
    page = desk.post("/moderation/empty/", form).content.decode()
    assert "8 comments will be deleted. This can't be undone." in " ".join(page.split())
    assert count(Status.SPAM) == 8
    answer = desk.post("/moderation/empty/", {**form, "confirmed": "yes"})
    work()
    page = desk.get(answer["Location"]).content.decode()
    assert "Done: 8 comments." in page
    assert "Undo" not in page
    assert [comment.body for comment in Comment.objects.filter(status=Status.SPAM)] == [""]


@pytest.mark.parametrize("status", ["pending", "approved", "checking", "", "nonsense"])
def test_only_spam_and_trash_can_be_emptied(desk, crowd, status):
    form = {"status": status, "newest": str(crowd[-1].pk), "confirmed": "yes"}
    assert desk.post("/moderation/empty/", form).status_code == 400
    assert not BulkAct.objects.exists()


@pytest.mark.parametrize("address", ["/moderation/undo/", "/moderation/acts/undo/"])
def test_a_large_thread_that_was_moved_is_undone_at_once(
    desk, say, few_at_once, mo, write, address
):
    first = say("First.")
    for number in range(5):
        say(f"{number}", parent=first, email=f"{number}@example.com")
    moved = thread_moderation.move(first.pk, write(slug="elsewhere"), mo)
    answer = desk.post(address, {"act": str(moved.id)})
    assert not answer["Location"].startswith("/moderation/bulk/")
    assert set(Comment.objects.values_list("post", flat=True)) == {first.post_id}


def test_a_large_act_is_undone_by_the_worker_from_the_list_of_acts_too(desk, crowd, mo):
    act_on_all(desk, "spam", crowd[-1].pk)
    work()
    action = BulkAct.objects.get().action_id
    answer = desk.post("/moderation/acts/undo/", {"act": str(action)})
    assert answer["Location"].startswith("/moderation/bulk/")
    work()
    assert count(Status.PENDING) == 8
