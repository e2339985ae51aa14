"""Log each login, and remember the address of a successful one.

The log names users by number. The name of a failed login may be anybody's, even a password that was
typed into the wrong field, so it is not logged.
"""

import logging
from typing import Any

from django.http import HttpRequest

from accounts import rate_limits

log = logging.getLogger(__name__)


def on_login(sender: Any, request: HttpRequest, user: Any, **_kwargs: Any) -> None:
    """Receive `user_logged_in`, which Django sends when both steps of a login are done."""
    rate_limits.remember_login(user.get_username(), rate_limits.address_key(request))
    log.info("login", extra={"user": user.pk})


def on_failed_login(sender: Any, request: HttpRequest | None = None, **_kwargs: Any) -> None:
    """Receive `user_login_failed`, which Django also sends for attempts above a limit."""
    is_refused = getattr(request, "login_wait", None) is not None
    log.warning("login locked" if is_refused else "login failed")
