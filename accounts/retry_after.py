"""Responses to somebody who has to wait after too many attempts."""

import math
from datetime import timedelta

from django.http import HttpResponse
from django.utils.translation import ngettext


def retry_sentence(wait: timedelta) -> str:
    """Return a sentence that says when to try again, in seconds or minutes, rounded up."""
    seconds = whole_seconds(wait)
    if seconds < 60:
        return ngettext(
            "Please try again in %(n)d second.", "Please try again in %(n)d seconds.", seconds
        ) % {"n": seconds}
    minutes = math.ceil(seconds / 60)
    return ngettext(
        "Please try again in %(n)d minute.", "Please try again in %(n)d minutes.", minutes
    ) % {"n": minutes}


def whole_seconds(wait: timedelta) -> int:
    """Return a duration in whole seconds, rounded up, at least one."""
    return max(1, math.ceil(wait.total_seconds()))


def too_many_requests(response: HttpResponse, wait: timedelta) -> HttpResponse:
    """Set status 429 and a Retry-After header on the response that shows a refused form."""
    response.status_code = 429
    response["Retry-After"] = str(whole_seconds(wait))
    return response
