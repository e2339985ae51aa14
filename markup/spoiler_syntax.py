"""Parser rules for spoiler delimiters.

The delimiters are `||hidden||` and `>!hidden!<` inline, and the lines `::: spoiler label` and `:::`
around blocks. A backslash escapes a delimiter, and in code delimiters are plain text. The rules
only emit a token for each delimiter; `spoiler_inline` and `spoiler_blocks` pair them.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

BARS, OPENING, CLOSING = "||", ">!", "!<"

GT_PLACEHOLDER = "\ufdd0"
"""Replaces the ">" of a ">!" at the start of a line, which would otherwise start a quote.

It is a Unicode non-character. The parser replaces those in every text, so no author can type it."""

_LINE_START = re.compile(r"^([ \t>*+\-\d.)]*)>!", re.MULTILINE)
_BLOCK_OPEN = re.compile(r":{3,}[ \t]*spoiler(?:[ \t]+(?P<label>.*))?$", re.IGNORECASE)
_BLOCK_CLOSE = re.compile(r":{3,}[ \t]*$")
_DELIMITER_IN_ADDRESS = re.compile(
    rf"\|\||%7C%7C|(?:>|%3E|{GT_PLACEHOLDER}|%EF%B7%90)!|!(?:<|%3C)", re.I
)
_PLAIN_SPOILER = re.compile(rf"\|\|.*?(?:\|\||$)|[>{GT_PLACEHOLDER}]!.*?(?:!<|$)|^.*!<", re.DOTALL)
_CONTEXT_LENGTH = 60


def spoiler_plugin(parser: MarkdownIt) -> None:
    """Add the rules for spoiler delimiters to a parser."""
    parser.core.ruler.after("normalize", "spoiler_line_start", _protect_line_starts)
    parser.block.ruler.before(
        "fence",
        "spoiler_block",
        _block_rule,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    parser.inline.ruler.before("link", "spoiler_delimiter", _inline_rule)
    for char in ("|", GT_PLACEHOLDER):
        parser.inline.add_terminator_char(char)


def contains_delimiter(url: str) -> bool:
    """Return True if a URL contains a spoiler delimiter: the parser then treats it as text."""
    return _DELIMITER_IN_ADDRESS.search(url) is not None


def mask_plain_text(text: str, masked: str) -> str:
    """Replace each spoiler in plain text, such as a label, by `masked`."""
    return _PLAIN_SPOILER.sub(masked, text)


def restore_gt(text: str) -> str:
    """Return text as its author typed it, with each placeholder replaced by ">"."""
    return text.replace(GT_PLACEHOLDER, ">")


def _protect_line_starts(state: StateCore) -> None:
    state.src = _LINE_START.sub(rf"\1{GT_PLACEHOLDER}!", state.src)


def _inline_rule(state: StateInline, silent: bool) -> bool:
    delimiter = state.src[state.pos : state.pos + 2].replace(GT_PLACEHOLDER, ">")
    if delimiter not in (BARS, OPENING, CLOSING) or state.pos + 2 > state.posMax:
        return False
    if not silent:
        token = state.push("spoiler_delimiter", "", 0)
        token.markup = delimiter
        start, end = state.pos, state.pos + 2
        token.meta["before"] = state.src[max(0, start - _CONTEXT_LENGTH) : start]
        token.meta["after"] = state.src[end : end + _CONTEXT_LENGTH]
    state.pos += 2
    return True


def _block_rule(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith(":::", start) or state.is_code_block(line):
        return False
    text = state.src[start : state.eMarks[line]]
    opening = _BLOCK_OPEN.match(text)
    if not (opening or _BLOCK_CLOSE.match(text)):
        return False
    if not silent:
        # The nesting is 0 because the levels are only known once the delimiters are paired.
        token = state.push("spoiler_block_open" if opening else "spoiler_block_close", "", 0)
        token.info = (opening["label"] or "").strip() if opening else ""
        token.map = [line, line + 1]
        end = state.bMarks[min(line + 1, state.lineMax)]
        token.meta["after"] = state.src[end : end + _CONTEXT_LENGTH]
        state.line = line + 1
    return True
