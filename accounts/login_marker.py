"""A cookie that says that somebody is logged in, for the script that fetches the staff bar.

The session's own cookie is hidden from scripts, and without a sign each reader's browser would have
to ask. This one opens nothing: the server never reads it.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "logged_in"
SHARED = ("expires", "max-age", "domain", "path", "secure", "samesite")  # all but HttpOnly


class LoginMarkerMiddleware:
    """Set and delete the marker with the session's cookie: stand before SessionMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        session = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if session is None:
            return response
        if request.user.is_authenticated:
            response.cookies[COOKIE] = "1"
            response.cookies[COOKIE].update({name: session[name] for name in SHARED})
        else:
            remove_marker(response)
        return response


def remove_marker(response: HttpResponse) -> None:
    """Delete the marker, after a logout or because the session has ended."""
    response.delete_cookie(
        COOKIE,
        path=settings.SESSION_COOKIE_PATH,
        domain=settings.SESSION_COOKIE_DOMAIN,
        samesite=settings.SESSION_COOKIE_SAMESITE,
    )
