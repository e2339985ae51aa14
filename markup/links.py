"""Decide which URLs may be linked, and turn bare URLs in comments into links."""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token

from markup.tokens import alt_text_tokens, inline_tokens, text_token

_MAX_ADDRESS_CHARACTERS = 262_140
"""Characters of all URLs in one text: four times the length of the longest text."""

COMMENT_REL = "nofollow ugc noopener"

# "//host" and "/\host" look relative but lead to another host. Control characters are excluded,
# because browsers drop tabs and line breaks: "/<tab>/host" would lead to another host too.
_ALLOWED = re.compile(
    r"(?:(?:https?://|mailto:)[^\x00-\x20]|/(?![/\\])|#)[^\x00-\x20]*", re.IGNORECASE
)
_BARE = re.compile(r"\bhttps?://[^\s<>|\"`\ufdd0]+", re.IGNORECASE)
_TRAILING = ".,;:!?'*_~"


Rule = Callable[[StateInline, bool], bool]


def links_plugin(parser: MarkdownIt) -> None:
    """Skip each "[" that nothing can close: searching for the end is slow with thousands."""
    parser.inline.ruler.at("link", _only_before_last_bracket(link))
    parser.inline.ruler.at("image", _only_before_last_bracket(image))


def _only_before_last_bracket(rule: Rule) -> Rule:
    def guarded(state: StateInline, silent: bool) -> bool:
        end = "]" if state.env.get("references") else "]("
        return state.pos < _last_index(state.src, end) and rule(state, silent)

    return guarded


@lru_cache(maxsize=16)
def _last_index(text: str, closing: str) -> int:
    return text.rfind(closing)


def is_allowed(address: str) -> bool:
    """Return True for http, https and mailto, a path on this site, or a fragment of the page."""
    return _ALLOWED.fullmatch(address) is not None


def absolute_url(address: str, site_url: str) -> str | None:
    """Return the absolute URL, or None for a fragment of the page itself."""
    if address.startswith("#"):
        return None
    if not address.startswith("/"):
        return address
    parts = urlsplit(site_url)
    return f"{parts.scheme}://{parts.netloc}{address}"


def limit_links(tokens: list[Token]) -> None:
    """Remove, in place, links inside links, and all links beyond the limit of characters.

    With a link reference definition, a few characters can repeat a long URL thousands of times.
    """
    room = _MAX_ADDRESS_CHARACTERS
    for block in inline_tokens(tokens):
        addresses = [str(t.attrs["href"]) for t in block.children or [] if t.type == "link_open"]
        if addresses:
            room -= sum(map(len, addresses))
            block.children = _drop_nested_links(block.children or [], most=1 if room >= 0 else 0)


def _drop_nested_links(children: list[Token], most: int) -> list[Token]:
    """Return inline tokens without links that are nested deeper than `most`."""
    result = []
    depth = 0
    for token in children:
        depth += token.type == "link_open"
        if depth <= most or token.type not in ("link_open", "link_close"):
            result.append(token)
        depth -= token.type == "link_close"
    return result


def replace_pictures_with_links(children: list[Token]) -> list[Token]:
    """Return inline tokens with each picture replaced by a link to it."""
    result: list[Token] = []
    for token in children:
        if token.type == "image":
            address = str(token.attrs["src"])
            result += _link(address, alt_text_tokens(token) or [text_token(address)])
        else:
            result.append(token)
    return result


def remove_forbidden_links(children: list[Token]) -> list[Token]:
    """Return inline tokens with each link that is not allowed replaced by its text."""
    result = []
    keep = True
    for token in children:
        if token.type == "link_open":
            keep = is_allowed(str(token.attrs["href"]))
            token.attrs = {"href": token.attrs["href"]}
        if keep or token.type not in ("link_open", "link_close"):
            result.append(token)
    return result


def linkify_comment(children: list[Token]) -> list[Token]:
    """Return a comment's inline tokens with bare URLs linked, and `rel` set on all links."""
    result: list[Token] = []
    in_link = False
    for token in children:
        if token.type in ("link_open", "link_close"):
            in_link = token.type == "link_open"
        if token.type == "text" and not in_link:
            result += _linkify(token.content)
        else:
            result.append(token)
    result = remove_forbidden_links(result)
    for token in result:
        if token.type == "link_open":
            token.attrs["rel"] = COMMENT_REL
    return result


def _link(address: str, text: list[Token]) -> list[Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address})
    return [opening, *text, Token("link_close", "a", -1)]


def _linkify(text: str) -> list[Token]:
    result: list[Token] = []
    end = 0
    for match in _BARE.finditer(text):
        address = _strip_punctuation(match[0])
        if address.endswith("//"):
            continue
        result.append(text_token(text[end : match.start()]))
        result += _link(address, [text_token(address)])
        end = match.start() + len(address)
    return [*result, text_token(text[end:])]


def _strip_punctuation(address: str) -> str:
    """Remove punctuation after a URL, but no closing bracket that the URL has opened."""
    address = address.rstrip(_TRAILING)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_TRAILING)
    return address
