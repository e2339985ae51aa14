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

    @classmethod
    def from_opening_line(cls, token: Token) -> "Problem":
        """Return the problem of a spoiler block that is never closed."""
        return cls("block without end", f"{token.info} {token.meta['after']}")

    @classmethod
    def from_closing_line(cls, token: Token) -> "Problem":
        """Return the problem of a line of three colons that closes no block."""
        return cls("end without block", token.meta["after"])


def messages(problems: list[Problem]) -> tuple[str, ...]:
    """Return the first few different messages, in the active language."""
    unique = dict.fromkeys(
        _message(problem) for problem in problems[: _MAX_MESSAGES * _MAX_MESSAGES]
    )
    return tuple(unique)[:_MAX_MESSAGES]


def _message(problem: Problem) -> str:
    words = " ".join(restore_gt(problem.context).split()[:_CONTEXT_WORDS])
    return _templates()[problem.kind] % {"words": words[:80]}


def _templates() -> dict[str, str]:
    return {
        "unpaired before": _(
            "The spoiler sign before “%(words)s” has no partner. Write spoilers as ||hidden|| or "
            ">!hidden!<; to show a sign itself, put a backslash before it: \\||, \\>!, \\!<."
        ),
        "unpaired after": _(
            "The spoiler sign after “%(words)s” has no partner. Write spoilers as ||hidden|| or "
            ">!hidden!<; to show a sign itself, put a backslash before it: \\||, \\>!, \\!<."
        ),
        "bars in table": _(
            "In the table row with “%(words)s” two bars stand side by side. In a table, write "
            "spoilers as >!hidden!<, and an empty cell with a space between its bars."
        ),
        "block without end": _(
            "The spoiler block that begins with “%(words)s” is never closed. Put a line with only "
            "::: behind it; to show colons at the start of a line, put a backslash before them."
        ),
        "end without block": _(
            "The line ::: before “%(words)s” closes no spoiler block. Remove it, or begin the "
            "block with a line ::: spoiler; to show the colons, put a backslash before them."
        ),
        "unknown picture": _(
            "“%(words)s” is not a picture that was uploaded here. Upload it first, then use the "
            "address that you are given."
        ),
    }
