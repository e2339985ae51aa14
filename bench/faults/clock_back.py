"""The clock runs a year ahead for a while, then is set right under the running site:
`python -m bench.faults.clock_back` (needs Debian's package libfaketime)."""

import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx

from bench.faults import stand
from bench.faults.crowd import Crowd, counted
from bench.faults.servers import Missing
from bench.faults.stand import Stand
from tests.akismet import Mode

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"
AHEAD = 20.0  # seconds
RIGHT_AGAIN = 60.0  # seconds until all is checked


def run(here: Stand) -> None:
    found = sorted(Path("/").glob(LIBRARIES[1:]))
    if not found:
        raise Missing("libfaketime is not installed.")
    clock = here.folder / "clock"
    clock.write_text("+365d\n")
    scheduled(here)
    here.site.start(
        LD_PRELOAD=str(found[0]),
        FAKETIME_TIMESTAMP_FILE=str(clock),
        FAKETIME_NO_CACHE="1",
        FAKETIME_DONT_FAKE_MONOTONIC="1",
    )
    page = f"{here.site.address}/reviews/next-month/"
    here.stand_in.answer = Mode.BROKEN
    with Crowd(here.site.address, here.slugs, senders=2) as crowd:
        time.sleep(AHEAD)
        status = httpx.get(page, trust_env=False).status_code
        here.table.expect("a year ahead: the post of next month", status, status == 200)
        before = len(crowd.sent)
        clock.write_text("+0\n")
        here.stand_in.answer = Mode.HAM
        time.sleep(5)
        status = httpx.get(page, trust_env=False).status_code
        here.table.expect("set right: the post of next month", status, status == 404)
        home = httpx.get(here.site.address, trust_env=False).text
        shown = "Next month" in home
        here.table.expect("set right: it stands on the home page", shown, not shown)
    here.table.note("a year ahead: senders", counted(crowd.sent[:before]))
    after = crowd.sent[before:]
    here.table.expect("set right: senders", counted(after), {303} == {one.status for one in after})
    here.rows.kept(here.table, crowd.taken)
    here.rows.checked(here.table, RIGHT_AGAIN)
    here.rows.consistent(here.table)


def scheduled(here: Stand) -> None:
    """A post that comes out in a month."""
    from django.utils import timezone

    from blog.models import Post

    first = Post.objects.get(slug=here.slugs[0])
    Post.objects.create(
        title="Next month",
        slug="next-month",
        author=first.author,
        body="Seen.",
        spoiler_level="none",
        published_at=timezone.now() + timedelta(days=30),
    )


if __name__ == "__main__":
    sys.exit(stand.main("clock set back", run))
