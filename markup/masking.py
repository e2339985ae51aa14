"""Mask tokens: replace each spoiler by one word, and make each URL absolute."""

from collections.abc import Iterator

from markdown_it.token import Token

from markup.links import absolute_url
from markup.spoiler_syntax import restore_gt
from markup.tokens import (
    BLOCK_CLOSE,
    BLOCK_OPEN,
    INLINE_CLOSE,
    INLINE_OPEN,
    collapse_whitespace,
    plain_text,
    text_token,
    walk_with_depth,
)

_LEFT_OUT = (BLOCK_CLOSE, "footnote_back_open", "footnote_back_close")


def mask_tokens(tokens: list[Token], masked: str, site_url: str) -> list[Token]:
    """Return the tokens without spoilers and without what only works on the post's own page.

    Changes the tokens, because copying them would take most of the time. Render the HTML of the
    page first.
    """
    result: list[Token] = []
    for token, depth in walk_with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE):
        if depth > 0:
            continue
        if token.type == BLOCK_OPEN:
            result += _paragraph(masked)
        elif token.type == "inline":
            children = mask_inline(token.children or [], masked)
            token.children = list(_make_absolute(children, site_url))
            result.append(token)
        elif token.type not in _LEFT_OUT:
            token.attrs.pop("id", None)
            result.append(token)
    return result


def mask_inline(children: list[Token], masked: str) -> list[Token]:
    """Return inline tokens with each spoiler replaced by `masked`."""
    result = []
    for token, depth in walk_with_depth(children, INLINE_OPEN, INLINE_CLOSE):
        if depth == 0 and token.type == INLINE_OPEN:
            result.append(text_token(masked))
        elif depth == 0 and token.type != INLINE_CLOSE:
            result.append(token)
    return result


def masked_text(tokens: list[Token]) -> str:
    """Return the text of masked tokens in one line."""
    parts = []
    for token in tokens:
        if token.type == "inline":
            parts.append(plain_text(token.children or []))
        elif token.type in ("fence", "code_block"):
            parts.append(token.content)
    return collapse_whitespace(restore_gt(" ".join(parts)))


def _paragraph(text: str) -> list[Token]:
    return [
        Token("paragraph_open", "p", 1, block=True),
        Token("inline", "", 0, content=text, children=[text_token(text)]),
        Token("paragraph_close", "p", -1, block=True),
    ]


def _make_absolute(children: list[Token], site_url: str) -> Iterator[Token]:
    in_place_link = False
    for token in children:
        if token.type == "link_open":
            address = absolute_url(str(token.attrs["href"]), site_url)
            in_place_link = address is None
            if address is not None:
                token.attrs["href"] = address
                yield token
        elif token.type == "image":
            token.attrs["src"] = absolute_url(str(token.attrs["src"]), site_url) or ""
            yield token
        elif token.type != "footnote_back" and not (token.type == "link_close" and in_place_link):
            yield token
