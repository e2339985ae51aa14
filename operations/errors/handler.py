"""Count unhandled errors where they happen; `operations.errors.mail` tells the owners."""

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

from core.logging import describe, error_of, format_traceback, masked
from core.request_id import current_request_id

MAIL_AGAIN_AFTER = timedelta(days=7)  # without the error
MAX_TRACEBACK = 8_000  # characters of a traceback, from its end, which says where it happened
# Not counted: the database is unavailable and can't store a row, or the client has disconnected.
NOT_OURS = (OperationalError, InterfaceError, UnreadablePostError)


class ErrorRecordHandler(logging.Handler):
    """Count each error that is logged with its traceback. Never raises or logs anything itself."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.busy = False  # protected by the handler's lock, so it refers to the current thread

    def emit(self, record: logging.LogRecord) -> None:
        error = error_of(record)
        if error is None or isinstance(error, NOT_OURS) or self.busy:
            return
        self.busy = True
        try:
            count(error, record.name, getattr(getattr(record, "request", None), "path", ""))
        except Exception:  # noqa: BLE001, S110  (the error is in the log anyway)
            pass
        finally:
            self.busy = False


def count(error: BaseException, logger: str, path: str) -> None:
    """Add one to the row of an error, by an UPDATE; create the row for a new one."""
    from operations.models import ErrorRecord  # there are no models yet when logging begins

    location = location_of(error)
    identity = f"{type(error).__module__}.{type(error).__qualname__}\0{location}"
    fingerprint, now = hashlib.sha256(identity.encode()).hexdigest(), timezone.now()
    row = ErrorRecord.objects.filter(fingerprint=fingerprint)
    update = {
        "count": F("count") + 1,
        "last_at": now,
        "request_id": current_request_id(),
        "path": masked(path),
        "mailed_at": Case(
            When(last_at__lt=now - MAIL_AGAIN_AFTER, then=Value(None)), default=F("mailed_at")
        ),
    }
    with transaction.atomic():
        if row.update(**update):
            return
        new = ErrorRecord(
            fingerprint=fingerprint,
            kind=describe(error)[:300],
            location=location[-300:],
            logger=logger[:100],
            traceback=format_traceback(error)[-MAX_TRACEBACK:],
        )
        ErrorRecord.objects.bulk_create([new], ignore_conflicts=True)
        row.update(**update)


def location_of(error: BaseException) -> str:
    """Return the last line of our own code in the traceback, or of any code if there is none."""
    frames = traceback.extract_tb(error.__traceback__)
    folders = [str(settings.BASE_DIR / name) for name in settings.PROJECT_PACKAGES]
    own = [frame for frame in frames if frame.filename.startswith(tuple(folders))]
    for frame in reversed(own or frames):
        file = Path(frame.filename)
        name = file.relative_to(settings.BASE_DIR) if own else Path(*file.parts[-3:])
        return f"{name}:{frame.lineno} {frame.name}"
    return ""
