"""The moderators' queue with a thousand comments and with a million: `python -m bench.queue`.

Both on the same running server, one after the other, with a moderator who is logged in. An act
must not take longer because there is more that it does not concern. Minutes lie between the two, in
which a machine may become slower: a page that has nothing to do with comments is asked for with
each of them, and times are compared with its.
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import django

from bench import site
from bench.moderator import Moderator
from bench.table import Table, ms, say

FEW, MANY = 1_000, 1_000_000
ROUNDS = 15
ALLOWED = 1.5  # times as long, with many
ACTS_AT_ONCE = 50
YARDSTICK = "a page without comments, to compare with"
Look = Callable[[], object]


def main() -> int:
    """Returns 0 if every goal was met."""
    table = Table()
    run(table)
    table.print()
    return 1 if table.missed else 0


def run(table: Table, many: int = MANY, rounds: int = ROUNDS) -> None:
    """Measures a site of its own, in a process that has no settings yet."""
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        # No key, so that nothing is checked; the queue shows the same.
        address = site.configure(Path(folder), "http://127.0.0.1:9", "")
        site.prepare()
        django.setup()
        from bench import flood, stage

        if not stage.is_empty():
            raise RuntimeError("DATABASE_URL names a database that holds a site.")
        _slugs, password = stage.build()
        flood.comments(FEW)
        flood.plant()
        with web(address, Path(folder) / "web.log"):
            moderator = Moderator(address, stage.MODERATOR, password)
            before = measure(moderator, rounds)
            say(f"Writing {many - FEW} more comments ...")
            start = perf_counter()
            flood.comments(many - FEW)
            table.note(f"writing {many - FEW} comments", f"{perf_counter() - start:.0f} s")
            after = measure(moderator, rounds)
            far = measure_far(moderator, rounds)
    table.note("the queue", f"{many} comments / {FEW} = times")
    for what, small in before.items():
        ratio = after[what] / small * before[YARDSTICK] / after[YARDSTICK]
        figure = f"{ms(after[what])} / {ms(small)} = {ratio:.2f}"
        if what == YARDSTICK:
            table.note(what, f"{ms(after[what])} / {ms(small)}")
            continue
        table.expect(what, figure, ratio <= ALLOWED)
    first = before["first page of pending"]
    for what, large in far.items():
        table.note(f"{what} / first page with {FEW}", f"{ms(large)} = {large / first:.2f}")


def measure(moderator: Moderator, rounds: int) -> dict[str, float]:
    """The median seconds of each look and act, made in turn."""
    from bench import flood

    looks: dict[str, Look] = {
        f"first page of {status}": look(moderator, status=status)
        for status in ("pending", "checking", "approved", "spam", "trash")
    }
    for what, words in {
        "search for a common word": flood.COMMON,
        "search for a rare word": flood.RARE,
        "search for a word in none": flood.NEVER,
        "search for an e-mail address": flood.PERSON,
        "search for an IP address": flood.ADDRESS,
    }.items():
        looks[what] = look(moderator, q=words)
    looks[YARDSTICK] = lambda: moderator.client.get("/search/")
    return medians(looks | acts(moderator), rounds)


def measure_far(moderator: Moderator, rounds: int) -> dict[str, float]:
    """What there is only where there is much."""
    from bench import flood, stage

    last = len(stage.ids(status="pending")) // 50
    looks = {
        "page 500": look(moderator, page=min(500, last)),
        "last page": look(moderator, page=last),
        "search for a word in one of 200": look(moderator, q=flood.MIDDLING),
        "the same in approved": look(moderator, status="approved", q=flood.MIDDLING),
        "search for two signs in none": look(moderator, q="zq"),
    }
    return medians(looks, max(3, rounds // 3))


def medians(looks: dict[str, Look], rounds: int) -> dict[str, float]:
    """The median seconds of each, all in turn; the first round warms up."""
    times: dict[str, list[float]] = {what: [] for what in looks}
    for _round in range(rounds + 1):
        for what, do in looks.items():
            start = perf_counter()
            do()
            times[what].append(perf_counter() - start)
    return {what: median(seconds[1:]) for what, seconds in times.items()}


def look(moderator: Moderator, **query: object) -> Look:
    """Asks for a page of the queue."""

    def asked() -> None:
        if moderator.client.get("/moderation/", params=query).status_code != 200:
            raise RuntimeError(f"The queue did not answer {query}.")

    return asked


def acts(moderator: Moderator) -> dict[str, Look]:
    """What a moderator does to what waits; each act is taken back by the one after the next."""
    from bench import stage
    from comments.models import Event

    page = moderator.client.get("/moderation/")
    pending = stage.ids(status="pending")[-ACTS_AT_ONCE - 1 :]

    def approve(ids: list[int]) -> None:
        moderator.post("/moderation/act/", page, act="approve", comment=[str(pk) for pk in ids])

    def undo() -> None:
        last = Event.objects.order_by("-pk").values_list("act", flat=True).first()
        moderator.post("/moderation/undo/", page, act=str(last))

    return {
        "the page of one case": lambda: moderator.client.get(f"/moderation/{pending[0]}/"),
        "approving one": lambda: approve(pending[:1]),
        "undoing it": undo,
        f"approving {ACTS_AT_ONCE}": lambda: approve(pending[1:]),
        "undoing these": undo,
    }


@contextlib.contextmanager
def web(address: str, log: Path) -> Iterator[None]:
    """The web server alone, as it is hosted."""
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            [*site.MANAGE, "web"], cwd=site.ROOT, stdout=output, stderr=output
        )
        try:
            site.wait_until_ready(address, process, log)
            yield
        except Exception:
            say(f"The site's last words:\n{log.read_text()[-3000:]}")
            raise
        finally:
            site.stop(process)


if __name__ == "__main__":
    sys.exit(main())
