"""Pictures: only known ones are shown, with their size; others leave their alternative text."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from markdown_it.token import Token

from markup.diagnostics import Problem
from markup.masking import masked_inline
from markup.tokens import (
    BLOCK_CLOSE,
    BLOCK_OPEN,
    INLINE_CLOSE,
    INLINE_OPEN,
    folded,
    inline_tokens,
    pictures_in,
    plain_text,
    with_depth,
)

SOURCES = ("image/avif", "image/webp")  # offered to browsers in this order, before the JPEG
MIDDLE = 800  # pixels; what a browser gets that takes neither: a column on a dense phone screen
SIZES = "(min-width: 66rem) 48rem, (min-width: 42rem) 38rem, 100vw"
"""How wide a picture in a text is shown: `--text` and `--outdent` of static/css/tokens.css."""

_MOST_RICH = 300
"""Pictures of one text that are offered in several sizes; through a link definition, few characters
can show thousands. Those beyond it are shown as one file."""

_SIGNS = re.compile(r"[\\\[\]`*_<>|!~^]|&(?=[#\w]+;)")


class Rendition(NamedTuple):
    """A picture in one format and width (pixels)."""

    address: str
    type: str
    """The content type, such as "image/avif"."""
    width: int


class Picture(NamedTuple):
    """A picture that may be shown: where its file lies, its size in pixels, its renditions."""

    address: str
    width: int
    height: int
    renditions: tuple[Rendition, ...] = ()

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Content type and `srcset` for each format that `<source>` offers, the best first."""
        return [(type, srcset) for type in SOURCES if (srcset := self._srcset(type))]

    @property
    def src(self) -> str:
        """The address for who takes none of the sources: a JPEG, else the file itself."""
        jpegs = [made for made in self.renditions if made.type == "image/jpeg"]
        best = min(jpegs, key=lambda made: abs(made.width - MIDDLE), default=None)
        return best.address if best else self.address

    def _srcset(self, type: str) -> str:
        made = sorted((r.width, r.address) for r in self.renditions if r.type == type)
        return ", ".join(f"{address} {width}w" for width, address in made)


def written(alt: str, address: str) -> str:
    """The Markdown that shows a picture with exactly this alternative text."""
    escaped = _SIGNS.sub(r"\\\g<0>", folded(alt))
    return f"![{escaped}]({address})"


def settle(tokens: list[Token], known: Mapping[str, Picture], masked: str) -> list[Problem]:
    """Complete each picture's attributes, in place; what is not known becomes a problem."""
    problems = []
    room = _MOST_RICH
    for token in inline_tokens(tokens):
        for picture in pictures_in(token.children or []):
            address = str(picture.attrs["src"])
            if address in known:
                _complete(picture, known[address], masked)
                picture.meta["sources"] = known[address].sources if room > 0 else []
                room -= 1
            else:
                problems.append(Problem("unknown picture", address))
        token.children = without_pictures(token.children or [])
    return problems


def _complete(picture: Token, shown: Picture, masked: str) -> None:
    picture.attrs = {
        "src": shown.src,
        # An attribute can't be opened, so spoilers in it are masked everywhere.
        "alt": folded(plain_text(masked_inline(picture.children or [], masked))),
        "width": shown.width,
        "height": shown.height,
    }


def mark_first_eager(tokens: list[Token]) -> None:
    """Mark, in place, the first picture outside of spoilers: a browser need not scroll to it."""
    for token, depth in with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE):
        for child, inner in with_depth(token.children or [], INLINE_OPEN, INLINE_CLOSE):
            if child.type == "image" and depth + inner == 0:
                child.meta["first"] = True
                return


def without_pictures(children: list[Token]) -> list[Token]:
    """Inline tokens with the alternative text of each picture that is not `settle`d."""
    result: list[Token] = []
    for token in children:
        if token.type == "image" and "width" not in token.attrs:
            result += token.children or []
        else:
            result.append(token)
    return result
