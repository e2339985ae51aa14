"""Pictures: only known ones are shown, with their size; others leave their alternative text."""

from collections.abc import Mapping

from markdown_it.token import Token

from markup.masking import masked_inline
from markup.problems import Problem
from markup.walking import folded, inline_tokens, pictures_in, plain_text


def settle(tokens: list[Token], known: Mapping[str, tuple[int, int]], masked: str) -> list[Problem]:
    """Complete each picture's attributes, in place; what is not known becomes a problem."""
    problems = []
    for token in inline_tokens(tokens):
        for picture in pictures_in(token.children or []):
            address = str(picture.attrs["src"])
            if address in known:
                picture.attrs = _attributes(picture, address, known[address], masked)
            else:
                problems.append(Problem("unknown picture", address))
        token.children = without_pictures(token.children or [])
    return problems


def _attributes(
    picture: Token, address: str, size: tuple[int, int], masked: str
) -> dict[str, str | int | float]:
    return {
        "src": address,
        # An attribute can't be opened, so spoilers in it are masked everywhere.
        "alt": folded(plain_text(masked_inline(picture.children or [], masked))),
        "width": int(size[0]),
        "height": int(size[1]),
    }


def without_pictures(children: list[Token]) -> list[Token]:
    """Inline tokens with the alternative text of each picture that is not `settle`d."""
    result: list[Token] = []
    for token in children:
        if token.type == "image" and "width" not in token.attrs:
            result += token.children or []
        else:
            result.append(token)
    return result
