"""Another process holds the lock of the SQLite database."""

import sqlite3
import time
from contextlib import closing

import pytest

from core.wsgi_to_asgi import THREADS
from tests.support.fault_harness import SLUGS, FaultSite
from tests.support.traffic import (
    Traffic,
    between,
    refusals,
    return_the_text,
    slowest,
    statuses,
)

pytestmark = pytest.mark.slow

TIMEOUT = 10.0  # seconds that a submission waits for the lock; `settings.py`


@pytest.mark.parametrize(("seconds", "senders"), [(3.0, 1), (15.0, 1), (3.0, 3), (3.0, 16)])
def test_senders_wait_or_get_their_text_back_and_readers_read_on(
    sqlite_site: FaultSite, seconds: float, senders: int
) -> None:
    sqlite_site.start()
    with Traffic(sqlite_site.url, SLUGS, senders, readers=2) as traffic:
        while len(traffic.read) < 4 * len(SLUGS):  # until all pages are in the cache
            time.sleep(0.1)
        path = sqlite_site.folder / "verdict.sqlite3"
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            start = time.monotonic()
            time.sleep(seconds)
            lock.execute("ROLLBACK")
            end = time.monotonic()
        time.sleep(3)
    refused = refusals(between(traffic.sent, start, end))
    assert return_the_text(refused)
    assert not refused or seconds > TIMEOUT
    if senders < THREADS:  # otherwise all threads of a process may wait for the lock
        read = between(traffic.read, start, end)
        assert set(statuses(read)) == {200}
        assert slowest(read) < 1.0
    sqlite_site.assert_comments_are_intact(traffic.accepted)
    sqlite_site.assert_database_is_intact()
