"""Akismet fails in every way that the stand-in knows, changing at random for five minutes."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.support.fake_akismet import Mode, StandIn
from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.traffic import Traffic, statuses

pytestmark = pytest.mark.slow

SECONDS = 300.0
PERIODS = (2.0, 12.0)  # seconds for which it works, or fails in one way
WORKING = {Mode.HAM, Mode.SPAM, Mode.DISCARD, Mode.RECHECK, Mode.SLOW, Mode.ALERT}
SPAM = {Mode.SPAM, Mode.DISCARD}
CHECKS_AT_ONCE = 16  # of one worker while the service is not known to be down
FIRST_PAUSE = 30.0  # seconds of the circuit breaker
CHECK_SECONDS = 400.0  # afterwards: the circuit breaker may pause for minutes


@dataclass
class ChangingService:
    """The current mode, the periods so far, and the modes in which each commenter was checked."""

    mode: Mode = Mode.HAM
    periods: list[tuple[Mode, float]] = field(default_factory=list)
    checks: dict[str, list[Mode]] = field(default_factory=dict)

    def __call__(self, fields: dict[str, str]) -> Mode:
        self.checks.setdefault(fields.get("comment_author", ""), []).append(self.mode)
        return self.mode

    def change(self, chance: random.Random) -> float:
        """Enter another mode, and return the seconds for which it lasts."""
        # It works half of the time: otherwise an open circuit would hide most failures.
        modes = WORKING if chance.random() < 0.5 else set(Mode) - WORKING
        self.mode, seconds = chance.choice(sorted(modes)), chance.uniform(*PERIODS)
        self.periods.append((self.mode, seconds))
        return seconds


def test_whatever_akismet_does_no_comment_is_lost_published_or_marked_wrongly(
    sqlite_site: FaultSite, akismet: StandIn
) -> None:
    chance, service = random.Random(4), ChangingService()
    akismet.answer, akismet.delay, akismet.recheck_after = service, 1.0, 2
    sqlite_site.start()
    deadline = time.monotonic() + SECONDS
    with Traffic(sqlite_site.url, SLUGS, senders=1) as traffic:
        while time.monotonic() < deadline:
            time.sleep(service.change(chance))
        assert sqlite_site.count("approved") == 0
    assert set(statuses(traffic.sent)) == {303}
    assert_calls_are_limited(service, len(traffic.accepted))
    service.mode = Mode.HAM
    sqlite_site.assert_comments_are_intact(traffic.accepted, CHECK_SECONDS)
    sql = "SELECT name, status, result FROM comments_comment"
    for name, status, result in sqlite_site.query(sql):
        last = [mode for mode in service.checks[name] if mode in WORKING][-1]
        assert status == ("spam" if last in SPAM else "pending"), name
        assert (result == "ham") == (last not in SPAM), name


def assert_calls_are_limited(service: ChangingService, comments: int) -> None:
    """Assert that the circuit breaker limited the calls that failed.

    In each failing period one call may fail alone, as many as run at once may be in progress, and
    then there is one per pause. A comment needs one answered call, or two after a recheck.
    """
    modes = Counter(mode for checks in list(service.checks.values()) for mode in checks)
    answered = sum(number for mode, number in modes.items() if mode in WORKING)
    failing = [seconds for mode, seconds in service.periods if mode not in WORKING]
    allowed = sum(1 + CHECKS_AT_ONCE + int(seconds / FIRST_PAUSE) + 1 for seconds in failing)
    assert modes.total() - answered <= allowed
    assert answered <= comments + modes[Mode.RECHECK]
