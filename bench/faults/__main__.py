"""Every fault in turn, and one table: `python -m bench.faults`; or some, by their names.

About half an hour. Ends with 1 if something did not hold.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.site import ROOT
from bench.table import Row, Table, say

FAULTS = (
    ("web_killed",),
    ("web_killed", "postgres"),
    ("worker_killed",),
    ("worker_killed", "postgres"),
    ("disk_full",),
    ("sqlite_locked",),
    ("postgres_restarted", "postgres"),
    ("redis_away", "redis"),
    ("akismet_failing",),
    ("clock_back",),
    ("migrating",),
    ("migrating", "postgres"),
    ("first_start",),
)


def main() -> int:
    """Runs each in a process of its own: they need different settings."""
    table, broken = Table(), 0
    with tempfile.TemporaryDirectory(prefix="verdict-faults-") as folder:
        for number, (name, *words) in enumerate(FAULTS):
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            found = Path(folder) / f"{number}.json"
            command = [sys.executable, "-m", f"bench.faults.{name}", *words, str(found)]
            status = subprocess.run(command, cwd=ROOT).returncode  # noqa: S603  (our own program, through no shell)
            broken += status != 0
            if not found.exists():
                table.expect(f"{name}: ended without a table", status, False)
                continue
            table.rows += [Row(*row) for row in json.loads(found.read_text())]
    say("\nAll faults\n")
    table.print()
    return 1 if broken else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
