"""How text becomes the tokens that search compares.

A token is a word in lower case without accents, or a pair of characters in scripts that put no
spaces between words. A word of three letters or more is also found by its beginning.
"""

import re
import unicodedata
from collections.abc import Iterator

from blog.rendering import UNSPACED
from core.text import fold

MAX_TOKEN_LENGTH = 60  # characters; PostgreSQL refuses lexemes of more than 2,046 bytes
# Databases treat a symbol itself as a space: its code point is indexed behind this prefix, with
# which no word begins.
SYMBOL_PREFIX = "qzx"
SYMBOLS = "\u2600-\u27bf\U0001f000-\U0001faff"
# A run of characters of a script without spaces, one symbol, or a word of any other script.
SEGMENT = re.compile(
    rf"(?P<unspaced>{UNSPACED.pattern}+)|(?P<symbol>[{SYMBOLS}])|(?:(?!{UNSPACED.pattern})[^\W_])+"
)


def index_tokens(text: str) -> list[str]:
    """Return all tokens by which a text is found, each once."""
    tokens: list[str] = []
    for segment in split(text):
        tokens += segment_tokens(segment)
        if segment["unspaced"]:
            tokens += segment[0]  # each character, for a query of a single one
    return list(dict.fromkeys(tokens))


def query_tokens(text: str) -> list[str]:
    """Return the tokens that a post must hold to be found by a query, each once."""
    return list(
        dict.fromkeys(token for segment in split(text) for token in segment_tokens(segment))
    )


def allows_prefix(token: str) -> bool:
    """Return True if the token also finds longer ones that begin with it.

    Too many words begin with two given Latin letters. Pairs of characters are never the beginning
    of a longer token, so for them the answer does not matter.
    """
    return len(token) > 2 or not token.isascii()


def split(text: str) -> Iterator[re.Match[str]]:
    """Split a text into segments, after half-width characters and the like became usual ones."""
    return SEGMENT.finditer(unicodedata.normalize("NFKC", text))


def segment_tokens(segment: re.Match[str]) -> list[str]:
    """Return the tokens of one segment: its pairs of characters, or the whole word."""
    if segment["symbol"]:
        return [f"{SYMBOL_PREFIX}{ord(segment[0]):x}"]
    word = fold(segment[0])
    if segment["unspaced"] and len(word) > 1:
        return [word[start : start + 2] for start in range(len(word) - 1)]
    return [word[:MAX_TOKEN_LENGTH]]
