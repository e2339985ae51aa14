"""The page behind the link that confirms a new e-mail address."""

import logging

from django.contrib import messages
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from accounts.email_changes import apply_change, find_change
from accounts.models import EmailChange
from accounts.tasks import send_email_changed_mail

TOKEN = "email_change"  # noqa: S105  (a session key)

log = logging.getLogger(__name__)


@never_cache
@require_safe
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """Move a working token into the session: no log and no referrer then contains the address."""
    if not find_change(token):
        return render_unusable(request)
    request.session[TOKEN] = token
    return redirect("confirm_email")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask, because programs open links in mails, too; then change the address."""
    change = find_change(request.session.get(TOKEN, ""))
    if change is None:
        return render_unusable(request)
    if request.method != "POST":
        return render(request, "registration/confirm_email.html", {"change": change})
    old_email = change.user.email
    try:
        is_changed = change_and_tell(change, old_email)
    except (DatabaseError, RedisError):
        error = _("Email can't be sent right now. Please try again in a minute.")
        context = {"change": change, "error": error}
        return render(request, "registration/confirm_email.html", context, status=503)
    request.session.pop(TOKEN, None)
    if not is_changed:
        return render_unusable(request)
    log.info("email changed", extra={"user": change.user_id})
    messages.success(request, _("Your email address was changed."))
    return redirect("account")


@transaction.atomic
def change_and_tell(change: EmailChange, old_email: str) -> bool:
    """Change the address and queue the mail to the old one, or neither."""
    if not apply_change(change):
        return False
    if old_email:
        send_email_changed_mail.enqueue(change.user_id, old_email)
    return True


def render_unusable(request: HttpRequest) -> HttpResponse:
    """Say that a link does not work, without telling why."""
    return render(request, "registration/email_link_unusable.html", status=410)
