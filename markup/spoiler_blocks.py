"""Spoilers at the level of blocks: pairs their lines, and hides what lies between mistakes."""

from markdown_it.token import Token

from markup.diagnostics import Problem
from markup.spoiler_syntax import BARS
from markup.tokens import BLOCK_CLOSE, BLOCK_OPEN, DEEPEST, in_spoiler

_CONTAINERS = ("blockquote", "list_item", "footnote_reference")
_CODE = ("fence", "code_block")


def find_bars_in_tables(tokens: list[Token], source: list[str]) -> None:
    """In a table `||` is the border of an empty cell, so a row that holds it counts as unpaired."""
    in_row = False
    for token in tokens:
        if token.type == "tr_open" and token.map:
            in_row = BARS in source[token.map[0]].replace("\\|", " ")
        elif token.type == "tr_close":
            in_row = False
        elif token.type == "inline" and in_row:
            token.meta["broken"] = Problem("bars in table", token.content)
            token.meta["whole"] = True


def pair(tokens: list[Token]) -> list[Token]:
    """Spoiler blocks closed where they were opened: at the latest, with the quote or list item."""
    if not any(token.type in (BLOCK_OPEN, BLOCK_CLOSE) for token in tokens):
        return tokens
    result: list[Token] = []
    levels: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if token.type == BLOCK_CLOSE and not levels[-1]:
            token = Token("spoiler_stray", "", 0, meta={"broken": Problem.of_closing(token)})
        elif token.type == BLOCK_OPEN:
            levels[-1].append(token)
            depth += 1
        elif token.type == BLOCK_CLOSE:
            levels[-1].pop()
            depth -= 1
        elif kind in _CONTAINERS and token.nesting > 0:
            levels.append([])
        elif kind in _CONTAINERS:
            depth -= len(levels[-1])
            result += _closings(levels.pop())
        too_deep = depth > (DEEPEST - 1 if token.type == BLOCK_CLOSE else DEEPEST)
        token.hidden = token.hidden or (too_deep and token.type in (BLOCK_OPEN, BLOCK_CLOSE))
        result.append(token)
    return result + _closings(levels.pop())


def _closings(unclosed: list[Token]) -> list[Token]:
    for token in unclosed:
        token.meta["broken"] = Problem.of_opening(token)
    return [
        Token(BLOCK_CLOSE, "details", -1, block=True, hidden=token.hidden)
        for token in reversed(unclosed)
    ]


def cover(tokens: list[Token]) -> list[Token]:
    """Where a sign is unpaired, hide all from the text's first sign to its end: what stands between
    may have torn a pair apart, swallowed a sign, or made one pair of the halves of two.

    An end without its block hides all before it too.
    """
    broken = [index for index, token in enumerate(tokens) if "broken" in token.meta]
    kinds = {tokens[index].type for index in broken}
    if not broken:
        return tokens
    signs = [index for index, token in enumerate(tokens) if "signs" in token.meta]
    first = 0 if "spoiler_stray" in kinds else min(broken[:1] + signs[:1])
    result: list[Token] = []
    for index, token in enumerate(tokens):
        hidden_in_part = index == first and "broken" in token.meta and not token.meta.get("whole")
        covered = index >= first and not hidden_in_part
        result += _covered(token) if covered else [token]
    return [token for token in result if token.type != "spoiler_stray"]


def _covered(token: Token) -> list[Token]:
    if token.type == "inline" and token.children:
        token.children = in_spoiler(token.children)
    elif token.type in _CODE:
        opening = Token(BLOCK_OPEN, "details", 1, block=True)
        return [opening, token, Token(BLOCK_CLOSE, "details", -1, block=True)]
    return [token]
