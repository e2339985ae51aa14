"""Which addresses may be linked, and bare addresses made links."""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token

from markup.tokens import alternative_text, inline_tokens, text_token

_ROOM = 262_140
"""Characters of all addresses in one text: four times what may be written."""

COMMENT_REL = "nofollow ugc noopener"

# "//host" and "/\host" look relative but lead to another host. Only printable characters count:
# browsers drop tabs and line ends, so "/<tab>/host" would be such an address too.
_ALLOWED = re.compile(
    r"(?:(?:https?://|mailto:)[^\x00-\x20]|/(?![/\\])|#)[^\x00-\x20]*", re.IGNORECASE
)
_BARE = re.compile(r"\bhttps?://[^\s<>|\"`\ufdd0]+", re.IGNORECASE)
_TRAILING = ".,;:!?'*_~"


Rule = Callable[[StateInline, bool], bool]


def install(parser: MarkdownIt) -> None:
    """Look for a link or picture only where one can still end: the parser's own rules look for the
    end of each "[" anew, which takes long where there are thousands."""
    parser.inline.ruler.at("link", _while_one_can_end(link))
    parser.inline.ruler.at("image", _while_one_can_end(image))


def _while_one_can_end(rule: Rule) -> Rule:
    def guarded(state: StateInline, silent: bool) -> bool:
        end = "]" if state.env.get("references") else "]("
        return state.pos < _last(state.src, end) and rule(state, silent)

    return guarded


@lru_cache(maxsize=16)
def _last(text: str, sign: str) -> int:
    return text.rfind(sign)


def allowed(address: str) -> bool:
    """http, https, mailto, an address on this site or on this page; nothing else."""
    return _ALLOWED.fullmatch(address) is not None


def absolute(address: str, site_url: str) -> str | None:
    """The address for outside the page; none for a place on the page itself."""
    if address.startswith("#"):
        return None
    if not address.startswith("/"):
        return address
    parts = urlsplit(site_url)
    return f"{parts.scheme}://{parts.netloc}{address}"


def without_excess(tokens: list[Token]) -> None:
    """Remove, in place, links inside of links, and those beyond what a text may repeat.

    Through a link definition, few characters can repeat a long address thousands of times.
    """
    room = _ROOM
    for block in inline_tokens(tokens):
        addresses = [str(t.attrs["href"]) for t in block.children or [] if t.type == "link_open"]
        if addresses:
            room -= sum(map(len, addresses))
            block.children = _unnested(block.children or [], most=1 if room >= 0 else 0)


def _unnested(children: list[Token], most: int) -> list[Token]:
    """Inline tokens with links at most so deep: `[text <https://address>](/other)` nests two."""
    result = []
    depth = 0
    for token in children:
        depth += token.type == "link_open"
        if depth <= most or token.type not in ("link_open", "link_close"):
            result.append(token)
        depth -= token.type == "link_close"
    return result


def instead_of_pictures(children: list[Token]) -> list[Token]:
    """Inline tokens with a link to each picture instead of the picture."""
    result: list[Token] = []
    for token in children:
        if token.type == "image":
            address = str(token.attrs["src"])
            result += _link(address, alternative_text(token) or [text_token(address)])
        else:
            result.append(token)
    return result


def without_forbidden(children: list[Token]) -> list[Token]:
    """Inline tokens with only the links that may be; the others leave their text."""
    result = []
    keep = True
    for token in children:
        if token.type == "link_open":
            keep = allowed(str(token.attrs["href"]))
            token.attrs = {"href": token.attrs["href"]}
        if keep or token.type not in ("link_open", "link_close"):
            result.append(token)
    return result


def of_comment(children: list[Token]) -> list[Token]:
    """A comment's inline tokens with bare addresses made links, and all links marked."""
    result: list[Token] = []
    in_link = False
    for token in children:
        if token.type in ("link_open", "link_close"):
            in_link = token.type == "link_open"
        if token.type == "text" and not in_link:
            result += _with_links(token.content)
        else:
            result.append(token)
    result = without_forbidden(result)
    for token in result:
        if token.type == "link_open":
            token.attrs["rel"] = COMMENT_REL
    return result


def _link(address: str, text: list[Token]) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address})
    return [opening, *text, Token("link_close", "a", -1)]


def _with_links(text: str) -> list[Token]:
    result: list[Token] = []
    end = 0
    for match in _BARE.finditer(text):
        address = _trimmed(match[0])
        if address.endswith("//"):
            continue
        result.append(text_token(text[end : match.start()]))
        result += _link(address, [text_token(address)])
        end = match.start() + len(address)
    return [*result, text_token(text[end:])]


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it; a bracket stays if it was opened."""
    address = address.rstrip(_TRAILING)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_TRAILING)
    return address
