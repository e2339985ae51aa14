"""Measure the memory of a web process and the start: `python -m bench.memory_and_startup`."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench import load_generator, site
from bench.table import Table
from bench.wrk import Target, measure_rate
from tests.support.processes import descendants
from tests.support.site_cluster import free_port

REQUESTS = 100_000
MEGABYTES = 120  # the target
START_SECONDS = 300.0


def main() -> int:
    """Measure both; return an exit status."""
    table = Table()
    with site.prepared():
        from bench import sample_data, seed

        password = seed.create_owner()
        with site.running():
            sample_data.create_posts(100)
            sample_data.create_comments(seed.log_in(password), "review-0", 100)
        with site.running("web") as pid:
            requests = send_requests()
            memory = largest_memory(pid)
    work = f"memory of a web process after {REQUESTS:,} requests and more"
    met = requests >= REQUESTS and memory < MEGABYTES
    table.expect(work, f"{memory:.0f} MB", met, f"< {MEGABYTES} MB")
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        data, port = Path(folder) / "data", free_port()
        start_seconds(data, port)
        table.note("make run serves the second time after", f"{start_seconds(data, port):.1f} s")
    return table.finish()


def send_requests() -> int:
    """Request cached pages, lists and searches, and send comments; return the number."""
    requests, comments = 0.0, 1_000
    targets = [
        Target("cached", f"{site.url()}/reviews/review-0/"),
        Target("list", f"{site.url()}/?page=2", 1),
        Target("search", f"{site.url()}/search/?q=evening"),
    ]
    while requests < REQUESTS:
        requests += sum(measure_rate(target) * target.seconds for target in targets)
        load = load_generator.send_comments(["review-5"], 50, 2, comments)
        comments += len(load.seconds)
    return int(requests)


def largest_memory(pid: int) -> float:
    """Return the resident megabytes of the largest process below this one, itself included."""
    statuses = [Path(f"/proc/{one}/status").read_text() for one in [pid, *descendants(pid)]]
    rows = [row for status in statuses for row in status.splitlines() if row.startswith("VmRSS")]
    return max(int(row.split()[1]) for row in rows) * 1024 / 1_000_000


def start_seconds(data: Path, port: int) -> float:
    """Return the seconds from `make run` until the site is ready; stop it then."""
    environment = {
        **os.environ,
        "DATA_DIR": str(data),
        "DATABASE_URL": "",
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": "bench",
    }
    start = time.monotonic()
    process = subprocess.Popen(
        ["make", "run"],  # noqa: S607  (make is the command to measure)
        cwd=site.ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while time.monotonic() - start < START_SECONDS and process.poll() is None:
            try:
                address = f"http://127.0.0.1:{port}/readyz"
                if httpx.get(address, trust_env=False).is_success:
                    return time.monotonic() - start
            except httpx.TransportError:
                time.sleep(0.02)
        raise RuntimeError("make run did not start the site.")
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
