"""Return submitted text to its sender after the login or the CSRF token has expired."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import CharField, TextField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from blog.images import upload
from core.request_origin import Origin, origin_of


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without a valid token. `reason` is Django's explanation for developers."""
    if request.path == settings.MARKDOWNX_UPLOAD_URLS_PATH:
        return upload.csrf_failure()
    return render(request, "403_csrf.html", {"submitted": submitted_texts(request)}, status=403)


@never_cache
def logged_out(request: HttpRequest) -> HttpResponse:
    """Answer a form of the admin whose sender is no longer logged in."""
    return render(
        request, "403_logged_out.html", {"submitted": submitted_texts(request)}, status=403
    )


def submitted_texts(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return name, label, text of what this site's admin sent in text fields; no passwords."""
    model_admin = model_admin_of(request)
    if model_admin is None or request.method != "POST" or origin_of(request) is Origin.CROSS_SITE:
        return []
    return [
        (field.name, str(field.verbose_name), text)
        for field in model_admin.opts.get_fields()
        if isinstance(field, CharField | TextField) and field.editable and not field.choices
        if "password" not in field.name and (text := request.POST.get(field.name, ""))
    ]


def model_admin_of(request: HttpRequest) -> Any:
    """Return the model admin whose form was requested, or None for any other page."""
    return getattr(getattr(request.resolver_match, "func", None), "model_admin", None)


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
