"""Run all benchmarks in turn and print one table: `make bench`.

The exit status is 1 if a target was missed. With --record, later runs are compared with the figures
of this one.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.table import ROWS_FILE, Row, Table, say

BENCHMARKS = ("pages", "submission_rate", "moderation_queue", "worker", "memory_and_startup")


def main() -> int:
    """Run each benchmark in a process of its own, because they need different settings."""
    root, table, start = Path(__file__).resolve().parent.parent, Table(), time.monotonic()
    failed = []
    with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as file:
        for name in BENCHMARKS:
            say(f"\n== bench.{name}, after {time.monotonic() - start:.0f} s ==\n")
            before, command = rows_in(file.name), [sys.executable, "-m", f"bench.{name}"]
            environment = {**os.environ, ROWS_FILE: file.name}
            subprocess.run(command, cwd=root, env=environment)  # noqa: S603  (our own program, through no shell)
            failed += [name] if rows_in(file.name) == before else []
        table.rows = rows_in(file.name)
    say(table.as_markdown())
    table.print_missed()
    say(f"\n{time.monotonic() - start:.0f} s, {os.cpu_count()} cores")
    if failed:
        say(f"These did not finish: {', '.join(failed)}")
    elif "--record" in sys.argv:
        table.record()
    return 1 if failed or table.missed else 0


def rows_in(path: str) -> list[Row]:
    """Return the rows that the benchmarks have measured so far."""
    return [Row(*json.loads(line)) for line in Path(path).read_text().splitlines()]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
