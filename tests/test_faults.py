"""Fault tests that take seconds; those in `tests/faults/` take minutes."""

import random
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db.models import F

from blog.models import Post
from comments.models import Comment, Result, SpamServiceState, Status
from comments.screening import worker
from tests.support.fake_akismet import Mode
from tests.support.wire import wire
from tests.support.worker_round import run_worker_round

pytestmark = pytest.mark.django_db(transaction=True)

RESULTS = {Mode.HAM, Mode.SPAM, Mode.DISCARD, Mode.RECHECK, Mode.ALERT, Mode.SLOW}
TURNS = 30


class Weather:
    """The current mode of Akismet, and what it has answered about each comment."""

    def __init__(self) -> None:
        self.mode = Mode.HAM
        self.answered: dict[str, list[Mode]] = {}

    def __call__(self, fields: dict[str, str]) -> Mode:
        self.answered.setdefault(fields["comment_content"], []).append(self.mode)
        return self.mode


@pytest.fixture
def weather(akismet, monkeypatch):
    monkeypatch.setattr("comments.screening.akismet.CHECK_DEADLINE", 0.4)
    akismet.delay, akismet.answer = 0.01, Weather()
    return akismet.answer


def pass_time(**passed: float) -> None:
    """Let time pass for the comments and for the breaker."""
    ago = timedelta(**passed)
    waiting = Comment.objects.exclude(next_check_at=None)
    waiting.update(next_check_at=F("next_check_at") - ago)
    service = SpamServiceState.objects.exclude(next_probe_at=None)
    service.update(next_probe_at=F("next_probe_at") - ago)


def test_whatever_akismet_does_all_comments_are_checked_and_none_is_published(
    akismet, weather, say
):
    chance = random.Random(4)  # the same each time
    modes = [*Mode, *chance.choices(list(Mode), k=TURNS - len(Mode))]
    chance.shuffle(modes)
    for turn, weather.mode in enumerate(modes):
        for number in range(3):
            say(f"Comment {turn}-{number}", status=Status.CHECKING)
        opened = SpamServiceState.objects.filter(next_probe_at__isnull=False).exists()
        before = len(akismet.calls)
        run_worker_round()
        if weather.mode not in RESULTS:
            most = 1 if opened else 1 + worker.CHECKS_AT_ONCE
            assert len(akismet.calls) - before <= most, weather.mode
        as_answered(weather)
        pass_time(seconds=chance.uniform(0, 240))
    weather.mode = Mode.HAM
    for _turn in range(3):
        pass_time(days=3)
        run_worker_round()
    assert not Comment.objects.filter(status=Status.CHECKING).exists()
    assert Comment.objects.count() == 3 * TURNS
    as_answered(weather)
    assert all(comment.events.count() == 2 for comment in Comment.objects.all())


def as_answered(weather: Weather) -> None:
    """Assert that nothing is approved and that each result is that of the last complete answer."""
    expected = {Mode.SPAM: Result.SPAM, Mode.DISCARD: Result.BLATANT}
    for body, status, result in Comment.objects.values_list("body", "status", "result"):
        whole = [mode for mode in weather.answered.get(body, []) if mode in RESULTS]
        assert result == (expected.get(whole[-1], Result.HAM) if whole else Result.NONE)
        decided = {"spam": Status.SPAM, "blatant": Status.SPAM, "ham": Status.PENDING}
        assert status in (Status.CHECKING, decided.get(result))


def test_a_page_cached_while_the_clock_was_ahead_is_not_served_afterwards(post, monkeypatch):
    ahead = SimpleNamespace(time=lambda: time.time() + 365 * 24 * 3600)
    with monkeypatch.context() as patched:
        patched.setattr("pagecache.middleware.time", ahead)
        patched.setattr("pagecache.store.time", ahead)
        patched.setattr("pagecache.decorators.time", ahead)
        assert "Another title" not in wire(post.get_absolute_url()).text
        Post.objects.update(title="Another title")  # this does not invalidate the page cache
        assert "Another title" not in wire(post.get_absolute_url()).text
    assert "Another title" in wire(post.get_absolute_url()).text
