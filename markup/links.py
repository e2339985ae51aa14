"""Decide which URLs may be linked, and what becomes of the others."""

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLinkText
from markdown_it.rules_inline import StateInline, image, link
from markdown_it.token import Token

from markup.diagnostics import Problem
from markup.spoiler_syntax import mask_plain_text
from markup.tokens import alt_text_tokens, inline_tokens, plain_text, text_token

_MAX_ADDRESS_CHARACTERS = 262_140
"""Characters of all URLs in one text: four times the length of the longest text."""

COMMENT_REL = "nofollow ugc noopener"

# "//host" and "/\host" look relative but lead to another host. Control characters are excluded,
# because browsers drop tabs and line breaks: "/<tab>/host" would lead to another host too.
_ALLOWED = re.compile(
    r"(?:(?:https?://|mailto:)[^\x00-\x20]|/(?![/\\])|#)[^\x00-\x20]*", re.IGNORECASE
)
_HOST = re.compile(
    r"(?:www\.|(?:[a-z0-9-]+\.)+[a-z]{2,24}(?=[/?#:]|$))[^\x00-\x20]*", re.IGNORECASE
)
_FILE = re.compile(
    r"[^/]+\.(?:html?|php|pdf|txt|md|png|jpe?g|gif|webp|avif|svg|zip)", re.IGNORECASE
)
_MAIL = re.compile(r"[^\s@/:?#]+@[^\s@/:?#]+\.[a-z]{2,24}", re.IGNORECASE)


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


def unused_definitions(tokens: list[Token]) -> list[Problem]:
    """Remove, in place, the definitions of links; return a problem for each that none uses.

    Of two definitions with one label, links use the first.
    """
    used = {
        child.meta.get("label")
        for inline in inline_tokens(tokens)
        for token in inline.children or []
        for child in (token, *(token.children or []))
    }
    problems = []
    for token in tokens:
        if token.type == "definition":
            if token.meta["id"] not in used:
                line = f"[{token.meta['label']}]: {token.meta['url']} {token.meta['title']}"
                problems.append(Problem("unused definition", line))
            used.discard(token.meta["id"])
    tokens[:] = [token for token in tokens if token.type != "definition"]
    return problems


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
            result += _link(token, alt_text_tokens(token) or [text_token(address)])
        else:
            result.append(token)
    return result


def repaired_address(address: str) -> str:
    """Return an address that may be linked as its author means it; "" if there is none.

    A host gets the `https://` that people leave out, an e-mail address its `mailto:`.
    """
    if is_allowed(address):
        return address
    if _MAIL.fullmatch(address):
        return f"mailto:{address}"
    if _HOST.fullmatch(address) and not _FILE.fullmatch(address):
        return f"https://{address}"
    return ""


def complete_links(children: list[Token], masked: str, rel: str = "") -> list[Problem]:
    """Repair the links among inline tokens, in place, and give those without a text their address.

    Remove links that lead nowhere; their address stays as text behind their own. Return a problem
    for each of those. `masked` replaces spoilers in titles, which readers cannot open.
    """
    problems = []
    result: list[Token] = []
    opening, start = None, 0
    for token in children:
        if token.type == "link_open":
            opening, start = _completed(token, masked, rel), len(result) + 1
        elif token.type == "link_close" and opening:
            result += _rest_of_link(opening, result[start:])
            if not opening.attrs["href"]:
                del result[start - 1]
                problems.append(Problem("link to nowhere", str(opening.meta["typed"])))
                opening = None
                continue
            opening = None
        result.append(token)
    children[:] = result
    return problems


def _completed(token: Token, masked: str, rel: str) -> Token:
    typed = str(token.attrs["href"])
    attrs = {"href": repaired_address(typed)}
    if title := str(token.attrs.get("title", "")):
        attrs["title"] = mask_plain_text(title, masked)
    if rel:
        attrs["rel"] = rel
    token.attrs = dict(attrs)
    token.meta["typed"] = normalizeLinkText(typed)
    return token


def _rest_of_link(opening: Token, text: list[Token]) -> list[Token]:
    """Return what readers have to see behind the text of a link: its address, or nothing."""
    typed, seen = str(opening.meta["typed"]), plain_text(text).strip()
    if not seen and not any(token.type == "image" for token in text):
        return [text_token(typed)]
    if opening.attrs["href"] or typed in ("", seen):
        return []
    return [text_token(f" ({typed})")]


def _link(picture: Token, text: list[Token]) -> list[Token]:
    attrs = {"href": picture.attrs["src"]}
    if "title" in picture.attrs:
        attrs["title"] = picture.attrs["title"]
    opening = Token("link_open", "a", 1, attrs=attrs)
    return [opening, *text, Token("link_close", "a", -1)]
