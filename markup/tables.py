"""Limit the number of table cells in a text.

The parser fills up short rows with empty cells, so a row of one character can become hundreds of
cells. Its own limit is per table, and far too high for a page.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as parse_table

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
    return _count_cells(state, line, end_line) and parse_table(state, line, end_line, False)


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
