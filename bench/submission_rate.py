"""Measure response times at 50 comments a second: `python -m bench.submission_rate`."""

import sys

from bench import load_generator, site
from bench.table import Table, milliseconds
from tests.support.fake_akismet import Mode, StandIn

POSTS = 20
RATE, SECONDS = 50, 12  # comments a second, and the duration
P99 = 0.1  # seconds
SERVICES = (("answers in 100 ms", Mode.SLOW, 0.1), ("hangs", Mode.NEVER, 0.0))


def main() -> int:
    """Measure a site with its worker; return an exit status."""
    table = Table()
    with StandIn() as akismet, site.prepared(akismet.url, akismet.key):
        from bench import sample_data, seed

        seed.create_owner()
        slugs = [post.slug for post in sample_data.create_posts(POSTS)]
        with site.running():
            first = RATE * 3
            load_generator.send_comments(slugs, RATE, 3, 0)  # for warming up
            for name, akismet.answer, akismet.delay in SERVICES:
                load = load_generator.send_comments(slugs, RATE, SECONDS, first)
                first += RATE * SECONDS
                work = f"{RATE} comments a second, Akismet {name}"
                met = load.p99 < P99
                table.expect(f"{work}: p99", milliseconds(load.p99), met, "< 100 ms")
                figure = ", ".join(f"{n} answered {status}" for status, n in load.statuses.items())
                met = set(load.statuses) == {303}
                table.expect(f"{work}: responses", figure, met, "all 303")
    return table.finish()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
