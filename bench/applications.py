"""What the site is measured against, as applications for the same server.

bare      a Django view that answers "ok", and no middleware: the most that Django can do
uncached  the site itself, made anew at each request: no page cache before it
"""

import os
from typing import Any

from django.conf import settings

if os.environ.get("BENCH_BARE"):
    settings.configure(
        ROOT_URLCONF=__name__,
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
    )

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def ok(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns: list[Any] = [path("", ok)]
application = get_wsgi_application()
