"""Unhandled errors: counted where they happen. `operations.errors.mail` tells the owner.

They come by way of the log, to which Django and the worker give each with its traceback.
"""

import hashlib
import logging
import traceback
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Case, F, Value, When
from django.http import UnreadablePostError
from django.utils import timezone

from core.logging import described, failure_of, masked, traceback_of
from core.request_id import current_request_id

SILENCE = timedelta(days=7)  # one that comes back after it is told again
LONGEST = 8_000  # characters of a traceback: its end says where
# The database is away, and can't take a row; the sender is, and nothing is to mend.
NOT_OURS = (OperationalError, InterfaceError, UnreadablePostError)


class Keep(logging.Handler):
    """Counts each error that is logged with its traceback. Never raises, never logs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.busy = False  # under the handler's own lock: so it is this thread that is

    def emit(self, record: logging.LogRecord) -> None:
        error = failure_of(record)
        if error is None or isinstance(error, NOT_OURS) or self.busy:
            return
        self.busy = True
        try:
            count(error, record.name, getattr(getattr(record, "request", None), "path", ""))
        except Exception:  # noqa: BLE001, S110  (the line in the log must do)
            pass
        finally:
            self.busy = False


def count(error: BaseException, logger: str, path: str) -> None:
    """Adds one to an error's row, making it where it is new: an UPDATE, so that none is lost."""
    from operations.models import ErrorRecord  # there are no models yet when logging begins

    place = place_of(error)
    said = f"{type(error).__module__}.{type(error).__qualname__}\0{place}"
    fingerprint, now = hashlib.sha256(said.encode()).hexdigest(), timezone.now()
    row = ErrorRecord.objects.filter(fingerprint=fingerprint)
    news = {
        "count": F("count") + 1,
        "last_at": now,
        "request_id": current_request_id(),
        "path": masked(path),
        "mailed_at": Case(
            When(last_at__lt=now - SILENCE, then=Value(None)), default=F("mailed_at")
        ),
    }
    with transaction.atomic():
        if row.update(**news):
            return
        known = {
            "fingerprint": fingerprint,
            "kind": described(error)[:300],
            "location": place[-300:],
        }
        known |= {"logger": logger[:100], "traceback": traceback_of(error)[-LONGEST:]}
        ErrorRecord.objects.bulk_create([ErrorRecord(**known)], ignore_conflicts=True)
        row.update(**news)


def place_of(error: BaseException) -> str:
    """The last line of our own code that an error came through; any, if it met none of it."""
    frames = traceback.extract_tb(error.__traceback__)
    folders = [str(settings.BASE_DIR / name) for name in settings.PROJECT_PACKAGES]
    own = [frame for frame in frames if frame.filename.startswith(tuple(folders))]
    for frame in reversed(own or frames):
        file = Path(frame.filename)
        name = file.relative_to(settings.BASE_DIR) if own else Path(*file.parts[-3:])
        return f"{name}:{frame.lineno} {frame.name}"
    return ""
