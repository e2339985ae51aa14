"""Nothing typed is lost: what reaches the admin without a login or a valid token is given back."""

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
    """The answer to a form without a valid token; `reason` is Django's, for programmers."""
    if request.path == settings.MARKDOWNX_UPLOAD_URLS_PATH:
        return upload.csrf_failure()
    return render(request, "403_csrf.html", {"typed": typed(request)}, status=403)


@never_cache
def logged_out(request: HttpRequest) -> HttpResponse:
    """The answer to a text that arrives when its author is not logged in any more."""
    return render(request, "403_logged_out.html", {"typed": typed(request)}, status=403)


def typed(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Name, label and text of what was typed into a form of the admin: only texts, no passwords;
    nothing that another site sent. As long as a request may be, and no longer."""
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
    """Whose form of the admin was asked for; None of everything else."""
    return getattr(getattr(request.resolver_match, "func", None), "model_admin", None)


class KeptText:
    """Gives back what somebody sent who is not logged in any more: a redirect to the login would
    drop it. Who works in the admin stays logged in for two weeks from the last page there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if model_admin_of(request) is None:
            return None
        if admin.site.has_permission(request):
            request.session.modified = True
        elif not request.user.is_authenticated and typed(request):
            return logged_out(request)
        return None
