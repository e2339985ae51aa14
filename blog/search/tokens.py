"""How text becomes the words that search compares: small letters without accents, and pairs of
signs where a script puts no spaces between words. What is indexed and what is asked for both come
through here, so that every database finds the same.

A word of three letters or more is also found by its beginning: "film" finds "films"."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from modelsearch.index import SearchField

from blog.rendering import UNSPACED

LONGEST = 60  # signs of a word; PostgreSQL refuses words of more than 2,046 bytes
ACCENTS = re.compile("[\u0300-\u036f]")
# Before a symbol's number, for databases take the sign itself for a space; no word begins so.
SYMBOL = "qzx"
SYMBOLS = "\u2600-\u27bf\U0001f000-\U0001faff"
# A run of signs of a script without spaces, a word of any other script, or one symbol.
PIECE = re.compile(
    rf"(?P<unspaced>{UNSPACED.pattern}+)|(?P<symbol>[{SYMBOLS}])|(?:(?!{UNSPACED.pattern})[^\W_])+"
)


class Words(SearchField):
    """A field whose text is indexed as words."""

    def get_value(self, obj: Any) -> str:
        return " ".join(dict.fromkeys(indexed(super().get_value(obj))))


def indexed(text: str) -> list[str]:
    """All words that a text is found by."""
    found = []
    for piece in pieces(text):
        found += words_of(piece)
        if piece["unspaced"]:
            found += piece[0]  # each sign, for whoever asks for a single one
    return found


def asked(text: str) -> list[str]:
    """The words that a post must hold to be found by a text."""
    return [word for piece in pieces(text) for word in words_of(piece)]


def may_go_on(word: str) -> bool:
    """Whether longer words that begin with this one are found by it, too. Two Latin letters begin
    too many; pairs of signs never go on."""
    return len(word) > 2 or not word.isascii()


def pieces(text: str) -> Iterator[re.Match[str]]:
    """A text cut up, after signs of half width and the like became the usual ones."""
    return PIECE.finditer(unicodedata.normalize("NFKC", text))


def words_of(piece: re.Match[str]) -> list[str]:
    """The words of one piece of text: its pairs of signs, or itself."""
    if piece["symbol"]:
        return [f"{SYMBOL}{ord(piece[0]):x}"]
    folded = fold(piece[0])
    if piece["unspaced"] and len(folded) > 1:
        return [folded[at : at + 2] for at in range(len(folded) - 1)]
    return [folded[:LONGEST]]


def fold(text: str) -> str:
    """A text in small letters, without accents, in one form: "Über" and "uber" are the same."""
    if text.isascii():
        return text.lower()
    bare = ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return unicodedata.normalize("NFC", bare)
