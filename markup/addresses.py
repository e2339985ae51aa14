"""Turn addresses that stand in a text into links, before their signs can become emphasis.

An address begins with http:// or https://, with "www.", or is a host under a well-known top-level
domain. It ends at a space, at a sign that no address holds, at a bracket that it has not opened
itself, or at punctuation of any script that closes a sentence or a quotation.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import unescapeAll
from markdown_it.rules_inline import StateInline

from markup.spoiler_syntax import GT_PLACEHOLDER

_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:com|org|net|edu|gov|info)"
_START = re.compile(
    r"(?<![a-z0-9])https?://(?=[^\s/])"
    r"|(?<![a-z0-9_.@/-])www\.(?=[^\s.])"
    rf"|(?<![a-z0-9_.@/-]){_HOST}(?![a-z0-9_@-]|\.[a-z0-9])",
    re.IGNORECASE | re.ASCII,
)
_CLOSING = {")": "(", "]": "["}
_ENDS = set('<>"`|—' + GT_PLACEHOLDER)
_TRAILING = set(".,;:!?'\\")
_EMPHASIS = "*_~"


def addresses_plugin(parser: MarkdownIt) -> None:
    """Add the rule for addresses to a parser, and let plain text end where an address begins."""
    parser.inline.ruler.at("text", _text)
    parser.inline.ruler.before("text", "address", _address)


def _text(state: StateInline, silent: bool) -> bool:
    """Take text up to the next sign that another rule may react to, or the next address."""
    limit = _next_start(state.src, state.pos)
    found = state.md.inline.terminator_re.search(state.src, state.pos, limit)
    end = found.start() if found else min(limit, state.posMax)
    if end == state.pos:
        return False
    if not silent:
        state.append_pending(state.src[state.pos : end])
    state.pos = end
    return True


def _address(state: StateInline, silent: bool) -> bool:
    start = _START.match(state.src, state.pos)
    if not start:
        return False
    address = _without_trailing(state, state.src[state.pos : _end(state.src, start, state.posMax)])
    if len(address) < len(start[0]):
        return False
    text = unescapeAll(address)
    href = state.md.normalizeLink(text if "://" in start[0] else f"https://{text}")
    if not state.md.validateLink(href):
        return False
    if not silent:
        _push(state, href, text)
    state.pos += len(address)
    return True


def _push(state: StateInline, href: str, text: str) -> None:
    """Add a link, or within a link its text alone."""
    if not state.linkLevel:
        state.push("link_open", "a", 1).attrs = {"href": href}
    # Of this type, no other rule changes its quotation marks.
    state.push("text_special", "", 0).content = text
    if not state.linkLevel:
        state.push("link_close", "a", -1)


@lru_cache(maxsize=16)
def _starts(text: str) -> tuple[int, ...]:
    return tuple(match.start() for match in _START.finditer(text))


def _next_start(text: str, position: int) -> int:
    starts = _starts(text)
    following = bisect_right(starts, position)
    return starts[following] if following < len(starts) else len(text)


def _end(text: str, start: re.Match[str], limit: int) -> int:
    """Return where the address ends at the latest."""
    opened: list[str] = []
    for position in range(start.end(), limit):
        char = text[position]
        if char in _CLOSING:
            if not opened or opened.pop() != _CLOSING[char]:
                return position
        elif char in _CLOSING.values():
            opened.append(char)
        elif char.isspace() or char in _ENDS or (char > "\x7f" and _ends_address(char)):
            return position
    return limit


def _ends_address(char: str) -> bool:
    """Return True for brackets, quotation marks and wide punctuation of any script."""
    category = unicodedata.category(char)
    is_wide = unicodedata.east_asian_width(char) in "WF"
    return (category in ("Ps", "Pe", "Pi", "Pf") and char != "’") or (
        is_wide and category[0] in "PS"
    )


def _without_trailing(state: StateInline, address: str) -> str:
    """Remove the punctuation of the sentence, and the end of an emphasis around the address."""
    opened = _open_emphasis(state)
    for marker, is_double in opened.items():
        if is_double:
            address = address.partition(marker * 2)[0]
    while address and _is_trailing(address[-1], opened):
        address = address[:-1]
    return address


def _open_emphasis(state: StateInline) -> dict[str, bool]:
    """Return the markers of each emphasis that began before; True if its sign is doubled."""
    opened: dict[str, list[bool]] = {}
    for delimiter in state.delimiters:
        begun = opened.setdefault(chr(delimiter.marker), [])
        if delimiter.close and begun:
            begun.pop()
        elif delimiter.open:
            begun.append(delimiter.length != 1)  # strikethrough gives its runs no length
    return {marker: any(begun) for marker, begun in opened.items() if begun}


def _is_trailing(char: str, opened: dict[str, bool]) -> bool:
    if char in _EMPHASIS:
        return char in opened
    return char in _TRAILING or (char > "\x7f" and unicodedata.category(char)[0] == "P")
