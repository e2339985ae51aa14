"""Pairs the spoiler signs: from marks to opening and closing tokens, failing closed.

What comes out on the page, and the CSS that it needs (nothing else hides it):

    <span class="spoiler"><input type="checkbox" class="spoiler-toggle" aria-label="Spoiler"><span
    class="spoiler-text">hidden</span></span>
        .spoiler-toggle:not(:checked) + .spoiler-text { display: none }
    <details class="spoiler"><summary>Spoiler: label</summary>hidden</details>
        needs no rule

With `display: none` (or `visibility: hidden`) a screen reader meets a checkbox named "Spoiler" and
nothing of the text until it is checked; the keyboard reaches it and the space bar opens it.

An unpaired sign is a problem, and more is hidden than was perhaps meant: a block of text from its
first sign that can only open, else whole; and all that follows the first block with a sign, because
what stands between may have torn a pair apart or swallowed its other half.
"""

import re

from markdown_it.token import Token

from markup import spoiler_blocks
from markup.diagnostics import Problem
from markup.spoiler_syntax import BARS, CLOSING, OPENING
from markup.tokens import DEEPEST, INLINE_CLOSE, INLINE_OPEN, alternative_text, in_spoiler

_LIKE_OPENING = re.compile(r"(?:^|[\s(\[{\"'*_~-])$")


def settle(tokens: list[Token], source: list[str]) -> tuple[list[Token], list[Problem]]:
    """Tokens with every spoiler between opening and closing tokens, and what is wrong with signs.

    `source` holds the lines of the text as the parser read them.
    """
    for token in tokens:
        if token.type == "inline":
            if any(child.type == "spoiler_mark" for child in token.children or []):
                token.meta["signs"] = True
            token.children, broken = _settle_inline(token.children or [])
            if broken:
                token.meta["broken"] = broken
    spoiler_blocks.find_bars_in_tables(tokens, source)
    tokens = spoiler_blocks.pair(tokens)
    problems = [token.meta["broken"] for token in tokens if "broken" in token.meta]
    return spoiler_blocks.cover(tokens), problems


def _settle_inline(children: list[Token]) -> tuple[list[Token], Problem | None]:
    if not any(token.type in ("spoiler_mark", "image") for token in children):
        return _without_crossings(children), None
    broken = _settle_pictures(children)
    paired, unpaired = _pair(children)
    broken = broken or unpaired
    if broken:
        return _hide_from_first_sign(children), broken
    return _without_crossings(_around_links(paired)), None


def _settle_pictures(children: list[Token]) -> Problem | None:
    """Settle alternative texts; one with an unpaired sign marks its picture as a sign."""
    first = None
    for token in children:
        if token.type == "image":
            token.children, broken = _settle_inline(alternative_text(token))
            if broken:
                token.meta["sign"] = True
                first = first or broken
    return first


# Behind a "!<" that closes nothing: a heart (!<3), or a tag that was typed behind a "!" (!<br>).
_NO_SIGN = re.compile(r"3|/?[a-z][^<>]*>", re.IGNORECASE)


def _pair(children: list[Token]) -> tuple[list[Token], Problem | None]:
    """Marks as opening and closing tokens, and the first mark without a partner.

    Pairs that cross (`|| a >! b || c !<`) end together: hidden from the first to the last sign.
    """
    result: list[Token] = []
    pairing = _Pairing(result)
    for token in children:
        if token.type != "spoiler_mark":
            pairing.filled(token)
            result.append(token)
        elif token.markup == OPENING or (token.markup == BARS and not pairing.has(BARS)):
            pairing.open(token)
        elif pairing.has(OPENING if token.markup == CLOSING else BARS):
            pairing.close(OPENING if token.markup == CLOSING else BARS)
        elif _NO_SIGN.match(token.meta["after"]):
            result.append(Token("text", "", 0, content=CLOSING))
        else:
            pairing.unpaired = pairing.unpaired or token
    broken = pairing.first_unpaired()
    return result, Problem.of_sign(broken) if broken else None


class _Pairing:
    """The spoilers open at one place of a text, outermost first."""

    def __init__(self, result: list[Token]) -> None:
        self.result = result
        self.opened: list[Token] = []
        self.still_open = {BARS: 0, OPENING: 0}
        self.empty = False
        self.unpaired: Token | None = None

    def has(self, sign: str) -> bool:
        return self.still_open[sign] > 0

    def filled(self, token: Token) -> None:
        blank = token.type in ("softbreak", "hardbreak") or (
            token.type == "text" and not token.content.strip()
        )
        self.empty = self.empty and blank

    def open(self, mark: Token) -> None:
        mark.meta["done"] = False
        self.opened.append(mark)
        self.still_open[mark.markup] += 1
        self.empty = True
        self._put(INLINE_OPEN, 1)

    def close(self, sign: str) -> None:
        """Close the innermost spoiler of this sign; one with nothing in it counts as unpaired."""
        mark = next(m for m in reversed(self.opened) if m.markup == sign and not m.meta["done"])
        mark.meta["done"] = True
        self.still_open[sign] -= 1
        if self.empty:
            self.unpaired = self.unpaired or mark
        while self.opened and self.opened[-1].meta["done"]:
            self._put(INLINE_CLOSE, -1)
            self.opened.pop()

    def first_unpaired(self) -> Token | None:
        return self.unpaired or (self.opened[0] if self.opened else None)

    def _put(self, kind: str, nesting: int) -> None:
        if len(self.opened) <= DEEPEST:
            self.result.append(Token(kind, "span", 1 if nesting > 0 else -1))


def _hide_from_first_sign(children: list[Token]) -> list[Token]:
    signs = [i for i, t in enumerate(children) if t.type == "spoiler_mark" or t.meta.get("sign")]
    start = signs[0] if _can_only_open(children[signs[0]]) else 0
    hidden = [token for token in children if token.type != "spoiler_mark"]
    opening = _opening_outside_links(children, start)
    return _without_crossings([*hidden[:opening], *in_spoiler(hidden[opening:])])


def _opening_outside_links(children: list[Token], start: int) -> int:
    """The place `start`, or that of the link around it, where no sign comes before."""
    inside = [t.type for t in children[:start] if t.type in ("link_open", "link_close")]
    if not inside or inside[-1] == "link_close":
        return start
    return max(i for i in range(start) if children[i].type == "link_open")


def _can_only_open(token: Token) -> bool:
    if token.type == "image" or token.markup == OPENING:
        return True
    after = token.meta["after"]
    before = token.meta["before"]
    like_opening = _LIKE_OPENING.search(before) and after and not after[0].isspace()
    return token.markup == BARS and bool(like_opening)


def _around_links(children: list[Token]) -> list[Token]:
    """Spoilers that begin or end in a link's text begin before it and end behind it.

    A checkbox can't stand in a link, and an address may tell what the text hides.
    """
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


def _without_crossings(children: list[Token]) -> list[Token]:
    """Drop emphasis that begins and ends in different spoilers, or one outside, or too deep."""
    place: list[int] = [0]
    opened: list[tuple[int, int]] = []
    dropped: set[int] = set()
    for index, token in enumerate(children):
        if token.type == INLINE_OPEN:
            place.append(index + 1)
        elif token.type == INLINE_CLOSE:
            place.pop()
        elif token.nesting > 0:
            opened.append((index, place[-1]))
        elif token.nesting < 0:
            start, where = opened.pop()
            if where != place[-1] or len(opened) >= DEEPEST:
                dropped |= {start, index}
    return [token for index, token in enumerate(children) if index not in dropped]
