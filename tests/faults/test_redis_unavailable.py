"""Redis stopped, started again, flushed and hung: `python -m bench.faults.redis_away redis`."""

import sys
import time

from bench.faults import stand
from bench.faults.crowd import Crowd, between, counted, longest
from bench.faults.stand import Stand

AWAY = 10.0  # seconds
BEARABLE = 6.0  # seconds for one answer while Redis hangs: each wait for it is bounded by one


def run(here: Stand) -> None:
    assert here.redis
    here.site.start()
    with Crowd(here.site.address, here.slugs, readers=2) as crowd:
        time.sleep(3)
        phase(here, crowd, "with Redis", lambda: None)
        phase(here, crowd, "Redis stopped", here.redis.stop)
        phase(here, crowd, "Redis started again", here.redis.start)
        phase(here, crowd, "Redis flushed", here.redis.client.flushall)
        phase(here, crowd, "Redis hangs", here.redis.hang)
        phase(here, crowd, "Redis goes on", here.redis.go_on)
    here.rows.kept(here.table, crowd.taken)
    here.rows.checked(here.table)
    here.rows.consistent(here.table)
    here.rows.clean(here.table)


def phase(here: Stand, crowd: Crowd, what: str, happens: object) -> None:
    """What people get during the ten seconds after it."""
    start = time.monotonic()
    happens()  # type: ignore[operator]
    time.sleep(AWAY)
    end = time.monotonic()
    time.sleep(2 * BEARABLE if "hangs" in what else 0.5)  # for the answers still to come
    for who, answers, fine in (("senders", crowd.sent, 303), ("readers", crowd.read, 200)):
        got = between(answers, start, end)
        told = f"{counted(got)}; longest {longest(got):.2f} s"
        well = bool(got) and all(one.status == fine for one in got) and longest(got) < BEARABLE
        here.table.expect(f"{what}: {who}", told, well)


if __name__ == "__main__":
    sys.exit(stand.main("Redis away", run))
