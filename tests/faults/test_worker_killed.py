"""The worker killed with -9, fifty times, while checks are under way:
`python -m bench.faults.worker_killed`."""

import random
import sys
import time
from collections import Counter

from bench.faults import stand
from bench.faults.crowd import Crowd, counted
from bench.faults.processes import Site
from bench.faults.stand import Stand
from tests.support.fake_akismet import Mode, StandIn

KILLS = 50
ANSWER_SECONDS = 0.4  # of the stand-in, so that calls are under way when the kill comes
AT_ONCE = 32  # checks of one worker


def run(here: Stand) -> None:
    here.stand_in.answer, here.stand_in.delay = by_number, ANSWER_SECONDS
    here.site.part_alone = "web"
    here.site.start()
    worker = Site(here.site.address, here.site.log, "worker")
    try:
        # Some twenty a second: what the killed ones left, the last one has to check in time.
        with Crowd(here.site.address, here.slugs, senders=2, pause=0.1) as crowd:
            under_way = kill_again_and_again(here, worker)
        worker.start()
        here.table.note(f"answers to senders during {KILLS} kills", counted(crowd.sent))
        here.table.note("checks under way at a kill, in sum", under_way)
        here.rows.kept(here.table, crowd.taken)
        here.rows.checked(here.table)
    finally:
        worker.stop()
    settled(here, under_way)
    here.site.stop()
    here.rows.clean(here.table)


def by_number(fields: dict[str, str]) -> Mode:
    """Every third is spam; all of them take their time. Of a killed worker's the half may come."""
    if "comment_author" not in fields:
        return Mode.NEVER
    return Mode.SLOW if int(fields["comment_author"].split()[1]) % 3 else Mode.DISCARD


def kill_again_and_again(here: Stand, worker: Site) -> int:
    """Returns how many calls had no answer when their worker was killed."""
    chance, under_way = random.Random(50), 0
    for _kill in range(KILLS):
        before = len(here.stand_in.calls)
        worker.start()
        until = time.monotonic() + 30
        while len(here.stand_in.calls) == before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 1.5))
        worker.kill_all()
        since = time.time() - ANSWER_SECONDS - 0.1
        under_way += sum(call.time > since for call in list(here.stand_in.calls))
    return under_way


def settled(here: Stand, under_way: int) -> None:
    """Each comment stands where its answer says, with two events, after no more calls than
    there have to be."""
    from comments.models import Comment

    rows = Comment.objects.values_list("name", "status")
    right = {True: "pending", False: "spam"}
    wrong = sum(right[int(name.split()[1]) % 3 > 0] != status for name, status in rows)
    here.table.expect("comments with a wrong status", wrong, wrong == 0)
    doubled = sum(comment.events.count() != 2 for comment in Comment.objects.all())
    here.table.expect("comments with more or fewer than two events", doubled, doubled == 0)
    here.rows.consistent(here.table)
    repeats = repeated(here.stand_in)
    most = KILLS * AT_ONCE
    here.table.expect(
        f"calls repeated, at most {AT_ONCE} a kill",
        repeats,
        repeats <= min(most, under_way + KILLS),
    )


def repeated(stand_in: StandIn) -> int:
    """How many checks asked what had been asked before."""
    calls = stand_in.calls_to("comment-check")
    asked = Counter(call.fields.get("comment_author", "") for call in calls)
    return sum(number - 1 for number in asked.values())


if __name__ == "__main__":
    sys.exit(stand.main("worker killed", run))
