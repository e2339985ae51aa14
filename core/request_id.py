"""One id for all lines, events and errors of a request or of a round of the worker."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("trace", default="")


def current_request_id() -> str:
    """Return the id of the current request or round; an empty string outside of both."""
    return _current.get()


@contextmanager
def new_request_id() -> Iterator[str]:
    """Use a new id for everything that happens inside this context."""
    before = _current.set(secrets.token_hex(8))
    try:
        yield _current.get()
    finally:
        _current.reset(before)
