"""How a thing stands, in a word and a sentence: what the status page is made of."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    OK = "ok", _("fine")
    LOOK = "warning", _("have a look")
    BAD = "critical", _("needs you")


@dataclass(frozen=True)
class Finding:
    """One line of the status page."""

    name: str
    state: State
    sentence: str


def by_age(moment: datetime, *, look: float, bad: float | None = None) -> State:
    """How it stands with what waits since `moment`: after so many minutes it is worse."""
    minutes = (timezone.now() - moment).total_seconds() / 60
    if bad is not None and minutes >= bad:
        return State.BAD
    return State.LOOK if minutes >= look else State.OK


def age(moment: datetime) -> str:
    """How long ago, in words of the largest unit."""
    return timesince(moment, depth=1)
