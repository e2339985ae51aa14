"""What may be sent at all, decided before anything of it is read."""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import parse_header_parameters
from django.views.decorators.cache import never_cache

from blog.images import upload

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_readable_bodies(application: Application) -> Application:
    """WSGI: a body that says it is written in anything but UTF-8 counts as none. No browser sends
    such a form; Django ends with an error at some that say so, before it can answer with a page."""

    def application_with_readable(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not is_readable(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = ""
        return application(environ, start_response)

    return application_with_readable


def is_readable(content_type: str) -> bool:
    """Whether Django can read a body of this type."""
    try:
        _type, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name == "utf-8"
    except (ValueError, LookupError):
        return False


class NothingLarger:
    """Refuses what is larger than any form with a picture, on every page: Django would write a file
    of any size to the disk, whoever sends it. The editor's upload says so itself, in JSON."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_upload = request.path == settings.MARKDOWNX_UPLOAD_URLS_PATH
        if upload.is_too_long(length, upload.LET_THROUGH) and not is_upload:
            return too_large(request)
        return self.get_response(request)


@never_cache
def too_large(request: HttpRequest) -> HttpResponse:
    """The answer to more than can be read."""
    return render(request, "413.html", status=413)
