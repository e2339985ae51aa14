"""Each request gets an id, and a slow one leaves a line."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from pagecache import middleware
from core import request_id
from core.logging import masked

SLOW = 1.0  # seconds

log = logging.getLogger(__name__)


class Watched:
    """Puts a request's id into its lines and events, and sends it back. Never one that came with
    the request: it would be somebody else's words in our log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        with request_id.begun() as name:
            request.trace = name  # type: ignore[attr-defined]  # Django's last line comes after us
            response = self.get_response(request)
            seconds = time.monotonic() - began
            if seconds > SLOW:
                said = {"path": masked(request.path), "seconds": round(seconds, 2)}
                status = response.status_code
                log.warning(
                    "slow request", extra={**said, "method": request.method, "status": status}
                )
        if middleware.UNTIL not in response:  # a kept page is the answer to many requests
            response["X-Request-ID"] = name
        return response
