"""An id for each request, and a log line for each slow one."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.logging import masked
from core.request_id import new_request_id

SLOW_SECONDS = 1.0

log = logging.getLogger(__name__)


class RequestIDMiddleware:
    """Give each request a new id, never one that it came with; log lines and answer carry it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        with new_request_id() as request_id:
            # Django logs the last line of a request after this middleware has returned.
            request.trace = request_id  # type: ignore[attr-defined]
            response = self.get_response(request)
            seconds = time.monotonic() - began
            if seconds > SLOW_SECONDS:
                fields = {
                    "path": masked(request.path),
                    "seconds": round(seconds, 2),
                    "method": request.method,
                    "status": response.status_code,
                }
                log.warning("slow request", extra=fields)
        response["X-Request-ID"] = request_id
        return response
