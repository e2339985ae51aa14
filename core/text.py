"""Text as people type it, made comparable: one form of each letter, and a folded key."""

import re
import unicodedata

# Letters that no decomposition leads to their plain form. Readers of other languages search for
# them without the stroke, the ligature or the missing dot.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ħ": "h"}
)
# Accents; and what nobody sees, but what takes words apart: soft hyphens, spaces without width.
_MARKS = re.compile("[\u0300-\u036f\u00ad\u200b\u2060\ufeff]")


def normalize(text: str) -> str:
    """Return a text in NFC: an é is the same wherever it was typed."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Return a text in lower case and without accents: "Über" and "uber" are the same."""
    if text.isascii():
        return text.lower()
    # Twice, because the letters of formulas (𝐁𝐎𝐋𝐃) only then become capitals.
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_PLAIN)
    return unicodedata.normalize("NFC", _MARKS.sub("", plain))


def sort_key(text: str) -> str:
    """Return what names are ordered and compared by: folded, with single spaces."""
    return " ".join(fold(text).split())
