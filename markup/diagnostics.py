"""What is wrong with a text, and the sentences that tell its author."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from markdown_it.token import Token

from markup.spoiler_syntax import written

_MOST = 10
"""Sentences shown at once: nobody mends more before saving again."""

_WORDS = 6


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and the text at its place."""

    kind: str
    place: str

    @classmethod
    def of_sign(cls, mark: Token) -> "Problem":
        """A sign without its partner: its place is the words after it, or else before it."""
        after = mark.meta["after"].strip()
        if after:
            return cls("unpaired before", after)
        return cls("unpaired after", " ".join(mark.meta["before"].split()[-_WORDS:]))

    @classmethod
    def of_opening(cls, token: Token) -> "Problem":
        """A spoiler block that is never closed."""
        return cls("block without end", f"{token.info} {token.meta['after']}")

    @classmethod
    def of_closing(cls, token: Token) -> "Problem":
        """A line of three colons that closes nothing."""
        return cls("end without block", token.meta["after"])


def sentences(problems: list[Problem]) -> tuple[str, ...]:
    """The problems in the active language, each once, the first few."""
    told = dict.fromkeys(_sentence(problem) for problem in problems[: _MOST * _MOST])
    return tuple(told)[:_MOST]


def _sentence(problem: Problem) -> str:
    words = " ".join(written(problem.place).split()[:_WORDS])
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
