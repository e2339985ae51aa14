"""What a benchmark found: one table, in which some rows are goals."""

import sys
from collections.abc import Sequence


class Table:
    """Rows of what, how much, and (where there is a goal) whether it was met."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []
        self.missed = 0

    def note(self, what: str, figure: object) -> None:
        """A figure without a goal."""
        self.rows.append((what, str(figure), ""))

    def expect(self, what: str, figure: object, met: bool) -> None:
        """A figure with a goal."""
        self.rows.append((what, str(figure), "yes" if met else "**NO**"))
        self.missed += not met

    def print(self) -> None:
        """As Markdown, all columns aligned."""
        rows = [("what", "figure", "as it should be"), *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        lines = [line(row, widths) for row in rows]
        say("\n".join([lines[0], line(["-" * width for width in widths], widths), *lines[1:]]))


def line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def ms(seconds: float) -> str:
    """Seconds as people compare them."""
    return f"{seconds * 1000:.1f} ms"


def say(text: str) -> None:
    """Prints at once, also where the output is a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
