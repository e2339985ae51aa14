"""What somebody is told who has to wait: after too many wrong logins, codes, or asked-for mails."""

import math
from datetime import timedelta

from django.http import HttpResponse
from django.utils.translation import ngettext


def in_time(wait: timedelta) -> str:
    """In how long to try again, in words: never sooner than it helps."""
    seconds = seconds_of(wait)
    if seconds < 60:
        return ngettext(
            "Please try again in %(n)d second.", "Please try again in %(n)d seconds.", seconds
        ) % {"n": seconds}
    minutes = math.ceil(seconds / 60)
    return ngettext(
        "Please try again in %(n)d minute.", "Please try again in %(n)d minutes.", minutes
    ) % {"n": minutes}


def seconds_of(wait: timedelta) -> int:
    """Whole seconds, one at least."""
    return max(1, math.ceil(wait.total_seconds()))


def slowed(response: HttpResponse, wait: timedelta) -> HttpResponse:
    """Makes of a page with a refused form the answer to somebody who has to wait."""
    response.status_code = 429
    response["Retry-After"] = str(seconds_of(wait))
    return response
