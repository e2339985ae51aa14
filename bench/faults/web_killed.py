"""The web server killed with -9 under load, fifty times: `python -m bench.faults.web_killed`.

In turn one of the processes that answer requests, the one that starts these, and everything.
"""

import random
import sys
import time

from bench.faults import processes, stand
from bench.faults.crowd import Crowd, counted, longest_gap
from bench.faults.stand import Stand

KILLS = 50
PAUSE = (0.3, 2.0)  # seconds of work between two kills
GAP = 15.0  # seconds: `serve` waits 5 before it starts again what ended at once


def run(here: Stand) -> None:
    chance = random.Random(50)
    here.site.start()
    with Crowd(here.site.address, here.slugs) as crowd:
        time.sleep(2)
        for number in range(KILLS):
            time.sleep(chance.uniform(*PAUSE))
            kill(here, number)
        time.sleep(10)
    here.table.note(f"answers to senders during {KILLS} kills", counted(crowd.sent))
    here.table.note("answers to readers", counted(crowd.read))
    bad = [one for one in crowd.sent + crowd.read if one.status not in (0, 200, 303, 503)]
    here.table.expect("answers of another kind", counted(bad) or 0, not bad)
    gap = longest_gap(crowd.read, 200)
    here.table.expect("longest time without a page", f"{gap:.1f} s", gap < GAP)
    left = len(here.site.named(processes.SERVER))
    here.table.note("processes that answer, in the end", left)
    here.rows.kept(here.table, crowd.taken)
    here.rows.checked(here.table)
    here.rows.consistent(here.table)
    here.site.stop()
    here.rows.clean(here.table)
    if here.postgres:
        found = here.postgres.check()
        here.table.expect("pg_amcheck", found or "nothing", not found)


def kill(here: Stand, number: int) -> None:
    """Every tenth time everything, every fifth the web server's head, else one that answers."""
    if number % 10 == 9:
        here.site.kill_all()
        here.site.start()
    elif number % 5 == 4:
        for pid in here.site.named(processes.WEB):
            processes.kill(pid)
    else:
        for pid in here.site.named(processes.SERVER)[:1]:
            processes.kill(pid)


if __name__ == "__main__":
    sys.exit(stand.main("web killed", run))
