"""The names that people type, cleaned so that they cannot disturb the text around them.

Names appear in mail, feeds and titles, where no markup isolates them. So they contain no bidi
controls (UAX #9; names in Hebrew or Arabic need none, because their letters have a direction) and
no other invisible characters (UTS #39 advises to refuse them in identifiers), except the two
joiners that Persian, Indic scripts and emoji need. At most four combining marks may follow each
other, as UTS #39 (5.4) advises: no language needs more, and more would cover the lines around.

A name that looks like the author's is told apart by the mark on the team's own comments.
"""

import re
import unicodedata

MAX_MARKS = 4  # one after another
JOINERS = "\u200c\u200d"
# Blank characters that Unicode counts as letters or symbols: Hangul fillers and empty braille.
BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
# The flags of England, Scotland and Wales: a black flag and the letters of the region as tags.
FLAG, TAGS = "\U0001f3f4", re.compile("[\U000e0061-\U000e007a\U000e007f]")


def clean_display_name(name: str) -> str:
    """Return a name in one line without disturbing characters; "" if nothing of it is visible."""
    kept: list[str] = []
    marks = 0
    for char in BLANK.sub(" ", name):
        category = unicodedata.category(char)
        if category[0] == "C" and not (char in JOINERS or char.isspace() or is_tag(char, kept)):
            continue
        if category in ("Mn", "Me"):
            marks += 1
        elif char not in JOINERS:
            marks = 0
        if marks <= MAX_MARKS:
            kept.append(char)
    name = " ".join("".join(kept).split())
    return name if any(unicodedata.category(char)[0] in "LNPS" for char in name) else ""


def is_tag(char: str, before: list[str]) -> bool:
    """Return True for a letter of a flag, after the flag itself or another letter."""
    return bool(before and TAGS.match(char) and (before[-1] == FLAG or TAGS.match(before[-1])))


def is_visible(text: str) -> bool:
    """Return True if a text has a letter, a number, a symbol or punctuation that people see."""
    categories = (unicodedata.category(char) for char in BLANK.sub("", text))
    return any(each[0] in "LNPS" and each != "Sk" for each in categories)
