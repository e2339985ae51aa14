"""Measure the queue with 1,000 and 100,000 comments: `python -m bench.moderation_queue`.

Both are measured on the same running server. Minutes pass between the two, and the machine may
become slower, so the times are divided by those of a page that has nothing to do with comments.
"""

import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

from bench import site
from bench.table import Table, milliseconds, say
from tests.support.moderator_client import ModeratorClient

FEW, MANY = 1_000, 100_000
ROUNDS = 15
GROWTH, SEARCH_SECONDS = 1.5, 0.3  # the targets
REFERENCE = "a page without comments"
Action = Callable[[], object]


def main() -> int:
    """Measure a site without a worker; return an exit status."""
    table = Table()
    with site.prepared():
        from bench import many_comments, seed

        password = seed.create_owner()
        seed.create_posts()
        many_comments.create_comments(FEW)
        with site.running("web"):
            owner = seed.log_in(password)
            few = measure(actions(owner))
            say(f"Creating {MANY - FEW} more comments ...")
            many_comments.create_comments(MANY - FEW)
            many = measure({**actions(owner), **searches(owner)})
    scale = few[REFERENCE] / many[REFERENCE]
    for name, before in few.items():
        if name != REFERENCE:
            ratio = many[name] / before * scale
            figure = f"{milliseconds(many[name])} / {milliseconds(before)} = {ratio:.2f}"
            work = f"{name}: {MANY:,} comments / {FEW:,}"
            table.expect(work, figure, ratio <= GROWTH, f"<= {GROWTH}")
    for name in searches(owner):
        met = many[name] < SEARCH_SECONDS
        work = f"{name}, {MANY:,} comments"
        table.expect(work, milliseconds(many[name]), met, "< 300 ms")
    return table.finish()


def actions(owner: ModeratorClient) -> dict[str, Action]:
    """Return what is measured with few and with many comments."""
    from bench import seed

    pending = seed.comment_ids(status="pending")[0]
    return {
        REFERENCE: lambda: owner.client.get("/search/"),
        "first page": owner.queue,
        "approving one": lambda: owner.act("approve", pending),
        "restoring it": lambda: owner.act("restore", pending),
    }


def searches(owner: ModeratorClient) -> dict[str, Action]:
    """Return the moderators' searches."""
    from bench import many_comments

    return {
        "search for a common word": lambda: owner.queue(q=many_comments.COMMON),
        "search for a rare word": lambda: owner.queue(q=many_comments.RARE),
        "search for an absent word": lambda: owner.queue(q=many_comments.ABSENT),
        "search for an e-mail address": lambda: owner.queue(q=many_comments.EMAIL),
    }


def measure(actions: dict[str, Action]) -> dict[str, float]:
    """Return the median seconds of each action, all done in turn, after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _round in range(ROUNDS + 1):
        for name, do in actions.items():
            start = perf_counter()
            do()
            times[name].append(perf_counter() - start)
    return {name: median(seconds[1:]) for name, seconds in times.items()}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
