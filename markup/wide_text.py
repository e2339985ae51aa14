"""Chinese and Japanese lines: a line break between them is no space between words."""

import unicodedata

from markdown_it.token import Token

from markup.tokens import inline_tokens


def join_wide_lines(tokens: list[Token]) -> None:
    """Remove, in place, each line break between two wide characters."""
    for inline in inline_tokens(tokens):
        children = inline.children or []
        if any(token.type == "softbreak" for token in children):
            inline.children = _without_breaks(children)


def _without_breaks(children: list[Token]) -> list[Token]:
    shown = [token for token in children if token.content or token.type == "softbreak"]
    dropped = {
        id(token)
        for before, token, after in zip(shown, shown[1:], shown[2:], strict=False)
        if token.type == "softbreak" and _is_wide(before.content[-1:], after.content[:1])
    }
    return [token for token in children if id(token) not in dropped]


def _is_wide(*chars: str) -> bool:
    """Return True if these are wide characters of scripts without spaces: not those of Korean."""
    return all(
        char and unicodedata.east_asian_width(char) in "WF" and not "\uac00" <= char <= "\ud7a3"
        for char in chars
    )
