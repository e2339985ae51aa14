"""Decide where emphasis may begin and end, for all scripts.

CommonMark wants a space or punctuation outside of a run of stars that has punctuation inside.
Chinese, Japanese and Korean put none there. So, as the amendment for those scripts proposes
(https://github.com/tats-u/markdown-cjk-friendly), their characters count like punctuation on
the outside, and their punctuation like letters on the inside.

Strong emphasis and strikethrough, whose runs are of two signs, may also begin before an opening
quotation mark or bracket and end after punctuation inside a word: `**“Great”**ly`. Such a run means
nothing else in a sentence.
"""

import unicodedata

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar
from markdown_it.rules_inline.state_inline import Scanned, StateInline


class ScriptAwareState(StateInline):
    """A state of the inline parser whose delimiter runs follow this module's rules."""

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:
        scanned = super().scanDelims(start, canSplitWord)
        before, after = self._neighbours(start, scanned.length)
        if self.src[start] == "_" or before.isspace() or after.isspace():
            return scanned
        return Scanned(
            scanned.can_open or self._may_open(before, after, scanned.length),
            scanned.can_close or self._may_close(before, after, scanned.length),
            scanned.length,
        )

    def _neighbours(self, start: int, length: int) -> tuple[str, str]:
        """Return the characters before and after a run; a space at the ends of the text."""
        position = start - 1
        while position > 0 and _is_variation(self.src[position]):
            position -= 1
        end = start + length
        before = self.src[position] if position >= 0 else " "
        return before, self.src[end] if end < self.posMax else " "

    def _may_open(self, before: str, after: str, length: int) -> bool:
        if _is_cjk(before) or _is_cjk(after):
            return True
        opening = after in "\"'" or unicodedata.category(after) in ("Ps", "Pi")
        return length > 1 and opening

    def _may_close(self, before: str, after: str, length: int) -> bool:
        if _is_cjk(before) or _is_cjk(after):
            return True
        return length > 1 and _is_punctuation(before) and after.isalnum()


def _is_cjk(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WFH"


def _is_variation(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _is_punctuation(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)
