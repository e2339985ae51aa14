"""Limits on requests, decided before a body is read."""

import codecs
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

# Bytes of a form; deploy/nginx.conf has the same limit. A picture that is slightly too large still
# gets an error message at its field.
MAX_BODY_BYTES = 25 * 1024 * 1024

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def utf8_bodies_only(application: Application) -> Application:
    """Wrap a WSGI application so that a body in any other encoding than UTF-8 counts as empty.

    No browser sends such a form; for some encodings Django fails before it can answer with a page.
    """

    def wrapper(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not is_utf8(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = ""
        return application(environ, start_response)

    return wrapper


def is_utf8(content_type: str) -> bool:
    """Return True if a Content-Type header names UTF-8 or no encoding."""
    try:
        _type, parameters = parse_header_parameters(content_type)
        return codecs.lookup(parameters.get("charset", "utf-8")).name == "utf-8"
    except (ValueError, LookupError):
        return False


class MaxBodySizeMiddleware:
    """Refuse a body that is larger than any form: Django would write it to the disk."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if is_too_long(length, MAX_BODY_BYTES):
            return body_too_large(request)
        return self.get_response(request)


@never_cache
def body_too_large(request: HttpRequest) -> HttpResponse:
    """Return the response to a body that is too large to be read; JSON for the editor's upload."""
    if request.path == settings.MARKDOWNX_UPLOAD_URLS_PATH:
        sentence = _("The upload is too large. Pictures can be up to 20 MB.")
        return JsonResponse({"error": sentence}, status=413)
    return render(request, "413.html", status=413)


def is_too_long(length: str, limit: int) -> bool:
    """Return True if a Content-Length header is not a number or exceeds a number of bytes."""
    is_number = length.isascii() and length.isdigit() and len(length) < 10
    return not is_number or int(length) > limit


def discard_body(request: HttpRequest) -> None:
    """Read and discard the body of a refused request, unless it exceeds the limit of nginx.

    nginx does not always notice a response while it is still sending the request.
    """
    if not is_too_long(request.META.get("CONTENT_LENGTH") or "0", MAX_BODY_BYTES):
        while request.read(1 << 16):
            pass
