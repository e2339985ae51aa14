"""Tables, with a limit to the cells that few characters can make.

The parser completes short rows with empty cells, so a row of one character can become hundreds of
cells; its own limit is per table, and far above what a page can bear.
"""

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as parse_table

_MOST_CELLS = 10_000
"""In one text. What would be more stays text."""


def install(parser: MarkdownIt) -> None:
    """Put the limit in front of the parser's rule for tables."""
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _table(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    if not parse_table(state, line, end_line, True):
        return False
    if silent:
        return True
    return _counted(state, line, end_line) and parse_table(state, line, end_line, False)


def _counted(state: StateBlock, line: int, end_line: int) -> bool:
    """Add this table's cells to those before it; whether they are few enough."""
    columns = _columns(state, line + 1)
    cells = state.env.get("cells", 0)
    while cells <= _MOST_CELLS and line < end_line and not state.isEmpty(line):
        cells += columns
        line += 1
    state.env["cells"] = cells
    return cells <= _MOST_CELLS


def _columns(state: StateBlock, delimiters: int) -> int:
    row = state.src[state.bMarks[delimiters] : state.eMarks[delimiters]]
    return row.count("|") + 1
