"""The 503 page for an unavailable database or a full disk, which returns what was typed."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.defaults import server_error as broken

from core.submitted_text import submitted_texts

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
TRY_AGAIN_AFTER = "30"  # seconds


@never_cache
def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for a view that failed: 503 if it is worth trying again later, else 500."""
    if not is_away(sys.exc_info()[1]):
        return broken(request)
    context = {
        "reading": request.method in ("GET", "HEAD"),
        "submitted": submitted_texts(request),
    }
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = TRY_AGAIN_AFTER
    return response


def is_away(error: BaseException | None) -> bool:
    """Return True if an error comes from the database or the disk and not from our code."""
    if isinstance(error, OSError):
        return error.errno in NO_SPACE
    return isinstance(error, OperationalError | InterfaceError)
