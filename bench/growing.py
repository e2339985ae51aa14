"""Two web servers and two workers as one site: `python -m bench.growing`.

Needs DATABASE_URL (an empty PostgreSQL database) and REDIS_URL. Both web servers are read without a
pause while a moderator approves and rejects at one and looks at the other; then comments come to
both while a web server and a worker are killed and started anew, again and again.
"""

import contextlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from statistics import median

import django
import httpx

from bench import site
from bench.table import Table, ms, say
from tests.support.fake_akismet import StandIn
from tests.support.site_cluster import Cluster, Web, kill, until

ROUNDS = 300
READERS = 6
KILLS = 5
COMMENTS_A_KILL = 30
PAGE = "/reviews/review-1/"


def main() -> int:
    """Returns 0 if every goal was met, or if there is nothing to measure with."""
    if not os.environ.get("DATABASE_URL", "").startswith("postgres") or not os.environ.get(
        "REDIS_URL"
    ):
        say("Not run: name an empty PostgreSQL in DATABASE_URL and a Redis in REDIS_URL.")
        return 0
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder, StandIn() as stand_in:
        site.configure(Path(folder), stand_in.url, stand_in.key)
        site.prepare()
        django.setup()
        cluster = Cluster(Path(folder), AKISMET_API_KEY=stand_in.key, AKISMET_API_URL=stand_in.url)
        try:
            return measure(cluster, stand_in)
        finally:
            cluster.stop()


def measure(cluster: Cluster, stand_in: StandIn) -> int:
    from bench import stage

    if not stage.is_empty():
        say("Not run: DATABASE_URL names a database that holds a site. It must be an empty one.")
        return 1
    _slugs, password = stage.build()
    table, webs = Table(), cluster.webs(2)
    freshness(webs, password, table)
    kills(cluster, webs, stand_in, table)
    table.print()
    return 1 if table.missed else 0


def freshness(webs: list[Web], password: str, table: Table) -> None:
    """Approves at one, looks at the other, rejects there, looks here."""
    from bench import library
    from bench.moderator import Moderator
    from blog.models import Post

    post = Post.objects.get(slug="review-1")
    pending = [pk for pk, _text in library.enter(post, ROUNDS)]
    client = Moderator(webs[0].address, "moderator", password).client
    stale, times = 0, []
    begin = time.monotonic()
    with reading(webs) as read:
        for number, pk in enumerate(pending):
            here, there = webs if number % 2 else webs[::-1]
            act(client, here, f"approve:{pk}")
            start = time.perf_counter()
            stale += not shows(client, there, pk)
            times.append(time.perf_counter() - start)
            act(client, there, f"reject:{pk}")
            stale += shows(client, here, pk)
        seconds = time.monotonic() - begin
    table.expect(f"stale pages after {2 * ROUNDS} changes at the other address", stale, stale == 0)
    table.note("pages read a second meanwhile", round(sum(read) / seconds))
    table.note("the first page after a change (median)", ms(median(times)))


def act(client: httpx.Client, web: Web, act: str) -> None:
    """A moderator's act at one of the addresses."""
    fields = {"csrfmiddlewaretoken": client.cookies["csrftoken"], "act": act}
    answer = client.post(f"{web.address}/moderation/act/", data=fields)
    if answer.status_code != 302:
        raise RuntimeError(f"The act was answered by {answer.status_code}.")


def shows(client: httpx.Client, web: Web, pk: int) -> bool:
    """Whether the page has that comment at this address."""
    return f'id="comment-{pk}"' in client.get(web.address + PAGE).text


@contextlib.contextmanager
def reading(webs: list[Web]) -> Iterator[list[int]]:
    """Readers of both addresses meanwhile; how many pages each has had so far."""
    read, over = [0] * READERS, threading.Event()

    def reader(number: int) -> None:
        with httpx.Client(trust_env=False, timeout=60) as asking:
            for web in cycle(webs):
                if over.is_set():
                    return
                asking.get(web.address + PAGE).raise_for_status()
                read[number] += 1

    crowd = [threading.Thread(target=reader, args=[number]) for number in range(READERS)]
    for thread in crowd:
        thread.start()
    try:
        yield read
    finally:
        over.set()
        for thread in crowd:
            thread.join()


def kills(cluster: Cluster, webs: list[Web], stand_in: StandIn, table: Table) -> None:
    """Comments to both addresses; a web server and a worker die with -9 in the middle."""
    from bench import stage
    from comments.models import Comment

    before, workers = set(stage.ids()), cluster.workers(2)
    taken, lost, sent = [], 0, 0
    with httpx.Client(trust_env=False, timeout=60) as client:
        for _turn in range(KILLS):
            for number in range(COMMENTS_A_KILL):
                sent += 1
                if number == COMMENTS_A_KILL // 2:
                    kill(webs[0].process)
                    kill(workers[0])
                answered = send(client, webs[sent % 2], sent)
                taken += [f"number {sent}"] * (answered == 303)
                lost += answered == 0
            webs[0], workers[0] = cluster.webs(1)[0], cluster.workers(1)[0]
    until(lambda: not stage.checking(), 180)
    rows = Comment.objects.exclude(pk__in=before)
    bodies = list(rows.values_list("body", flat=True))
    table.note("comments sent, and unanswered by the killed", f"{sent}, {lost}")
    missing = len(set(taken) - set(bodies))
    table.expect(f"missing of {len(taken)} that were answered 303", missing, missing == 0)
    doubled = len(bodies) - len(set(bodies))
    table.expect("stored twice", doubled, doubled == 0)
    calls = len(stand_in.calls_to("comment-check"))
    most = len(bodies) + 16 * KILLS
    table.expect(f"calls to the spam check, of {len(bodies)}", calls, len(bodies) <= calls <= most)


def send(client: httpx.Client, web: Web, number: int) -> int:
    """A comment from an address of its own; the status, 0 without an answer."""
    headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"198.18.0.{number}"}
    fields = {"name": "Rita", "email": f"r{number}@example.com", "body": f"number {number}"}
    try:
        answer = client.post(f"{web.address}{PAGE}comments/", data=fields, headers=headers)
    except httpx.TransportError:
        return 0
    return answer.status_code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
