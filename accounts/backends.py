"""The authentication backend that refuses attempts above the limits."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts import rate_limits


class RateLimitBackend:
    """Stop an attempt before a password is hashed: stand first in AUTHENTICATION_BACKENDS."""

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
