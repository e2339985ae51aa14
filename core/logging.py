"""The log: one line for each event, without anything that identifies a person.

Our own code logs a short fixed name and fields, `log.info("comment taken", extra={"comment": 5})`;
messages of Django and of libraries are masked.
"""

import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation
from django.db import IntegrityError, OperationalError
from pythonjsonlogger.json import JsonFormatter

from core.request_id import current_request_id

OWN_FIELDS = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}
MASKS = (
    (  # these contain tokens
        re.compile(
            r"(/comments/receipt|/password/reset|/moderation/mail|/account/(?:invitation|email))"
            r"/[^\s\"']+"
        ),
        r"\1/…",
    ),
    (re.compile(r"(?<=\S)\?[^\s\"']+"), "?…"),  # a search term
    (re.compile(r"[^\s@/<>\"'=]+@[^\s@/<>\"']+"), "…@…"),
    (re.compile(r"(?<![\w.])\d{1,3}(\.\d{1,3}){3}(?![\w.])"), "…"),
    (re.compile(r"(?i)(?<![\w:])([0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])"), "…"),
)
PLAIN_WORDS = re.compile(r"[A-Za-z ]{1,100}")  # like the names of our own events
LONGEST = 500  # characters of a message
# Messages of these errors are about code or the state of the database. Others may quote what
# somebody typed.
OF_CODE = (AttributeError, ImportError, NameError, TypeError, ImproperlyConfigured)
OF_STATE = (
    IntegrityError,
    OperationalError,
)  # the first line only: PostgreSQL quotes values in the next ones
FRAMES = 30


def masked(text: str) -> str:
    """Return a text without tokens, search terms, e-mail and IP addresses."""
    if PLAIN_WORDS.fullmatch(text):
        return text
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return text[:LONGEST]


def fields(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of a line; extra fields only of records from our own code."""
    values = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": masked(record.getMessage()),
    }
    if name := current_request_id() or getattr(getattr(record, "request", None), "trace", ""):
        values["request"] = name
    if record.name.partition(".")[0] in settings.PROJECT_PACKAGES:
        return values | {key: value for key, value in vars(record).items() if key not in OWN_FIELDS}
    if status := getattr(record, "status_code", None):
        values["status"] = status
    return values


def error_of(record: logging.LogRecord) -> BaseException | None:
    """Return the error of a record; None if there is none, or if the request itself is at fault."""
    error = record.exc_info[1] if record.exc_info else None
    is_ours = record.levelno >= logging.ERROR and not isinstance(error, SuspiciousOperation)
    return error if is_ours else None


def format_traceback(error: BaseException) -> str:
    """Return the traceback of an error, its causes first, without values."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    own = "".join(traceback.format_list(frames)) + describe(error)
    return f"{format_traceback(before)}\n\n{own}" if before else own


def describe(error: BaseException) -> str:
    """Return the type of an error, with its message if that can't quote anybody."""
    kind = type(error).__qualname__
    if isinstance(error, OF_CODE + OF_STATE):
        return f"{kind}: {masked(str(error).partition(chr(10))[0])}"
    if isinstance(error, OSError) and error.strerror:
        return f"{kind}: {masked(error.strerror)}"
    return kind


class JSONFormatter(JsonFormatter):
    """Format a record as a line of JSON."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        log_data.update(fields(record))
        if error := error_of(record):
            log_data["traceback"] = format_traceback(error)

    def formatException(self, _exc_info: Any) -> str:
        return ""  # `add_fields` has added it, without values


class ConsoleFormatter(logging.Formatter):
    """Format a record for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        values = fields(record)
        head = [values.pop("time")[11:19], values.pop("level").upper(), values.pop("event")]
        line = " ".join([*head, *(f"{name}={value}" for name, value in values.items())])
        error = error_of(record)
        return f"{line}\n{format_traceback(error)}" if error else line
