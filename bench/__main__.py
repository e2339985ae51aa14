"""Every benchmark in turn, and one table of what they found: `make bench`.

Ends with 1 if a mark was missed. With --record the figures become those that later runs are
compared with.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.table import ROWS, Row, Table, say

BENCHMARKS = ("pages", "taking", "queue", "worker", "upkeep")


def main() -> int:
    """Run each in a process of its own: they need different settings."""
    root, table, start = Path(__file__).resolve().parent.parent, Table(), time.monotonic()
    failed = []
    with tempfile.NamedTemporaryFile("r", suffix=".jsonl") as rows:
        for name in BENCHMARKS:
            say(f"\n== bench.{name}, after {time.monotonic() - start:.0f} s ==\n")
            command = [sys.executable, "-m", f"bench.{name}"]
            environment = {**os.environ, ROWS: rows.name}
            if subprocess.run(command, cwd=root, env=environment).returncode:  # noqa: S603  (our own program, through no shell)
                failed.append(name)
        table.rows = [Row(*json.loads(line)) for line in rows]
    table.print()
    if "--record" in sys.argv:
        table.record()
    say(f"{time.monotonic() - start:.0f} s, {os.cpu_count()} cores, marks missed: {table.missed}")
    if failed:
        say(f"Not everything is as it should be in: {', '.join(failed)}")
    return 1 if failed or table.missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
