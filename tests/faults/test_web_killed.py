"""The web server killed with -9 under load, fifty times: `python -m bench.faults.web_killed`.

In turn one of the processes that answer requests, the one that starts these, and everything.
"""

import os
import random
import sys
import time
from pathlib import Path
from statistics import median

import httpx

from bench.faults import processes, stand
from bench.faults.crowd import Crowd, counted
from bench.faults.stand import Stand

KILLS = 50
WORK = (0.3, 1.5)  # seconds between being well again and the next kill
BACK = 15.0  # seconds: `serve` leaves alone for 5 what ended just after its start


def run(here: Stand) -> None:
    chance, back = random.Random(50), list[float]()
    here.site.start()
    with Crowd(here.site.address, here.slugs) as crowd:
        time.sleep(2)
        for number in range(KILLS):
            time.sleep(chance.uniform(*WORK))
            kill(here, number)
            back.append(until_back(here.site.address))
    here.table.note(f"answers to senders during {KILLS} kills", counted(crowd.sent))
    here.table.note("answers to readers", counted(crowd.read))
    bad = [one for one in crowd.sent + crowd.read if one.status not in (0, 200, 303, 503)]
    here.table.expect("answers of another kind", counted(bad) or 0, not bad)
    here.table.note("until a page came again (median)", f"{median(back):.1f} s")
    here.table.expect("until a page came again (longest)", f"{max(back):.1f} s", max(back) < BACK)
    left = len(listening(here))
    here.table.expect("processes that listen in the end", left, left <= 1 + (os.cpu_count() or 1))
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
    web = here.site.part("web")
    if number % 10 == 9:
        here.site.kill_all()
        here.site.start()
    elif number % 5 == 4:
        processes.kill(web[0])
    elif len(web) > 1:
        processes.kill(web[1 + number % (len(web) - 1)])


def until_back(address: str) -> float:
    """Seconds until ten requests in a row, each on a connection of its own, got their page."""
    start, fine = time.monotonic(), 0
    while fine < 10 and time.monotonic() - start < 60:
        try:
            answer = httpx.get(f"{address}/", trust_env=False, timeout=10)
            fine = fine + 1 if answer.status_code == 200 else 0
        except httpx.TransportError:
            fine = 0
        time.sleep(0.02)
    return time.monotonic() - start


def listening(here: Stand) -> list[int]:
    """The processes that hold a socket at the site's port, whoever started them."""
    port = f":{int(here.site.address.rpartition(':')[2]):04X} "
    lines = Path("/proc/net/tcp").read_text().splitlines()
    inodes = {f"socket:[{line.split()[9]}]" for line in lines if port in line and " 0A " in line}
    return [pid for pid in processes.everybody() if inodes & processes.links(pid)]


if __name__ == "__main__":
    sys.exit(stand.main("web killed", run))
