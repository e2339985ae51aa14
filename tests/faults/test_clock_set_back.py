"""The clock runs a year ahead for a while, then is set right under the running site:
`python -m bench.faults.clock_back` (needs a C compiler, for a clock that can be set)."""

import shutil
import struct
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import httpx

from bench.faults import stand
from bench.faults.crowd import Crowd, counted
from bench.faults.servers import Missing
from bench.faults.stand import Stand
from tests.support.fake_akismet import Mode

A_YEAR = 365 * 24 * 3600
AHEAD = 20.0  # seconds
RIGHT_AGAIN = 60.0  # seconds until all is checked


def run(here: Stand) -> None:
    clock, library = here.folder / "clock", compiled(here.folder)
    set_ahead(clock, A_YEAR)
    scheduled(here)
    here.site.start(LD_PRELOAD=str(library), FAULTS_CLOCK=str(clock))
    page = f"{here.site.address}/reviews/next-month/"
    here.stand_in.answer = Mode.BROKEN
    with Crowd(here.site.address, here.slugs, senders=2) as crowd:
        time.sleep(AHEAD)
        status = httpx.get(page, trust_env=False).status_code
        here.table.expect("a year ahead: the post of next month", status, status == 200)
        before = len(crowd.sent)
        set_ahead(clock, 0)
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


def compiled(folder: Path) -> Path:
    """The library that moves the clock of the processes that load it."""
    compiler = shutil.which("cc")
    if not compiler:
        raise Missing("There is no C compiler.")
    library, source = folder / "clock.so", Path(__file__).with_name("clock.c")
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
    subprocess.run(command, check=True)  # noqa: S603  (our own program, through no shell)
    return library


def set_ahead(clock: Path, seconds: int) -> None:
    """In place: the processes have the file mapped."""
    with clock.open("r+b" if clock.exists() else "wb") as file:
        file.write(struct.pack("l", seconds))


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
