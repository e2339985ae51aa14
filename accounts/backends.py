"""The authentication backend that refuses attempts above the limits."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import rate_limits


class RateLimitBackend:
    """Refuse an attempt above the limits before a password is hashed.

    It is the first of AUTHENTICATION_BACKENDS, and Django tries no further one after
    PermissionDenied. It authenticates nobody itself and has no `get_user`, because no session ever
    refers to it.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **_credentials: Any
    ) -> None:
        """Count the attempt; raise PermissionDenied and set `request.login_wait` at a limit."""
        if request is None:  # called by code, not by a form
            return
        name = (username or "")[: rate_limits.MAX_USERNAME_LENGTH]
        wait = rate_limits.register_attempt(
            rate_limits.LOGIN, name, rate_limits.address_key(request)
        )
        request.login_wait = wait  # type: ignore[attr-defined]
        if wait is not None:
            raise PermissionDenied
