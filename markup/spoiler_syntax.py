"""The spoiler signs as parser rules: they only note where signs stand; `spoiler_inline` pairs them.

Inline `||hidden||` and `>!hidden!<`, blocks from `::: spoiler label` to `:::`. A backslash before
a sign writes the sign itself, and inside code signs are plain text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

BARS, OPENING, CLOSING = "||", ">!", "!<"

STAND_IN = "\ufdd0"
"""Stands for the ">" of a ">!" that begins a line, which would otherwise begin a quote.

A Unicode non-character: reading replaces it in every text, so it can't be written."""

_LINE_START = re.compile(r"^([ \t>*+\-\d.)]*)>!", re.MULTILINE)
_BLOCK_OPEN = re.compile(r":{3,}[ \t]*spoiler(?:[ \t]+(?P<label>.*))?$", re.IGNORECASE)
_BLOCK_CLOSE = re.compile(r":{3,}[ \t]*$")
_SIGN_IN_ADDRESS = re.compile(rf"\|\||%7C%7C|(?:>|%3E|{STAND_IN}|%EF%B7%90)!|!(?:<|%3C)", re.I)
_PLAIN_SPOILER = re.compile(rf"\|\|.*?(?:\|\||$)|[>{STAND_IN}]!.*?(?:!<|$)|^.*!<", re.DOTALL)
_QUOTED_LENGTH = 60


def install(parser: MarkdownIt) -> None:
    """Teach the parser the signs."""
    parser.core.ruler.after("normalize", "spoiler_line_start", _protect_line_starts)
    parser.block.ruler.before(
        "fence",
        "spoiler_block",
        _block_sign,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    parser.inline.ruler.before("link", "spoiler_mark", _inline_sign)
    for char in ("|", STAND_IN):
        parser.inline.add_terminator_char(char)


def in_address(url: str) -> bool:
    """Whether an address holds spoiler signs: then it is read as text, and the signs hide."""
    return _SIGN_IN_ADDRESS.search(url) is not None


def mask_plain(text: str, masked: str) -> str:
    """Plain text, such as a label, with all between signs replaced by `masked`."""
    return _PLAIN_SPOILER.sub(masked, text)


def written(text: str) -> str:
    """Text as it was written, without stand-ins."""
    return text.replace(STAND_IN, ">")


def _protect_line_starts(state: StateCore) -> None:
    state.src = _LINE_START.sub(rf"\1{STAND_IN}!", state.src)


def _inline_sign(state: StateInline, silent: bool) -> bool:
    sign = state.src[state.pos : state.pos + 2].replace(STAND_IN, ">")
    if sign not in (BARS, OPENING, CLOSING) or state.pos + 2 > state.posMax:
        return False
    if not silent:
        token = state.push("spoiler_mark", "", 0)
        token.markup = sign
        start, end = state.pos, state.pos + 2
        token.meta["before"] = state.src[max(0, start - _QUOTED_LENGTH) : start]
        token.meta["after"] = state.src[end : end + _QUOTED_LENGTH]
    state.pos += 2
    return True


def _block_sign(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    start = state.bMarks[line] + state.tShift[line]
    if not state.src.startswith(":::", start) or state.is_code_block(line):
        return False
    text = state.src[start : state.eMarks[line]]
    opening = _BLOCK_OPEN.match(text)
    if not (opening or _BLOCK_CLOSE.match(text)):
        return False
    if not silent:
        # Nesting 0: the levels are only known once openings and closings are paired.
        token = state.push("spoiler_block_open" if opening else "spoiler_block_close", "", 0)
        token.info = (opening["label"] or "").strip() if opening else ""
        token.map = [line, line + 1]
        token.meta["after"] = _following_text(state, line + 1)
        state.line = line + 1
    return True


def _following_text(state: StateBlock, line: int) -> str:
    start = state.bMarks[min(line, state.lineMax)]
    return state.src[start : start + _QUOTED_LENGTH]
