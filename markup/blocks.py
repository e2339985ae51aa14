"""Rules for blocks that keep every word of a text, where those of the parser would drop some.

Each wraps a rule of the parser and takes a block only if no word in it is lost: the others stay
plain text.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import (
    StateBlock,
    blockquote,
    fence,
    list_block,
    paragraph,
    reference,
)
from markdown_it.token import Token

from markup.links import repaired_address

Rule = Callable[[StateBlock, int, int, bool], bool]

_FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})[ \t]*(?P<info>.*)")
_CLOSING_FENCE = re.compile(r"^[ \t>*+\-\d.)]*(`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_NUMBER = re.compile(r"(\d{1,9})[.)](?:\s|$)")
_QUOTE = re.compile(r">+(?:[ \t]|$)")
_DEFINITION = re.compile(r"\[(?:[^\[\]\\]|\\.)+\]:\s*(?P<address><[^<>\n]*>|\S+)", re.DOTALL)
_LEVELS = 2  # that a list takes of the parser's maximum of nesting; a quote takes one


def blocks_plugin(
    parser: MarkdownIt, *, last_number: int, open_fences: bool, bare_quotes: bool
) -> None:
    """Replace the parser's rules for blocks.

    A list that begins above `last_number` is text: it is a year at the beginning of a paragraph.
    With `open_fences`, a block of code may end with the text; with `bare_quotes`, a quote may begin
    without a space behind its sign, as some emoticons do.
    """
    block = parser.block.ruler
    interrupts = ["paragraph", "reference", "blockquote"]
    block.at("list", _list_rule(last_number), {"alt": interrupts})
    block.at("blockquote", _quote_rule(bare_quotes), {"alt": [*interrupts, "list"]})
    block.at("fence", _fence_rule(open_fences), {"alt": [*interrupts, "list"]})
    block.at("reference", _reference)
    block.at("paragraph", _paragraph)


def number_items(tokens: list[Token]) -> None:
    """Give, in place, each item of a list its number where it is not one more than the last."""
    expected: list[int] = []
    for token in tokens:
        if token.type == "ordered_list_open":
            expected.append(int(token.attrs.get("start", 1)))
        elif token.type == "ordered_list_close":
            expected.pop()
        elif token.type == "list_item_open" and token.info:
            number = int(token.info)
            if number != expected[-1]:
                token.attrs["value"] = number
            expected[-1] = number + 1


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]


def _has_room(state: StateBlock) -> bool:
    """Return True if there may be a block within a block here: the parser drops deeper ones."""
    return bool(state.level + _LEVELS < state.md.options.maxNesting)


def _list_rule(last_number: int) -> Rule:
    def rule(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
        number = _NUMBER.match(_line(state, line))
        if number and int(number[1]) > last_number:
            return False
        return _has_room(state) and list_block(state, line, end_line, silent)

    return rule


def _quote_rule(bare: bool) -> Rule:
    def rule(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
        is_quote = bare or _QUOTE.match(_line(state, line))
        return bool(is_quote and _has_room(state) and blockquote(state, line, end_line, silent))

    return rule


def _fence_rule(may_stay_open: bool) -> Rule:
    """Return the rule for blocks of code, behind whose fence stands at most one word."""

    def rule(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
        opening = _FENCE.match(_line(state, line))
        if not opening or len(opening["info"].split()) > 1:
            return False
        if not may_stay_open and not _is_closed(state, line, opening["marks"]):
            return False
        return fence(state, line, end_line, silent)

    return rule


def _is_closed(state: StateBlock, line: int, marks: str) -> bool:
    return any(
        position > state.eMarks[line] and closing.startswith(marks)
        for position, closing in _closing_fences(state.src)
    )


@lru_cache(maxsize=4)
def _closing_fences(text: str) -> list[tuple[int, str]]:
    return [(match.start(1), match[1]) for match in _CLOSING_FENCE.finditer(text)]


def _reference(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """Take a definition of a link only if it has an address: `[Q]: Why?` is text."""
    start = state.bMarks[line] + state.tShift[line]
    definition = _DEFINITION.match(state.src, start)
    if not definition or not repaired_address(definition["address"].strip("<>")):
        return False
    return reference(state, line, end_line, silent)


def _paragraph(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """Remove spaces and tabs around a paragraph, but not the wide space that indents Japanese."""
    paragraph(state, line, end_line, silent)
    inline = state.tokens[-2]
    first, last = inline.map or [line, line + 1]
    inline.content = state.getLines(first, last, state.blkIndent, False).strip(" \t\n")
    return True
