"""Small ways through lists of tokens."""

from collections.abc import Iterable, Iterator

from markdown_it.token import Token

from markup.spoiler_syntax import written

BLOCK_OPEN, BLOCK_CLOSE = "spoiler_block_open", "spoiler_block_close"
_PLAIN = ("text", "code_inline", "softbreak", "hardbreak", "spoiler_mark")
INLINE_OPEN, INLINE_CLOSE = "spoiler_open", "spoiler_close"

DEEPEST = 8
"""Spoilers in spoilers beyond this are hidden with the one around them: browsers and the sanitizer
take time that grows with the square of the depth."""


def inline_tokens(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens that hold a block's text, in order."""
    return (token for token in tokens if token.type == "inline")


def pictures_in(children: Iterable[Token]) -> Iterator[Token]:
    """The pictures of one block's text; a picture in another's alternative text is none."""
    return (token for token in children if token.type == "image")


def text_token(content: str) -> Token:
    """A token of plain text."""
    return Token("text", "", 0, content=content)


def alternative_text(picture: Token) -> list[Token]:
    """The text, and the spoiler marks, that stand for a picture; without any other markup."""
    result: list[Token] = []
    for token in picture.children or []:
        if token.type == "image":
            result += alternative_text(token)
        elif token.type in _PLAIN:
            result.append(token)
    return result


def in_spoiler(children: Iterable[Token]) -> list[Token]:
    """Inline tokens as one spoiler."""
    return [Token(INLINE_OPEN, "span", 1), *children, Token(INLINE_CLOSE, "span", -1)]


def with_depth(tokens: Iterable[Token], opening: str, closing: str) -> Iterator[tuple[Token, int]]:
    """Each token with the number of `opening`...`closing` pairs around it."""
    depth = 0
    for token in tokens:
        depth -= token.type == closing
        yield token, depth
        depth += token.type == opening


def plain_text(children: Iterable[Token]) -> str:
    """The text of masked inline tokens, without markup."""
    parts = []
    for token in children:
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return written("".join(parts))


def folded(text: str) -> str:
    """Text in one line with single spaces."""
    return " ".join(text.split())
