"""What all pages and forms of the moderators share."""

import logging
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from core.submitted_text import login_required_for_form

log = logging.getLogger(__name__)


def page_of_form(pk: int | None = None, **_others: Any) -> str:
    """Return the address of the page with a form: the queue, or that of one comment."""
    return reverse("moderation_comment", args=[pk]) if pk else reverse("moderation")


def for_moderators(view: Any) -> Any:
    """Require a login and the permission to moderate; never cache the page."""
    permitted = permission_required("comments.moderate", raise_exception=True)(view)
    return never_cache(login_required_for_form(page_of_form)(permitted))


def forms_only(view: Any) -> Any:
    """Take only POST. Who opens the address of a form, after a login say, gets the form's page."""

    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            return redirect(page_of_form(**kwargs))
        response: HttpResponse = require_POST(view)(request, **kwargs)
        return response

    return wrapper


def moderator(request: HttpRequest) -> User:
    """Return who sent a request that `for_moderators` has let through."""
    return cast("User", request.user)


def log_action(request: HttpRequest, name: str, count: int) -> None:
    """Log an action. The events of the comments have the same request id."""
    log.info("moderation", extra={"act": name, "count": count, "user": request.user.pk})
