"""Redis is stopped, started, flushed and suspended under load."""

import time
from collections.abc import Callable

import pytest

from tests.support.database_servers import RedisServer
from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.traffic import Traffic, between, slowest, statuses

pytestmark = pytest.mark.slow

SECONDS = 10.0  # of each state
SLOWEST = 6.0  # seconds for one response while Redis hangs: each wait for it ends after one


def test_comments_and_pages_go_on_whatever_happens_to_redis(
    make_site: Callable[..., FaultSite], redis_server: RedisServer
) -> None:
    site = make_site(redis=redis_server)
    site.start()
    states: list[Callable[[], object]] = [
        redis_server.client.ping,
        redis_server.stop,
        redis_server.start,
        redis_server.client.flushall,
        redis_server.suspend,
        redis_server.resume,
    ]
    with Traffic(site.url, SLUGS, readers=2) as traffic:
        time.sleep(3)
        for enter_state in states:
            enter_state()
            assert_everything_is_answered(traffic, str(enter_state))
    site.assert_comments_are_intact(traffic.accepted)
    site.assert_database_is_intact()


def assert_everything_is_answered(traffic: Traffic, state: str) -> None:
    """Wait, and assert that each request of that time was answered soon and as usual."""
    start = time.monotonic()
    time.sleep(SECONDS)
    end = time.monotonic()
    time.sleep(SLOWEST)  # for the responses that are still to come
    for responses, status in ((traffic.sent, 303), (traffic.read, 200)):
        received = between(responses, start, end)
        assert set(statuses(received)) == {status}, state
        assert slowest(received) < SLOWEST, state
