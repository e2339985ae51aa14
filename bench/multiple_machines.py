"""Run two web servers and two workers as one site: `python -m bench.multiple_machines`.

It needs DATABASE_URL (an empty PostgreSQL database) and REDIS_URL. Readers load
pages from both web servers while a moderator approves and rejects comments on one and checks the
pages of the other. Then a web server and a worker are killed repeatedly while comments arrive
at both.
"""

import contextlib
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import median

import httpx

from bench import site
from bench.table import Table, milliseconds, say
from tests.support.comment_sender import CommentSender
from tests.support.fake_akismet import StandIn
from tests.support.moderator_client import ModeratorClient
from tests.support.site_cluster import Cluster, Web, kill

ROUNDS = 300
READERS = 6
KILLS, COMMENTS_PER_KILL = 5, 30
CHECKS_AT_ONCE = 16  # by one worker
CHECK_SECONDS = 180.0
SLUG = "review-1"
PAGE = f"/reviews/{SLUG}/"


def main() -> int:
    """Measure both; return an exit status."""
    if "postgres" not in os.environ.get("DATABASE_URL", "") or not os.environ.get("REDIS_URL"):
        say("Not run: name an empty PostgreSQL in DATABASE_URL and a Redis in REDIS_URL.")
        return 0
    with StandIn() as akismet, site.prepared(akismet.url, akismet.key) as folder:
        from bench import seed

        password, table = seed.create_owner(), Table()
        seed.create_posts()
        with running_cluster(folder, akismet) as cluster:
            webs = cluster.webs(2)
            check_freshness(webs, password, table)
            check_kills(cluster, webs, akismet, table)
    return table.finish()


@contextlib.contextmanager
def running_cluster(folder: Path, akismet: StandIn) -> Iterator[Cluster]:
    """Yield a cluster on the prepared site's database, and stop its processes."""
    cluster = Cluster(folder, AKISMET_API_KEY=akismet.key, AKISMET_API_URL=akismet.url)
    try:
        yield cluster
    finally:
        cluster.stop()


def check_freshness(webs: list[Web], password: str, table: Table) -> None:
    """Change a page at one web server, and read it from the other."""
    from bench import seed

    sender = CommentSender(webs[0].address)
    for number in range(ROUNDS):
        sender.send(SLUG, number, f"Waiting for approval, {number}.")
    moderators = [ModeratorClient(web.address, seed.OWNER, password) for web in webs]
    stale, times, start = 0, [], time.monotonic()
    with read_all_the_time(webs) as counts:
        for number, pk in enumerate(seed.comment_ids()):
            here, there = moderators if number % 2 else moderators[::-1]
            here.act("approve", pk)
            before = time.perf_counter()
            stale += not is_shown(there, pk)
            times.append(time.perf_counter() - before)
            there.act("reject", pk)
            stale += is_shown(here, pk)
        rate = sum(counts) / (time.monotonic() - start)
    work = f"stale pages after {2 * ROUNDS} changes at the other address"
    table.expect(work, stale, stale == 0, "0")
    table.note("pages read a second meanwhile", round(rate))
    table.note("first page after a change (median)", milliseconds(median(times)))


def is_shown(moderator: ModeratorClient, pk: int) -> bool:
    """Return True if the page at the moderator's web server shows a comment."""
    return f'id="comment-{pk}"' in moderator.client.get(PAGE).text


@contextlib.contextmanager
def read_all_the_time(webs: list[Web]) -> Iterator[list[int]]:
    """Read from both web servers in threads; yield how many pages each thread has had so far."""
    counts, stopping = [0] * READERS, threading.Event()

    def read(reader: int) -> None:
        with httpx.Client(trust_env=False, timeout=60) as client:
            for web in cycle(webs):
                if stopping.is_set():
                    return
                client.get(web.address + PAGE).raise_for_status()
                counts[reader] += 1

    threads = [threading.Thread(target=read, args=[number]) for number in range(READERS)]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def check_kills(cluster: Cluster, webs: list[Web], akismet: StandIn, table: Table) -> None:
    """Send comments to both web servers, and kill one of them and a worker in the middle."""
    from bench import seed
    from comments.models import Comment

    workers, accepted, unanswered = cluster.workers(2), set(), 0
    numbers = iter(range(ROUNDS, ROUNDS + KILLS * COMMENTS_PER_KILL))
    for _kill in range(KILLS):
        senders = [CommentSender(web.address) for web in webs]
        for turn in range(COMMENTS_PER_KILL):
            number = next(numbers)
            if turn == COMMENTS_PER_KILL // 2:
                kill(webs[0].process)
                kill(workers[0])
            try:
                response = senders[turn % 2].send(SLUG, number, f"number {number}")
            except httpx.TransportError:
                unanswered += 1
            else:
                accepted |= {f"number {number}"} if response.status_code == 303 else set()
        webs[0], workers[0] = cluster.webs(1)[0], cluster.workers(1)[0]
    seed.wait_until(lambda: not seed.count_unchecked(), CHECK_SECONDS)
    bodies = Counter(Comment.objects.values_list("body", flat=True))
    missing, doubled = len(accepted - set(bodies)), sum(n > 1 for n in bodies.values())
    table.note("comments without a response, while servers were killed", unanswered)
    work = f"missing comments of {len(accepted)} accepted ones"
    table.expect(work, missing, missing == 0, "0")
    table.expect("comments stored twice", doubled, doubled == 0, "0")
    repeated, limit = len(akismet.calls_to("comment-check")), CHECKS_AT_ONCE * KILLS
    repeated -= bodies.total()
    table.expect("checks repeated", repeated, repeated <= limit, f"<= {limit}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
