"""Return submitted text to its sender after the login or the CSRF token has expired."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from blog.images import upload
from core.submitted_text import logged_out, model_admin_of, submitted_texts


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token. `reason` is Django's explanation for developers."""
    if request.path == settings.MARKDOWNX_UPLOAD_URLS_PATH:
        return upload.csrf_failure()
    return render(request, "403_csrf.html", {"submitted": submitted_texts(request)}, status=403)


class SubmittedTextMiddleware:
    """Show submitted text again if its sender has been logged out of the admin.

    A redirect to the login page would lose it. Each page of the admin also renews the session,
    so that people who work there stay logged in (SESSION_COOKIE_AGE, two weeks).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if model_admin_of(request) is None:
            return None
        if admin.site.has_permission(request):
            request.session.modified = True
        elif not request.user.is_authenticated and submitted_texts(request):
            return logged_out(request)
        return None
