"""The readable part of addresses and anchors, made of a title in any script."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[-\s]+")


def slugify(text: str) -> str:
    """Return a text in lower case with hyphens between words, of letters, marks and digits alone.

    Django's function leaves out combining marks, and with them the vowels of Hindi or Thai.
    """
    text = "".join(map(_plain_number, unicodedata.normalize("NFC", text).lower()))
    kept = "".join(char for char in text if char in "-_" or char.isspace() or is_slug_char(char))
    return _SEPARATORS.sub("-", kept).strip("-_")


def _plain_number(char: str) -> str:
    """Return a number sign, such as "½" or "²", in plain digits, and other characters as given."""
    if unicodedata.category(char) != "No":
        return char
    return unicodedata.normalize("NFKC", char).replace("\u2044", "-")


def is_slug_char(char: str) -> bool:
    """Return True for letters and digits of any script, and the marks on them."""
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")
