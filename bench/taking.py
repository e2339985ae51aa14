"""How fast comments are taken, and what readers notice of it: `python -m bench.taking`.

At saturation against the bare view; at a steady 100 a second, with the spam check quick, slow and
hanging; and readers of kept pages meanwhile, while approvals change these pages.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import django
import httpx
from django.db import connection

from bench import crowd, servers, site
from bench.load import Target, arriving, ask, in_turn
from bench.table import Table, ms
from tests.support.fake_akismet import Mode, StandIn

POSTS = 20
RATE, SECONDS = 100, 12  # comments a second, for so long
APPROVALS = 10  # a second
FORM = Path(__file__).with_name("taking.lua")


def main() -> int:
    """Returns 0 if every mark was kept."""
    table = Table()
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder, StandIn() as stand_in:
        run(Path(folder), stand_in, table)
    table.print()
    return 1 if table.missed else 0


def run(folder: Path, stand_in: StandIn, table: Table) -> None:
    """Measures a site of its own, web and worker."""
    address = site.configure(folder, stand_in.url, stand_in.key)
    site.prepare()
    django.setup()
    from bench import library, stage

    if not stage.is_empty():
        raise RuntimeError("DATABASE_URL names a database that holds a site.")
    posts = library.write(POSTS)
    library.discuss(posts[0], 100)
    with servers.web(folder / "web.log") as own:
        saturated(own, folder, table)
    with site.serving(address, folder / "site.log"):
        slugs = [post.slug for post in posts[1:]]
        crowd.send(address, slugs, RATE / 2, 3)  # warm, as everything that is measured
        for name, mode, delay in (
            ("answers in 100 ms", Mode.SLOW, 0.1),
            ("hangs", Mode.NEVER, 0.0),
        ):
            stand_in.answer, stand_in.delay = mode, delay
            steady(address, slugs, name, table)
        stand_in.answer = Mode.HAM
        readers_meanwhile(address, posts[0].slug, slugs, table)


def saturated(own: str, folder: Path, table: Table) -> None:
    """As many comments as are taken, against the bare view on the same server."""
    with servers.application("bare", folder / "bare.log") as bare:
        rates = in_turn(
            [
                Target("bare", f"{bare}/"),
                Target("taking", f"{own}/reviews/review-5/comments/", 3, FORM),
            ]
        )
    share = rates["taking"] / rates["bare"]
    figure = f"1/{1 / share:.0f} ({rates['taking']:.0f} a second)"
    table.expect("taking a comment / bare", figure, share >= 1 / 30, ">= 1/30")


def steady(address: str, slugs: list[str], name: str, table: Table) -> None:
    """100 comments a second; how long 99 of 100 took."""
    sent = crowd.send(address, slugs, RATE, SECONDS)
    answers = ", ".join(f"{number} answered {status}" for status, number in sent.statuses.items())
    work = f"{RATE} comments a second, Akismet {name}"
    table.expect(f"{work}: p99", ms(sent.p99), sent.p99 < 0.1, "< 100 ms")
    table.expect(f"{work}: answers", answers, set(sent.statuses) == {303}, "all 303")


def readers_meanwhile(address: str, slug: str, slugs: list[str], table: Table) -> None:
    """Kept reading alone, then while comments arrive and approvals change the pages."""
    from bench import library
    from blog.models import Post

    page = Target("kept", f"{address}/reviews/{slug}/", 5)
    waiting = library.enter(Post.objects.get(slug=slug), APPROVALS * 12)
    alone = ask(page)
    stopping, stale = threading.Event(), list[str]()
    approvals = threading.Thread(target=approve, args=[address, slug, waiting, stopping, stale])
    approvals.start()
    with arriving(f"{address}/reviews/{slugs[0]}/comments/", RATE):
        time.sleep(1)
        before = number_of_comments()
        meanwhile = ask(page)
        arrived = (number_of_comments() - before) / page.seconds
    stopping.set()
    approvals.join()
    work = "kept reading while comments arrive and approvals change pages / alone"
    figure = f"{meanwhile / alone:.2f} ({meanwhile:.0f} of {alone:.0f} a second)"
    table.expect(work, figure, meanwhile >= alone / 2, ">= 0.5")
    table.note("comments that arrived meanwhile", f"{arrived:.0f} a second")
    table.expect("stale pages after a commit", len(stale), not stale, "0")


def number_of_comments() -> int:
    from comments.models import Comment

    return Comment.objects.count()


def approve(
    address: str,
    slug: str,
    waiting: list[tuple[int, str]],
    stopping: threading.Event,
    stale: list[str],
) -> None:
    """Ten approvals a second, each looked for on the page at once."""
    from comments import moderation

    with httpx.Client(base_url=address, trust_env=False, timeout=30) as reader:
        for number, (pk, said) in enumerate(waiting, 51):  # threads, after the fifty that are there
            if stopping.wait(1 / APPROVALS):
                break
            moderation.approve([pk], None)
            if said not in reader.get(f"/reviews/{slug}/?comments={-(-number // 50)}").text:
                stale.append(said)
    connection.close()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
