"""Requests to the whole application with any body, scheme and host; see also `wire`."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client

from pagecache.middleware import PageCacheMiddleware
from tests.support.wire import Answer

Ask = Callable[..., Answer]
HTTPS = {"wsgi.url_scheme": "https"}
FORM = "application/x-www-form-urlencoded"


def whole_site(around: Callable[[Any], Any] = lambda application: application) -> Ask:
    """Return a function that sends requests to the page cache and Django with the current settings.

    `around` may wrap the application. The function takes a path with its query, a method, a body
    (a dict for a form) and further values of the environ.
    """
    application = around(PageCacheMiddleware(get_wsgi_application()))

    def ask(address: str, method: str = "GET", body: Any = b"", **environ: Any) -> Answer:
        path, _mark, query = address.partition("?")
        data = urlencode(body).encode() if isinstance(body, dict) else body
        request = {
            **Client()._base_environ(
                PATH_INFO=path.encode().decode("latin-1"), REQUEST_METHOD=method, QUERY_STRING=query
            ),
            **{"wsgi.input": BytesIO(data), "CONTENT_LENGTH": str(len(data))},
            **{"CONTENT_TYPE": FORM, **environ},
        }
        # Like Django's test client: the end of a request must not close the connection.
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            return answered(application, request)
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)

    return ask


def answered(application: Any, environ: dict[str, Any]) -> Answer:
    """Return the response, read to its end and closed as a server does."""
    answer = Answer()
    parts = application(environ, answer.start)
    try:
        answer.body = b"".join(parts)
    finally:
        getattr(parts, "close", lambda: None)()
    return answer
