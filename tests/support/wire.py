"""Requests to the whole WSGI application, page cache included."""

from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client


def wire(path: str, method: str = "GET", query: str = "", **headers: str) -> "Answer":
    """Send a request to the whole WSGI application; header names have underscores."""
    from config.wsgi import application

    answer = Answer()
    environ = {
        **Client()._base_environ(PATH_INFO=path, REQUEST_METHOD=method, QUERY_STRING=query),
        **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
    }
    # Like Django's test client: the end of a request must not close the connection of the test.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        answer.body = b"".join(application(environ, answer.start))
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return answer


class Answer:
    """A response of the whole WSGI application."""

    status: int
    headers: dict[str, str]
    body: bytes

    def start(self, status: str, headers: list[tuple[str, str]], _exc: Any = None) -> Any:
        self.status = int(status.split()[0])
        self.headers = {name.lower(): value for name, value in headers}
        return lambda data: None

    @property
    def text(self) -> str:
        return self.body.decode()
