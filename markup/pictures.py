"""Resolve pictures. Known ones get their size and files; others become their alternative text."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from markdown_it.token import Token

from markup.diagnostics import Problem
from markup.masking import mask_inline
from markup.spoiler_syntax import mask_plain_text
from markup.tokens import (
    BLOCK_CLOSE,
    BLOCK_OPEN,
    INLINE_CLOSE,
    INLINE_OPEN,
    collapse_whitespace,
    image_tokens,
    inline_tokens,
    plain_text,
    walk_with_depth,
)

SOURCES = ("image/avif", "image/webp")
"""Content types that `<source>` elements offer, in this order, before the JPEG."""
FALLBACK_WIDTH = 800
"""Preferred width in pixels of the JPEG for browsers without AVIF and WebP: a text column on a
phone with a high-density screen."""
_SIZES = "(min-width: 66rem) 48rem, (min-width: 42rem) 38rem, 100vw"
"""Display width of a picture in a text, from `--text` and `--outdent` in the style sheets."""
_WIDEST = 768
"""Pixels of the widest of these. A narrower picture is not enlarged."""

_MAX_RESPONSIVE = 300
"""Pictures of one text that are offered in several sizes; the others use one file. With a link
reference definition, a few characters can show thousands of pictures."""

_ALT_WORDS, _ALT_CHARACTERS = 5, 60
"""Of the alternative text of an unknown picture, as a message quotes it."""

_SPECIAL_CHARACTERS = re.compile(r"[\\\[\]`*_<>|!~^]|&(?=[#\w]+;)")


class Rendition(NamedTuple):
    """A file of a picture in one format and width (in pixels)."""

    address: str
    type: str
    """The content type, such as "image/avif"."""
    width: int


class Picture(NamedTuple):
    """A picture that may be shown: the URL of its file, its size in pixels, its renditions."""

    address: str
    width: int
    height: int
    renditions: tuple[Rendition, ...] = ()
    has_transparency: bool = False

    @property
    def sources(self) -> list[tuple[str, str]]:
        """The content type and `srcset` of each `<source>` element, best format first."""
        return [(type, srcset) for type in SOURCES if (srcset := self._srcset(type))]

    @property
    def src(self) -> str:
        """The URL for browsers without AVIF and WebP: a JPEG, or else the file itself."""
        jpegs = [each for each in self.renditions if each.type == "image/jpeg"]
        best = min(jpegs, key=lambda jpeg: abs(jpeg.width - FALLBACK_WIDTH), default=None)
        return best.address if best else self.address

    def _srcset(self, type: str) -> str:
        files = sorted((r.width, r.address) for r in self.renditions if r.type == type)
        return ", ".join(f"{address} {width}w" for width, address in files)


def display_sizes(width: int) -> str:
    """Return the `sizes` attribute of a picture with this width in pixels."""
    return _SIZES if width >= _WIDEST else f"min(100vw, {width}px)"


def picture_markdown(alt: str, address: str) -> str:
    """Return the Markdown that shows a picture with exactly this alternative text."""
    escaped = _SPECIAL_CHARACTERS.sub(r"\\\g<0>", collapse_whitespace(alt))
    return f"![{escaped}]({address})"


def resolve_pictures(
    tokens: list[Token], known: Mapping[str, Picture], masked: str
) -> list[Problem]:
    """Set the attributes of known pictures, in place, and return a problem for each other."""
    problems = []
    room = _MAX_RESPONSIVE
    for token in inline_tokens(tokens):
        for picture in image_tokens(token.children or []):
            address = str(picture.attrs["src"])
            if address in known:
                _complete(picture, known[address], masked)
                if known[address].has_transparency:
                    picture.meta["transparent"] = True
                picture.meta["sources"] = known[address].sources if room > 0 else []
                room -= 1
            else:
                problems.append(Problem("unknown picture", _describe(picture)))
        token.children = replace_unknown_pictures(token.children or [])
    return problems


def _describe(picture: Token) -> str:
    """Return how a message names a picture: by the start of its alternative text, and its URL."""
    address, title = str(picture.attrs["src"]), str(picture.attrs.get("title", ""))
    words = plain_text(picture.children or []).split()
    alt = " ".join(words[:_ALT_WORDS])[:_ALT_CHARACTERS].strip()
    if len(alt) < len(" ".join(words)):
        alt += "…"
    return f"{alt} ({address}) {title}".strip() if alt else f"{address} {title}".strip()


def _complete(picture: Token, shown: Picture, masked: str) -> None:
    title = str(picture.attrs.get("title", ""))
    picture.attrs = {
        "src": shown.src,
        # Readers cannot open a spoiler in an attribute, so it is masked on the page too.
        "alt": collapse_whitespace(plain_text(mask_inline(picture.children or [], masked))),
        "width": shown.width,
        "height": shown.height,
        "title": mask_plain_text(title, masked),
    }


def mark_first_eager(tokens: list[Token]) -> None:
    """Mark, in place, the first picture outside spoilers to be loaded without lazy loading."""
    for token, depth in walk_with_depth(tokens, BLOCK_OPEN, BLOCK_CLOSE):
        for child, inner in walk_with_depth(token.children or [], INLINE_OPEN, INLINE_CLOSE):
            if child.type == "image" and depth + inner == 0:
                child.meta["eager"] = True
                return


def replace_unknown_pictures(children: list[Token]) -> list[Token]:
    """Return inline tokens with each picture that was not resolved replaced by its text."""
    result: list[Token] = []
    for token in children:
        if token.type == "image" and "width" not in token.attrs:
            result += token.children or []
        else:
            result.append(token)
    return result
