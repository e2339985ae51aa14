"""The worker is killed again and again while checks are in progress."""

import random
import time
from collections import Counter

import pytest

from tests.support.fake_akismet import Mode, StandIn
from tests.support.fault_harness import SLUGS, FaultSite, wait_until
from tests.support.processes import kill_tree
from tests.support.traffic import Traffic

pytestmark = pytest.mark.slow

KILLS = 50
RESPONSE_SECONDS = 0.4  # of Akismet, so that checks are in progress when the worker dies
CHECKS_AT_ONCE = 32  # of one worker


def test_killing_the_worker_loses_no_comment_and_repeats_only_interrupted_checks(
    site: FaultSite, akismet: StandIn
) -> None:
    akismet.answer, akismet.delay = by_number, RESPONSE_SECONDS
    site.start("web")
    # Some twenty a second: the last worker has to check in time what the others left.
    with Traffic(site.url, SLUGS, senders=2, pause=0.1) as traffic:
        interrupted = sum(kill_a_worker(site, akismet) for _kill in range(KILLS))
    site.cluster.start("worker")
    site.assert_comments_are_intact(traffic.accepted)
    for name, status in site.query("SELECT name, status FROM comments_comment"):
        assert status == ("spam" if is_spam(name) else "pending"), name
    sql = "SELECT comment_id FROM comments_event GROUP BY comment_id HAVING COUNT(*) <> 2"
    assert site.query(sql) == []
    assert repeated_checks(akismet) <= min(KILLS * CHECKS_AT_ONCE, interrupted + KILLS)
    site.assert_database_is_intact()


def is_spam(name: str) -> bool:
    """Return True for each third commenter."""
    return int(name.split()[1]) % 3 == 0


def by_number(fields: dict[str, str]) -> Mode:
    """Answer a check slowly; of a killed worker half a request may arrive."""
    if "comment_author" not in fields:
        return Mode.NEVER
    return Mode.DISCARD if is_spam(fields["comment_author"]) else Mode.SLOW


def kill_a_worker(site: FaultSite, akismet: StandIn) -> int:
    """Start a worker, kill it while it checks, and return how many checks it interrupted."""
    before, worker = len(akismet.calls), site.cluster.start("worker")
    wait_until(lambda: len(akismet.calls) > before, 30)
    time.sleep(random.uniform(0, 1.5))
    kill_tree(worker.pid)
    worker.wait()
    since = time.time() - RESPONSE_SECONDS - 0.1
    return sum(call.time > since for call in list(akismet.calls))


def repeated_checks(akismet: StandIn) -> int:
    """Return how many checks were for a comment that had been sent to Akismet before."""
    calls = akismet.calls_to("comment-check")
    authors = Counter(call.fields.get("comment_author", "") for call in calls)
    return sum(number - 1 for number in authors.values())
