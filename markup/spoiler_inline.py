"""Pair spoiler delimiters, so that each spoiler has an opening and a closing token.

This is the HTML of a spoiler on the page, and the CSS that hides it:

    <span class="spoiler" data-nosnippet><input type="checkbox" class="spoiler-toggle"
    aria-label="Spoiler"><span class="spoiler-placeholder">[spoiler]</span>
    <span class="spoiler-text" hidden>hidden</span></span>
        .spoiler-placeholder { display: none }
        .spoiler-toggle:checked ~ .spoiler-text { display: inline }
    <div data-nosnippet><details class="spoiler"><summary>Spoiler: label</summary>
    <p class="spoiler-placeholder">[spoiler]</p>
    <div class="spoiler-text" hidden>hidden</div></details></div>
        details.spoiler[open] > .spoiler-text { display: block }

The attribute `hidden` works without a style sheet too, and reader views leave such text out. A
closed `<details>` alone would not do, because many of them keep its text. They drop the checkbox
too; the placeholder then says that something was left out.

A screen reader announces a checkbox named "Spoiler" and does not read the text until it is checked;
the checkbox works with the keyboard. Search engines quote nothing of a `data-nosnippet`.

Pairing fails closed. An unpaired delimiter is reported as a problem, and more is hidden than its
author may have meant: the block from its first delimiter if that can only be an opening one, or
else the whole block, and everything after the first block with a delimiter, because the text
between may have split a pair.
"""

import re

from markdown_it.token import Token

from markup import spoiler_blocks
from markup.diagnostics import Problem
from markup.spoiler_syntax import BARS, CLOSING, OPENING
from markup.tokens import INLINE_CLOSE, INLINE_OPEN, MAX_DEPTH, alt_text_tokens, wrap_in_spoiler

_BEFORE_OPENING = re.compile(r"(?:^|[\s(\[{\"'*_~-])$")


def pair_spoilers(tokens: list[Token], source: list[str]) -> tuple[list[Token], list[Problem]]:
    """Return the tokens with spoilers paired, and the problems; `source` is the text's lines."""
    for token in tokens:
        if token.type == "inline":
            if any(child.type == "spoiler_delimiter" for child in token.children or []):
                token.meta["has_delimiters"] = True
            token.children, problem = _pair_inline(token.children or [])
            if problem:
                token.meta["problem"] = problem
    spoiler_blocks.mark_ambiguous_rows(tokens, source)
    tokens = spoiler_blocks.pair_blocks(tokens)
    problems = [token.meta["problem"] for token in tokens if "problem" in token.meta]
    return spoiler_blocks.hide_after_error(tokens), problems


def _pair_inline(children: list[Token]) -> tuple[list[Token], Problem | None]:
    if not any(token.type in ("spoiler_delimiter", "image") for token in children):
        return _drop_crossing_emphasis(children), None
    problem = _pair_in_alt_texts(children)
    paired, unpaired = _pair_delimiters(children)
    problem = problem or unpaired
    if problem:
        return _hide_from_first_delimiter(children), problem
    return _drop_crossing_emphasis(_move_around_links(paired)), None


def _pair_in_alt_texts(children: list[Token]) -> Problem | None:
    """Pair delimiters in alternative texts, in place, and return the first problem."""
    first = None
    for token in children:
        if token.type == "image":
            token.children, problem = _pair_inline(alt_text_tokens(token))
            if problem:
                token.meta["unpaired"] = True
                first = first or problem
    return first


# A "!<" that closes nothing may also be the start of a heart (!<3) or of a tag after a "!" (!<br>).
_NOT_A_DELIMITER = re.compile(r"3|/?[a-z][^<>]*>", re.IGNORECASE)


def _pair_delimiters(children: list[Token]) -> tuple[list[Token], Problem | None]:
    """Replace delimiters by opening and closing tokens; return the first problem, if any.

    Pairs that cross (`|| a >! b || c !<`) end together, so that all between the first and the last
    delimiter is hidden.
    """
    result: list[Token] = []
    pairing = _Pairing(result)
    for token in children:
        if token.type != "spoiler_delimiter":
            pairing.note_content(token)
            result.append(token)
        elif token.markup == OPENING or (token.markup == BARS and not pairing.has(BARS)):
            pairing.open(token)
        elif pairing.has(OPENING if token.markup == CLOSING else BARS):
            pairing.close(OPENING if token.markup == CLOSING else BARS)
        elif _NOT_A_DELIMITER.match(token.meta["after"]):
            result.append(Token("text", "", 0, content=CLOSING))
        else:
            pairing.unpaired = pairing.unpaired or token
    unpaired = pairing.unpaired or next(iter(pairing.opened), None)
    return result, Problem.from_delimiter(unpaired) if unpaired else None


