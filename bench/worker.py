"""The worker alone: checks a second, its work when idle, its memory: `python -m bench.worker`.

Akismet is a stand-in in a process of its own, which answers each check after a tenth of a second.
"""

import contextlib
import io
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import django

from bench import site
from bench.table import Table, say
from tests.support.fake_akismet import KEY, Mode, StandIn

CHECKS = 3_000
DELAY = 0.1  # seconds until Akismet answers
LONGEST = 120.0  # seconds until all must be checked
IDLE = 20.0  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Returns 0 if every goal was met."""
    table = Table()
    run(table)
    table.print()
    return 1 if table.missed else 0


def run(table: Table, checks: int = CHECKS) -> None:
    """Measures a worker on a site of its own, in a process that has no settings yet."""
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder, akismet() as address:
        site.configure(Path(folder), address, KEY)
        site.prepare()
        django.setup()
        from bench import stage

        if not stage.is_empty():
            raise RuntimeError("DATABASE_URL names a database that holds a site.")
        send(checks)
        draw()
        with working(Path(folder) / "worker.log") as pid:
            measure(pid, checks, table)


def measure(pid: int, checks: int, table: Table) -> None:
    """A worker that has much to do, and then nothing."""
    from bench import stage
    from blog.models import Picture
    from comments.models import Event

    if stage.wait(lambda: not stage.checking(), LONGEST) is None:
        table.expect(f"unchecked after {LONGEST:.0f} s", stage.checking(), False)
        return
    cpu = seconds_of(pid)
    events = Event.objects.filter(status_from="checking").order_by("at")
    rate = (checks - 1) / (events.last().at - events.first().at).total_seconds()
    table.expect(
        f"{checks} checks, each {DELAY * 1000:.0f} ms: a second", f"{rate:.0f}", rate >= 100
    )
    table.note("the worker's processor time for a check", f"{cpu / checks * 1000:.1f} ms")
    stage.wait(lambda: not Picture.objects.exclude(renditions_due_at=None).exists(), LONGEST)
    time.sleep(6)  # a round of the clock
    before = seconds_of(pid)
    time.sleep(IDLE)
    share = (seconds_of(pid) - before) / IDLE
    table.expect("idle: share of a core", f"{share:.2%}", share < 0.01)
    memory = megabytes_of(pid)
    table.expect("memory after the checks and a picture", f"{memory:.0f} MB", memory < 150)


def send(number: int) -> None:
    """Comments that wait for their check."""
    from django.utils import timezone

    from bench import stage
    from blog.models import Post
    from comments.models import Comment

    stage.build()
    posts = list(Post.objects.all())
    now = timezone.now()
    Comment.objects.bulk_create(
        Comment(
            post=posts[n % len(posts)],
            name=f"Person {n}",
            email=f"person{n}@example.com",
            body=f"Number {n}. " + "I liked the rain better than the story. " * (n % 9),
            address=f"198.18.{n // 250}.{n % 250 + 1}",
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            status="checking",
            next_check_at=now,
            fingerprint=f"f{n}",
            receipt=f"r{n}",
        )
        for n in range(number)
    )


def draw() -> None:
    """A picture as a phone takes it, whose renditions are due."""
    from PIL import Image

    from blog.images import processing
    from blog.models import Picture

    upload = io.BytesIO()
    Image.effect_noise((4_000, 3_000), 60).convert("RGB").save(upload, "JPEG", quality=80)
    upload.name = "noise.jpg"
    picture = Picture(alt="Noise")
    processing.attach_upload(picture, upload)
    processing.save_picture(picture)


@contextlib.contextmanager
def working(log: Path) -> Iterator[int]:
    """The worker, as it is hosted; its process id."""
    with log.open("w") as output:
        process = subprocess.Popen(  # noqa: S603  (our own program, through no shell)
            [*site.MANAGE, "worker"], cwd=site.ROOT, stdout=output, stderr=output
        )
        try:
            yield process.pid
        except Exception:
            say(f"The worker's last words:\n{log.read_text()[-3000:]}")
            raise
        finally:
            site.stop(process)


@contextlib.contextmanager
def akismet() -> Iterator[str]:
    """The slow stand-in, in a process of its own; its address."""
    port = site.free_port()
    process = multiprocessing.get_context("spawn").Process(target=answer, args=[port], daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.join()


def answer(port: int) -> None:
    with StandIn(port, answer=Mode.SLOW) as stand_in:
        stand_in.delay = DELAY
        stand_in.closing.wait()


def seconds_of(pid: int) -> float:
    """The processor time that a process took so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes_of(pid: int) -> float:
    """The memory that is a process's own share (PSS)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Pss:")).split()[1]) / 1000


if __name__ == "__main__":
    sys.exit(main())
