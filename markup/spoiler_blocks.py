"""Pair the delimiter lines of spoiler blocks, and hide what follows an unpaired delimiter."""

from markdown_it.token import Token

from markup.diagnostics import Problem
from markup.spoiler_syntax import BARS
from markup.tokens import BLOCK_CLOSE, BLOCK_OPEN, MAX_DEPTH, wrap_in_spoiler

_CONTAINERS = ("blockquote", "list_item", "footnote_reference")
_CODE = ("fence", "code_block")


def mark_ambiguous_rows(tokens: list[Token], source: list[str]) -> None:
    """Mark the cells of table rows with `||`, which may be an empty cell, in place."""
    in_row = False
    for token in tokens:
        if token.type == "tr_open" and token.map:
            in_row = BARS in source[token.map[0]].replace("\\|", " ")
        elif token.type == "tr_close":
            in_row = False
        elif token.type == "inline" and in_row:
            token.meta["problem"] = Problem("bars in table", token.content)
            token.meta["hide_whole"] = True


def pair_blocks(tokens: list[Token]) -> list[Token]:
    """Return the tokens with each spoiler block closed in the quote or list item it opened in."""
    if not any(token.type in (BLOCK_OPEN, BLOCK_CLOSE) for token in tokens):
        return tokens
    result: list[Token] = []
    levels: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if token.type == BLOCK_CLOSE and not levels[-1]:
            problem = Problem("end without block", token.meta["after"])
            token = Token("spoiler_stray", "", 0, meta={"problem": problem})
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
            result += _close_all(levels.pop())
        too_deep = depth > (MAX_DEPTH - 1 if token.type == BLOCK_CLOSE else MAX_DEPTH)
        token.hidden = token.hidden or (too_deep and token.type in (BLOCK_OPEN, BLOCK_CLOSE))
        result.append(token)
    return result + _close_all(levels.pop())


def _close_all(unclosed: list[Token]) -> list[Token]:
    for token in unclosed:
        context = f"{token.info} {token.meta['after']}"
        token.meta["problem"] = Problem("block without end", context)
    return [
        Token(BLOCK_CLOSE, "details", -1, block=True, hidden=token.hidden)
        for token in reversed(unclosed)
    ]


def hide_after_error(tokens: list[Token]) -> list[Token]:
    """Hide everything from the first delimiter on if any delimiter is unpaired.

    The text between may have split a pair, hidden a delimiter, or joined the halves of two pairs.
    A closing line without a block hides everything before it too.
    """
    problems = [index for index, token in enumerate(tokens) if "problem" in token.meta]
    kinds = {tokens[index].type for index in problems}
    if not problems:
        return tokens
    delimiters = [index for index, token in enumerate(tokens) if "has_delimiters" in token.meta]
    first = 0 if "spoiler_stray" in kinds else min(problems[:1] + delimiters[:1])
    result: list[Token] = []
    for index, token in enumerate(tokens):
        hides_itself = index == first and "problem" in token.meta and "hide_whole" not in token.meta
        result += [token] if index < first or hides_itself else _hide(token)
    return [token for token in result if token.type != "spoiler_stray"]


def _hide(token: Token) -> list[Token]:
    if token.type == "inline" and token.children:
        token.children = wrap_in_spoiler(token.children)
    elif token.type in _CODE:
        opening = Token(BLOCK_OPEN, "details", 1, block=True)
        return [opening, token, Token(BLOCK_CLOSE, "details", -1, block=True)]
    return [token]
