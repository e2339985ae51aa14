"""Lines about logins: who came in, by number. A name that was refused may be anybody's: no word."""

import logging
from typing import Any

log = logging.getLogger(__name__)


def succeeded(sender: Any, user: Any, **_kwargs: Any) -> None:
    """Django's signal after a login."""
    log.info("login", extra={"user": user.pk})


def failed(sender: Any, request: Any = None, **_kwargs: Any) -> None:
    """Django's signal after a login that was refused; `throttle` marks what it did not hear."""
    locked = getattr(request, "login_wait", None) is not None
    log.warning("login locked" if locked else "login failed")
