"""What the site is measured against, on the same server: `python -m bench.applications NAME PORT`.

bare      a Django view that answers "ok", and no middleware: the most that Django can do
uncached  the site itself, made anew at each request: no page cache before it
"""

import os
import sys

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

BARE = "BENCH_BARE"  # set for the processes of the bare application

if os.environ.get(BARE):
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []


def ok(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


urlpatterns = [path("", ok)]


def main(name: str, port: int) -> None:
    """Serves one of them on 127.0.0.1, by as many processes as `manage.py web`."""
    django.setup()
    from operations.management.commands.web import server

    if name == "bare":
        os.environ[BARE] = "1"
    server("bench.applications:application", "127.0.0.1", port, os.cpu_count() or 1).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
else:
    from config.wsgi import django_application as application  # noqa: F401
