"""The web server is killed again and again under load."""

import os
import random
import time
from contextlib import suppress

import httpx
import pytest

from tests.support import processes
from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.traffic import Traffic, statuses

pytestmark = pytest.mark.slow

KILLS = 50
PAUSES = (0.3, 1.5)  # seconds between the recovery from one kill and the next kill
RECOVERY_SECONDS = 15.0  # `serve` waits 5 s before it restarts what ended just after its start


def test_killing_web_processes_loses_no_comment_and_pages_return_within_seconds(
    site: FaultSite,
) -> None:
    chance, recoveries = random.Random(50), list[float]()
    site.start()
    with Traffic(site.url, SLUGS) as traffic:
        time.sleep(2)
        for number in range(KILLS):
            time.sleep(chance.uniform(*PAUSES))
            kill_web_process(site, number)
            recoveries.append(seconds_until_pages_return(site.url))
    assert set(statuses(traffic.sent + traffic.read)) <= {0, 200, 303, 503}
    assert max(recoveries) < RECOVERY_SECONDS
    assert len(processes.listening_on(site.port)) <= 1 + (os.cpu_count() or 1)
    site.assert_comments_are_intact(traffic.accepted)
    site.assert_database_is_intact()


def kill_web_process(site: FaultSite, number: int) -> None:
    """Kill the whole site each tenth time, the web server's main process each fifth time, and
    otherwise one of the processes that answer requests."""
    main, *others = site.part("web") or [0]
    if number % 10 == 9:
        site.kill()
        site.start()
    elif number % 5 == 4 and main:
        processes.kill(main)
    elif others:
        processes.kill(others[number % len(others)])


def seconds_until_pages_return(url: str) -> float:
    """Return the seconds until ten requests in a row, each on a new connection, get a page."""
    start, successes = time.monotonic(), 0
    while successes < 10 and time.monotonic() - start < 60:
        status = 0
        with suppress(httpx.TransportError):
            status = httpx.get(f"{url}/", trust_env=False, timeout=10).status_code
        successes = successes + 1 if status == 200 else 0
        time.sleep(0.02)
    return time.monotonic() - start
