"""Create, search and walk through lists of markdown-it tokens."""

from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from markup.spoiler_syntax import restore_gt

BLOCK_OPEN, BLOCK_CLOSE = "spoiler_block_open", "spoiler_block_close"
_PLAIN = ("text", "code_inline", "softbreak", "hardbreak", "spoiler_delimiter")
INLINE_OPEN, INLINE_CLOSE = "spoiler_open", "spoiler_close"

MAX_DEPTH = 8
"""How deep spoilers may nest. A deeper one is hidden as part of the spoiler around it, because the
time that browsers and the sanitizer take grows with the square of the depth."""


def inline_tokens(tokens: Iterable[Token]) -> Iterator[Token]:
    """Return the tokens that hold the inline content of blocks, in order."""
    return (token for token in tokens if token.type == "inline")


def image_tokens(children: Iterable[Token]) -> Iterator[Token]:
    """Return the images among inline tokens, without those in the alternative text of others."""
    return (token for token in children if token.type == "image")


def text_token(content: str) -> Token:
    """Return a token for plain text."""
    return Token("text", "", 0, content=content)


def alt_text_tokens(picture: Token) -> list[Token]:
    """Return the text and the spoiler delimiters of an alternative text, without other markup."""
    result: list[Token] = []
    for token in picture.children or []:
        if token.type == "image":
            result += alt_text_tokens(token)
        elif token.type in _PLAIN:
            result.append(token)
    return result


def wrap_in_spoiler(children: Iterable[Token]) -> list[Token]:
    """Return inline tokens wrapped in one spoiler."""
    return [Token(INLINE_OPEN, "span", 1), *children, Token(INLINE_CLOSE, "span", -1)]


def walk_with_depth(
    tokens: Iterable[Token], opening: str, closing: str
) -> Iterator[tuple[Token, int]]:
    """Yield each token with the number of `opening` and `closing` pairs around it."""
    depth = 0
    for token in tokens:
        depth -= token.type == closing
        yield token, depth
        depth += token.type == opening


def plain_text(children: Iterable[Token]) -> str:
    """Return the text of masked inline tokens, without markup."""
    parts = []
    for token in children:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return restore_gt("".join(parts))


def collapse_whitespace(text: str) -> str:
    """Return the text in one line, with single spaces."""
    return " ".join(text.split())
