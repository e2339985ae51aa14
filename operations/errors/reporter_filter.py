"""The filter that removes secrets from error reports."""

import re
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# Addresses of services hold passwords: DATABASE_URL, EMAIL_URL, REDIS_URL and what comes of them.
SECRETS = re.compile(
    f"{SafeExceptionReporterFilter.hidden_settings.pattern}|URL|LOCATION|DATABASE|EMAIL", re.I
)
OF_A_REQUEST = ("HTTP_", "REQUEST_", "REMOTE_", "SERVER_", "CONTENT_", "PATH_", "QUERY_", "wsgi.")


class SecretsFilter(SafeExceptionReporterFilter):
    """Also hide addresses, which may hold passwords, and the web server's own environment."""

    hidden_settings = SECRETS

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        """Return only what came with the request."""
        meta = super().get_safe_request_meta(request)
        return {name: meta[name] for name in meta if name.startswith(OF_A_REQUEST)}
