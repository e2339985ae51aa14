"""The registry of checks, for the status page, /readyz and check_akismet."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    OK = "ok", _("OK")
    WARNING = "warning", _("check")
    CRITICAL = "critical", _("action needed")


class Section(TextChoices):
    """The sections of the status page, in their order."""

    COMMENTS = "comments", _("Comments")
    WORK = "work", _("Background work")
    MACHINE = "machine", _("Server")


@dataclass(frozen=True)
class CheckResult:
    """The state of one thing in a sentence: a line of the status page."""

    name: str
    state: State
    sentence: str
    unready: str = ""  # for /readyz: why the site can't work, in English; empty if it can


CheckFunction = Callable[[], CheckResult | list[CheckResult]]


@dataclass(frozen=True)
class Check:
    """A registered check. `readiness` is its name in /readyz; empty if /readyz leaves it out."""

    function: CheckFunction
    section: Section
    readiness: str = ""

    def run(self) -> list[CheckResult]:
        results = self.function()
        return results if isinstance(results, list) else [results]


registry: list[Check] = []


def register(section: Section, readiness: str = "") -> Callable[[CheckFunction], CheckFunction]:
    """Return a decorator that adds a check to the registry; checks appear in this order."""

    def decorator(function: CheckFunction) -> CheckFunction:
        registry.append(Check(function, section, readiness))
        return function

    return decorator


def run_section(section: Section) -> list[CheckResult]:
    """Run the checks of a section and return their results in order."""
    return [result for check in registry if check.section == section for result in check.run()]


def state_by_age(moment: datetime, *, warning: float, critical: float | None = None) -> State:
    """Return the state of something that has waited since `moment`; the limits are in minutes."""
    minutes = (timezone.now() - moment).total_seconds() / 60
    if critical is not None and minutes >= critical:
        return State.CRITICAL
    return State.WARNING if minutes >= warning else State.OK


def age(moment: datetime) -> str:
    """Return how long ago a moment was, in words of the largest unit."""
    if timezone.now() - moment < timedelta(minutes=1):
        return gettext("less than a minute")
    return timesince(moment, depth=1)
