"""Every benchmark in turn: `make bench`. Ends with 1 if one of them missed a goal."""

import subprocess
import sys
from pathlib import Path

from bench.table import say

BENCHMARKS = ("bench.comments", "bench.markup")


def main() -> int:
    """Run each in a process of its own: they need different settings."""
    root = Path(__file__).resolve().parent.parent
    missed = 0
    for module in BENCHMARKS:
        say(f"\n== {module} ==\n")
        missed |= subprocess.run([sys.executable, "-m", module], cwd=root).returncode  # noqa: S603
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
