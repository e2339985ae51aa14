"""The table of results, in which most rows have a target.

Next to each figure is the one that was recorded last (`python -m bench --record`) for that row.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

RECORDED = Path(__file__).parent / "recorded.json"
ROWS_FILE = "BENCH_ROWS"  # environment variable: the file in which `python -m bench` collects rows
HEADINGS = ("work", "figure", "mark", "kept", "recorded")
MISSED = "**NO**"


class Row(NamedTuple):
    """What was measured, the figure, its target, and whether it was met ("" without a target)."""

    work: str
    figure: str
    mark: str = ""
    kept: str = ""


class Table:
    """Rows in the order in which they were measured."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    @property
    def missed(self) -> list[Row]:
        """Return the rows whose target was missed."""
        return [row for row in self.rows if row.kept == MISSED]

    def note(self, work: str, figure: object) -> None:
        """Add a figure that has no target."""
        self.rows.append(Row(work, str(figure)))

    def expect(self, work: str, figure: object, kept: bool, mark: str) -> None:
        """Add a figure that has a target."""
        self.rows.append(Row(work, str(figure), mark, "yes" if kept else MISSED))

    def finish(self) -> int:
        """Print the table, or pass the rows to `python -m bench`; return an exit status."""
        if path := os.environ.get(ROWS_FILE):
            with Path(path).open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in self.rows)
        else:
            say(self.as_markdown())
            self.print_missed()
        return 1 if self.missed else 0

    def print_missed(self) -> None:
        """Print which targets were missed."""
        if not self.missed:
            say("\nAll marks were kept.")
            return
        say(f"\n{len(self.missed)} of {sum(bool(row.kept) for row in self.rows)} marks missed:")
        for row in self.missed:
            say(f"- {row.work}: {row.figure}, the mark is {row.mark}")

    def as_markdown(self) -> str:
        """Return the table with aligned columns."""
        rows = json.loads(RECORDED.read_text()) if RECORDED.exists() else []
        recorded = {work: figure for work, figure, _mark, _kept in rows}
        lines = [HEADINGS, *((*row, recorded.get(row.work, "")) for row in self.rows)]
        widths = [max(len(cells[column]) for cells in lines) for column in range(len(HEADINGS))]
        ruler = ["-" * width for width in widths]
        return "\n".join(aligned(cells, widths) for cells in (HEADINGS, ruler, *lines[1:]))

    def record(self) -> None:
        """Store the figures that later runs are compared with."""
        RECORDED.write_text(json.dumps(self.rows, indent=1, ensure_ascii=False) + "\n")


def aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line of a table."""
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def milliseconds(seconds: float) -> str:
    """Return seconds as a figure in milliseconds."""
    return f"{seconds * 1000:.1f} ms"


def say(text: str) -> None:
    """Print and flush, so that a line appears at once in a file too."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
