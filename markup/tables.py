"""Limit the number of table cells in a text.

The parser fills up short rows with empty cells, so a row of one character can become hundreds of
cells. Its own limit is per table, and far too high for a page.
"""

from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as parse_table
from markdown_it.rules_block.table import escapedSplit

from markup.diagnostics import Problem

_MAX_CELLS = 10_000
"""Cells in one text. A table that exceeds the limit stays plain text."""


def tables_plugin(parser: MarkdownIt) -> None:
    """Replace the parser's rule for tables by one with the limit."""
    parser.block.ruler.at("table", _limited_table, {"alt": ["paragraph", "reference"]})


def _limited_table(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    if not parse_table(state, line, end_line, True):
        return False
    if silent:
        return True
    if not (_count_cells(state, line, end_line) and parse_table(state, line, end_line, False)):
        return False
    _note_overfull_rows(state, line)
    return True


def overfull_rows(env: dict[str, Any]) -> list[Problem]:
    """Return a problem for each row with more cells than its table has heads: they are lost."""
    return [Problem("cells without heads", row) for row in env.get("overfull_rows", ())]


def _note_overfull_rows(state: StateBlock, line: int) -> None:
    heads = len(_cells(state, line))
    for row in range(line + 2, state.line):
        cells = _cells(state, row)
        if any(cell.strip() for cell in cells[heads:]):
            state.env.setdefault("overfull_rows", []).append(" | ".join(cells))


def _cells(state: StateBlock, line: int) -> list[str]:
    row = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
    return [cell.strip() for cell in escapedSplit(row.removeprefix("|").removesuffix("|"))]


def _count_cells(state: StateBlock, line: int, end_line: int) -> bool:
    """Add the cells of this table to the total; return True if it is within the limit."""
    delimiters = state.src[state.bMarks[line + 1] : state.eMarks[line + 1]]
    columns = delimiters.count("|") + 1
    cells = state.env.get("cells", 0)
    while cells <= _MAX_CELLS and line < end_line and not state.isEmpty(line):
        cells += columns
        line += 1
    state.env["cells"] = cells
    return cells <= _MAX_CELLS
