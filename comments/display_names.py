"""The names that people type: one line that stays where it is put.

A name stands in mail, feeds and titles, where nothing isolates it. So it holds no characters that
reorder or hide what stands around it: bidi controls (UAX #9; names in Hebrew or Arabic need none,
their letters carry the direction) and other invisible ones (UTS #39 calls for refusing them in
identifiers), but the two joiners that Persian, Indic scripts and emoji are written with. Of marks
that stack above and below a letter there are four in a row at most, as UTS #39 (5.4) advises: no
language needs more, and more would cover the lines around.

Who looks like the author is told apart by the mark that only the team's own comments bear.
"""

import re
import unicodedata

MOST_MARKS = 4  # in a row
JOINERS = "\u200c\u200d"
# Blank, though Unicode counts them as letters or symbols: the Hangul fillers and empty braille.
BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")


def tidy(name: str) -> str:
    """The name in one line, without what would reach beyond it; "" where nothing can be seen."""
    kept: list[str] = []
    marks = 0
    for char in BLANK.sub(" ", name):
        kind = unicodedata.category(char)
        if kind[0] == "C" and char not in JOINERS and not char.isspace():
            continue
        if kind in ("Mn", "Me"):
            marks += 1
        elif char not in JOINERS:
            marks = 0
        if marks <= MOST_MARKS:
            kept.append(char)
    name = " ".join("".join(kept).split())
    return name if any(unicodedata.category(char)[0] in "LNPS" for char in name) else ""
