"""Measure the worker's CPU time when idle, and its memory: `python -m bench.worker`.

A stand-in for Akismet in a separate process answers each check after a tenth of a second.
"""

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import site
from bench.table import Table
from tests.support.fake_akismet import KEY, Mode, StandIn
from tests.support.site_cluster import free_port

CHECKS = 3_000
DELAY = 0.1  # seconds until Akismet answers
CHECK_SECONDS = 120.0
IDLE_SECONDS = 20.0
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
IDLE, MEGABYTES = 0.01, 160  # the targets: share of a core, memory


def main() -> int:
    """Measure a worker that is busy, then idle; return an exit status."""
    table = Table()
    with slow_akismet() as address, site.prepared(address, KEY):
        from bench import sample_data, seed

        password = seed.create_owner()
        seed.create_posts()
        with site.running("web"), site.running("worker") as pid:
            sample_data.create_picture(seed.log_in(password))
            create_unchecked_comments()
            seconds = seed.wait_until(lambda: not seed.count_unchecked(), CHECK_SECONDS)
            time.sleep(6)  # until the periodic jobs have finished
            start, before = time.monotonic(), processor_seconds(pid)
            time.sleep(IDLE_SECONDS)
            share = (processor_seconds(pid) - before) / (time.monotonic() - start)
            memory = megabytes(pid)
    table.note(f"checks a second of {CHECKS:,}, each 100 ms", f"{CHECKS / seconds:.0f}")
    table.expect("the idle worker's share of a core", f"{share:.2%}", share < IDLE, "< 1%")
    work = "the worker's memory after the checks and a picture"
    table.expect(work, f"{memory:.0f} MB", memory < MEGABYTES, f"< {MEGABYTES} MB")
    return table.finish()


def create_unchecked_comments() -> None:
    """Create the comments that wait for their check."""
    from django.utils import timezone

    from blog.models import Post
    from comments.models import Comment

    posts = list(Post.objects.all())
    Comment.objects.bulk_create(
        Comment(
            post=posts[n % len(posts)],
            name=f"Person {n}",
            email=f"person{n}@example.com",
            body=f"Number {n}. " + "I liked the rain better than the story. " * (n % 9),
            address=f"198.18.{n // 250}.{n % 250 + 1}",
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            status="checking",
            next_check_at=timezone.now(),
            fingerprint=f"{n:064x}",
            receipt=f"{n:064x}",
        )
        for n in range(CHECKS)
    )


@contextlib.contextmanager
def slow_akismet() -> Iterator[str]:
    """Run the stand-in in a process of its own; yield its address."""
    port = free_port()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=serve_slowly, args=[port], daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def serve_slowly(port: int) -> None:
    """Answer checks until the process is terminated."""
    with StandIn(port, answer=Mode.SLOW) as stand_in:
        stand_in.delay = DELAY
        stand_in.closing.wait()


def processor_seconds(pid: int) -> float:
    """Return the CPU time that a process has used so far, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def megabytes(pid: int) -> float:
    """Return the memory of a process; shared memory counts proportionally (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1000


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
