"""SQLite locked by another process: `python -m bench.faults.sqlite_locked`.

A submission waits for ten seconds at most, and takes one of the web server's threads meanwhile.
While one is left in each process nobody who only reads waits.
"""

import sqlite3
import sys
import time

from bench.faults import stand
from bench.faults.crowd import Crowd, between, counted, longest, longest_gap
from bench.faults.stand import Stand

PATIENCE = 10.0  # seconds, in settings.py


def run(here: Stand) -> None:
    here.site.start()
    for seconds, senders in ((3.0, 1), (15.0, 1), (3.0, 3), (3.0, 16)):
        held(here, seconds, senders)
    here.rows.checked(here.table)
    here.rows.clean(here.table)


def held(here: Stand, seconds: float, senders: int) -> None:
    """Locks it for so long, with so many people sending."""
    from operations.management.commands.web import THREADS

    what = f"{seconds:.0f} s, {senders} sending"
    with Crowd(here.site.address, here.slugs, senders, readers=2) as crowd:
        while len(crowd.read) < 4 * len(here.slugs):  # until all pages are kept
            time.sleep(0.1)
        lock = sqlite3.connect(here.folder / "data" / "verdict.sqlite3", isolation_level=None)
        lock.execute("PRAGMA busy_timeout = 10000")
        lock.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()
        time.sleep(seconds)
        lock.execute("ROLLBACK")
        end = time.monotonic()
        lock.close()
        time.sleep(3)
    sent, read = between(crowd.sent, start, end), between(crowd.read, start, end)
    refused = [one for one in sent if one.status != 303]
    fine = all(one.status == 503 and one.gave_back for one in refused)
    told = f"{counted(sent)}; longest {longest(sent):.1f} s"
    here.table.expect(f"{what}: senders", told, fine and (not refused or seconds > PATIENCE))
    told = f"{counted(read)}; longest {longest(read):.2f} s"
    well = all(one.status == 200 for one in read) and longest(read) < 1.0
    if senders < THREADS:
        here.table.expect(f"{what}: readers of kept pages", told, well)
    else:
        here.table.note(f"{what}: readers, of whom some find all threads waiting", told)
    here.table.note(f"{what}: longest time without a page", f"{longest_gap(crowd.read, 200):.1f} s")
    here.rows.kept(here.table, crowd.taken)


if __name__ == "__main__":
    sys.exit(stand.main("SQLite locked", run))
