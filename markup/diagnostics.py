"""Problems in a text, and the messages that describe them to its author."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from markdown_it.token import Token

from markup.spoiler_syntax import restore_gt

_MAX_MESSAGES = 10
"""Messages shown at once. Authors fix a few problems and save again."""

_CONTEXT_WORDS = 6
"""Words of the text that a message quotes."""


@dataclass(frozen=True)
class Problem:
    """One problem: its kind, a key of the message templates, and the text where it occurs."""

    kind: str
    context: str

    @classmethod
    def from_delimiter(cls, delimiter: Token) -> "Problem":
        """Return the problem of an unpaired delimiter, with the words after or else before it."""
        after = delimiter.meta["after"].strip()
        if after:
            return cls("unpaired before", after)
        return cls("unpaired after", " ".join(delimiter.meta["before"].split()[-_CONTEXT_WORDS:]))


def messages(problems: list[Problem]) -> tuple[str, ...]:
    """Return the first few different messages, in the active language."""
    first = problems[: _MAX_MESSAGES * _MAX_MESSAGES]
    return tuple(dict.fromkeys(map(_message, first)))[:_MAX_MESSAGES]


def _message(problem: Problem) -> str:
    words = " ".join(restore_gt(problem.context).split()[:_CONTEXT_WORDS])
    return _templates()[problem.kind] % {"words": words[:80]}


def _templates() -> dict[str, str]:
    return {
        "unpaired before": _(
            "The spoiler before “%(words)s” isn't closed. Put || on both sides: ||hidden||, or "
            "write >!hidden!<. To show the characters themselves, put a backslash before them: "
            "\\||, \\>!, \\!<."
        ),
        "unpaired after": _(
            "The spoiler after “%(words)s” isn't closed. Put || on both sides: ||hidden||, or "
            "write >!hidden!<. To show the characters themselves, put a backslash before them: "
            "\\||, \\>!, \\!<."
        ),
        "bars in table": _(
            "The table row with “%(words)s” has two bars next to each other. In a table, write "
            "spoilers as >!hidden!<, and put a space between the bars of an empty cell."
        ),
        "block without end": _(
            "The spoiler block starting with “%(words)s” isn't closed. Add a line with only ::: "
            "after it. To show colons at the start of a line, put a backslash before them."
        ),
        "end without block": _(
            "The line ::: before “%(words)s” doesn't close a spoiler block. Remove it, or start "
            "the block with a line ::: spoiler. To show the colons, put a backslash before them."
        ),
        "link to nowhere": _(
            "The link to “%(words)s” leads nowhere. Start its address with https://, or with / for "
            "a page of this site."
        ),
        "unused definition": _(
            "The line starting with “%(words)s” is read as the address of a link, but no link uses "
            "it. Put a backslash before it to show it."
        ),
        "unused footnote": _(
            "Nothing refers to the footnote “%(words)s”. Put its sign where it belongs, or remove "
            "it."
        ),
        "second footnote": _(
            "There is another footnote with the sign of “%(words)s”. Rename one of them."
        ),
        "cells without heads": _(
            "The table row “%(words)s” has more cells than the table has headings. Add a heading, "
            "or put a backslash before a bar that belongs to the text."
        ),
        "unknown picture": _(
            "“%(words)s” isn't a picture uploaded here. Upload it first, then use the address you "
            "get."
        ),
    }
