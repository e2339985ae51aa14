"""Serve one of the two applications that are compared: `python -m bench.applications NAME PORT`.

bare      a Django view that answers "ok", without middleware: the most that Django can do
uncached  the site without its page cache, so that each request renders a page
"""

import os
import sys
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

BARE = "BENCH_BARE"  # set for the processes of the bare application

if os.environ.get(BARE):
    settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []


def ok(_request: HttpRequest) -> HttpResponse:
    """Answer "ok"."""
    return HttpResponse("ok")


urlpatterns = [path("", ok)]


def main(name: str, port: int) -> None:
    """Serve an application on 127.0.0.1 with as many processes as `manage.py web` has."""
    django.setup()
    from operations.management.commands.web import server

    if name == "bare":
        os.environ[BARE] = "1"
    server("bench.applications:application", "127.0.0.1", port, os.cpu_count() or 1).serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
else:
    from config.wsgi import django_application
    from core.wsgi_to_asgi import WSGIToASGI
    from pagecache.version import current_version, rendering

    def wsgi_application(environ: Any, start_response: Any) -> Any:
        """Render a page as the page cache does, with the version of all pages read before."""
        if os.environ.get(BARE):
            return django_application(environ, start_response)
        with rendering(current_version()):
            return django_application(environ, start_response)

    application = WSGIToASGI(wsgi_application)