class _Pairing:
    """The state of pairing: the spoilers that are open, outermost first, and the tokens so far."""

    def __init__(self, result: list[Token]) -> None:
        self.result = result
        self.opened: list[Token] = []
        self.still_open = {BARS: 0, OPENING: 0}
        self.empty = False
        self.unpaired: Token | None = None

    def has(self, delimiter: str) -> bool:
        """Return True if a spoiler with this opening delimiter is open."""
        return self.still_open[delimiter] > 0

    def note_content(self, token: Token) -> None:
        """Note that the innermost spoiler is not empty, unless the token is blank."""
        blank = token.type in ("softbreak", "hardbreak") or (
            token.type == "text" and not token.content.strip()
        )
        self.empty = self.empty and blank

    def open(self, delimiter: Token) -> None:
        """Open a spoiler at this token."""
        delimiter.meta["closed"] = False
        self.opened.append(delimiter)
        self.still_open[delimiter.markup] += 1
        self.empty = True
        self._put(INLINE_OPEN, 1)

    def close(self, opening: str) -> None:
        """Close the innermost spoiler opened by `opening`. An empty one counts as unpaired."""
        delimiter = next(
            token
            for token in reversed(self.opened)
            if token.markup == opening and not token.meta["closed"]
        )
        delimiter.meta["closed"] = True
        self.still_open[opening] -= 1
        if self.empty:
            self.unpaired = self.unpaired or delimiter
        while self.opened and self.opened[-1].meta["closed"]:
            self._put(INLINE_CLOSE, -1)
            self.opened.pop()

    def _put(self, kind: str, nesting: int) -> None:
        if len(self.opened) <= MAX_DEPTH:
            self.result.append(Token(kind, "span", 1 if nesting > 0 else -1))


def _hide_from_first_delimiter(children: list[Token]) -> list[Token]:
    delimiters = [
        i for i, t in enumerate(children) if t.type == "spoiler_delimiter" or t.meta.get("unpaired")
    ]
    start = delimiters[0] if _can_only_open(children[delimiters[0]]) else 0
    hidden = [token for token in children if token.type != "spoiler_delimiter"]
    opening = _move_before_link(children, start)
    return _drop_crossing_emphasis([*hidden[:opening], *wrap_in_spoiler(hidden[opening:])])


def _move_before_link(children: list[Token], start: int) -> int:
    """Return `start`, or the index at which the link around it opens."""
    inside = [t.type for t in children[:start] if t.type in ("link_open", "link_close")]
    if not inside or inside[-1] == "link_close":
        return start
    return max(i for i in range(start) if children[i].type == "link_open")


def _can_only_open(token: Token) -> bool:
    if token.type == "image" or token.markup == OPENING:
        return True
    after = token.meta["after"]
    before = token.meta["before"]
    like_opening = _BEFORE_OPENING.search(before) and after and not after[0].isspace()
    return token.markup == BARS and bool(like_opening)


def _move_around_links(children: list[Token]) -> list[Token]:
    """Extend spoilers in a link's text to the link: its URL may reveal what they hide."""
    result: list[Token] = []
    link: list[Token] | None = None
    behind: list[Token] = []
    for token in children:
        if token.type == "link_open":
            link, behind = [token], []
        elif link is None or token.type == INLINE_OPEN:
            result.append(token)
        elif token.type == INLINE_CLOSE:
            behind.append(token)
        else:
            link.append(token)
            if token.type == "link_close":
                result += [*link, *behind]
                link = None
    return result + (link or []) + (behind if link else [])


def _drop_crossing_emphasis(children: list[Token]) -> list[Token]:
    """Drop emphasis and links that cross the edge of a spoiler or are nested too deep."""
    spoiler: list[int] = [0]
    opened: list[tuple[int, int]] = []
    dropped: set[int] = set()
    for index, token in enumerate(children):
        if token.type == INLINE_OPEN:
            spoiler.append(index + 1)
        elif token.type == INLINE_CLOSE:
            spoiler.pop()
        elif token.nesting > 0:
            opened.append((index, spoiler[-1]))
        elif token.nesting < 0:
            start, around = opened.pop()
            if around != spoiler[-1] or len(opened) >= MAX_DEPTH:
                dropped |= {start, index}
    return [token for index, token in enumerate(children) if index not in dropped]
