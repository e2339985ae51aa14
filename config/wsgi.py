"""The application that the web server runs: proxies, then the page cache, then Django."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_application = get_wsgi_application()

# These read the settings and the models: only now are there any.
from django.conf import settings  # noqa: E402
from granian.utils.proxies import wrap_wsgi_with_proxy_headers  # noqa: E402

from blog.pages import PageCache  # noqa: E402

if not settings.DEBUG:  # in development a changed template shows at once
    django_application = PageCache(django_application)
application = django_application
if settings.TRUSTED_PROXIES:
    application = wrap_wsgi_with_proxy_headers(
        django_application, trusted_hosts=settings.TRUSTED_PROXIES
    )
