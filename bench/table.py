"""What the benchmarks found: one table, in which some rows have a mark to keep.

Beside each figure stands the last one recorded (`python -m bench --record`), of the same row.
"""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

RECORDED = Path(__file__).parent / "recorded.json"
ROWS = "BENCH_ROWS"  # the variable that names the file in which `python -m bench` gathers the rows
HEAD = ("work", "figure", "mark", "kept", "recorded")


class Row(NamedTuple):
    """What was measured, how much, what is asked for, and whether that was kept ("" of neither)."""

    work: str
    figure: str
    mark: str = ""
    kept: str = ""


class Table:
    """Rows as they are measured."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    @property
    def missed(self) -> int:
        """How many marks were missed."""
        return sum(row.kept.startswith("**") for row in self.rows)

    def note(self, work: str, figure: object) -> None:
        """A figure without a mark."""
        self.rows.append(Row(work, str(figure)))

    def expect(self, work: str, figure: object, kept: bool, mark: str = "") -> None:
        """A figure with a mark."""
        self.rows.append(Row(work, str(figure), mark, "yes" if kept else "**NO**"))

    def print(self) -> None:
        """As Markdown; or hands the rows on to whoever gathers them."""
        if gathered := os.environ.get(ROWS):
            with Path(gathered).open("a") as file:
                file.writelines(json.dumps(row) + "\n" for row in self.rows)
            return
        recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
        lines = [HEAD, *((*row, recorded.get(row.work, "")) for row in self.rows)]
        widths = [max(len(cells[column]) for cells in lines) for column in range(len(HEAD))]
        under = line(["-" * width for width in widths], widths)
        say("\n".join([line(HEAD, widths), under, *(line(cells, widths) for cells in lines[1:])]))

    def record(self) -> None:
        """Keeps the figures as those that the next run is compared with."""
        figures = {row.work: row.figure for row in self.rows}
        RECORDED.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def ms(seconds: float) -> str:
    """Seconds as people compare them."""
    return f"{seconds * 1000:.1f} ms"


def part(rate: float, of: float) -> str:
    """One rate as a part of another: "0.83" or "1/25"."""
    share = rate / of
    return f"{share:.2f}" if share > 0.1 else f"1/{of / rate:.0f}"


def say(text: str) -> None:
    """Prints at once, also where the output is a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
