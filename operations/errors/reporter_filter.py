"""The filter that removes secrets from error reports."""

import re
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter

# DATABASE_URL, EMAIL_URL, REDIS_URL and settings made from them contain passwords.
SECRETS = re.compile(
    f"{SafeExceptionReporterFilter.hidden_settings.pattern}|URL|LOCATION|DATABASE|EMAIL", re.I
)
OF_A_REQUEST = ("HTTP_", "REQUEST_", "REMOTE_", "SERVER_", "CONTENT_", "PATH_", "QUERY_", "wsgi.")


class SecretsFilter(SafeExceptionReporterFilter):
    """Hide addresses, which may contain passwords, and the environment of the web server too."""

    hidden_settings = SECRETS

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        """Return only the parts of META that belong to the request."""
        meta = super().get_safe_request_meta(request)
        return {name: meta[name] for name in meta if name.startswith(OF_A_REQUEST)}
