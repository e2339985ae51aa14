"""The WSGI application: proxy headers, the page cache, limits on bodies, then Django."""

import gc
import logging
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application: Any = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018  (load all views now, not with the first request)
# These objects stay for good; checking them for garbage took a fifth of the time of a page.
gc.collect()
gc.freeze()

# These need the settings and models, which are loaded now.
from django.conf import settings  # noqa: E402
from granian.utils.proxies import wrap_wsgi_with_proxy_headers  # noqa: E402

from core.request_limits import utf8_bodies_only  # noqa: E402
from pagecache.middleware import PageCacheMiddleware  # noqa: E402

django_application = utf8_bodies_only(django_application)
# In development, changed templates are used at once.
kept = django_application if settings.DEBUG else PageCacheMiddleware(django_application)

log = logging.getLogger(__name__)


def watched(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Log errors that happen outside of Django, which logs only its own."""
    try:
        return kept(environ, start_response)
    except Exception:
        log.exception("a request failed outside of Django")
        # The server logs the exception that it gets, so raise one without the message of the error.
        raise RuntimeError("a request failed: its error stands in the line before") from None


application = watched
if settings.TRUSTED_PROXIES:
    application = wrap_wsgi_with_proxy_headers(watched, trusted_hosts=settings.TRUSTED_PROXIES)
