"""Memory and start: `python -m bench.upkeep`.

A web process after 100,000 requests for kept pages, pages made anew and comments; and how soon the
site serves that `make run` starts for the second time.
"""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
import httpx

from bench import servers, site
from bench.load import Target, ask
from bench.table import Table, say
from bench.taking import FORM

REQUESTS = 100_000
MEGABYTE = 1_000_000


def main() -> int:
    """Returns 0 if every mark was kept."""
    table = Table()
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        start(Path(folder) / "run", table)
        memory(Path(folder) / "web", table)
    table.print()
    return 1 if table.missed else 0


def memory(folder: Path, table: Table) -> None:
    """The larger web process, after a tenth of the requests and after all."""
    folder.mkdir()
    site.configure(folder, "http://127.0.0.1:9", "")
    site.prepare()
    django.setup()
    from bench import library

    posts = library.write(100)
    library.discuss(posts[0], 100)
    with servers.web(folder / "web.log") as own:
        answered = requests(own, REQUESTS // 10)
        early = largest(os.environ["PORT"])
        answered += requests(own, REQUESTS - answered)
        late = largest(os.environ["PORT"])
    table.expect(
        f"a web process after {answered} requests",
        f"{late / MEGABYTE:.0f} MB",
        late < 120 * MEGABYTE,
        "< 120 MB",
    )
    grown = late / early
    work = f"its memory then / after {REQUESTS // 10}"
    table.expect(work, f"{grown:.2f}", grown < 1.15, "level")


def requests(own: str, number: int) -> int:
    """At least so many requests of all kinds; returns how many."""
    answered = 0.0
    kinds = [
        Target("kept", f"{own}/reviews/review-0/", 2),
        Target("list", f"{own}/?page=2", 1),
        Target("anew", f"{own}/search/?q=evening", 2),
        Target("form", f"{own}/reviews/review-5/comments/", 1, FORM),
    ]
    while answered < number:
        answered += sum(ask(kind) * kind.seconds for kind in kinds)
    return int(answered)


def largest(port: str) -> int:
    """Resident bytes of the largest process of the web server at that port."""
    sizes = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            command = (status.parent / "cmdline").read_bytes()
            environment = (status.parent / "environ").read_bytes()
        except OSError:
            continue
        if b"\0web\0" in command + b"\0" and f"PORT={port}\0".encode() in environment:
            resident = [row for row in status.read_text().splitlines() if row.startswith("VmRSS")]
            sizes += [int(row.split()[1]) * 1024 for row in resident]
    return max(sizes)


def start(data: Path, table: Table) -> None:
    """`make run` in a folder of its own, twice."""
    port = site.free_port()
    for turn in ("first", "second"):
        seconds = started(data, port)
        say(f"make run, the {turn} time: {seconds:.1f} s")
    table.expect("make run serves the second time after", f"{seconds:.1f} s", seconds < 4, "< 4 s")


def started(data: Path, port: int) -> float:
    """Seconds until the site answers; it is ended then."""
    environment = {**os.environ, "DATA_DIR": str(data), "PORT": str(port), "SECRET_KEY": "bench"}
    data.mkdir(exist_ok=True)
    begun = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],  # noqa: S607  (whoever runs this has make)
        cwd=site.ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while time.monotonic() - begun < 300 and process.poll() is None:
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).is_success:
                    took = time.monotonic() - begun
                    wait_for_pictures(data)
                    return took
            except httpx.TransportError:
                time.sleep(0.02)
        raise RuntimeError("make run did not come up")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def wait_for_pictures(data: Path) -> None:
    """Until the worker is done with the demo's, as it is long before anybody starts it again."""
    with contextlib.closing(sqlite3.connect(data / "verdict.sqlite3")) as database:
        due = "SELECT 1 FROM blog_picture WHERE renditions_due_at IS NOT NULL"
        for _second in range(120):
            if not database.execute(due).fetchone():
                return
            time.sleep(1)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
