"""Moderators' mail: the page where they choose how often, and the pages behind the links in it.

The links work without a login. Programs that look through mail open them, so GET changes nothing.
"""

import logging
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from comments import mail_links
from comments.mail_links import DeadLink, Decision, Link
from comments.models import ModeratorMail
from comments.moderation_forms import ModeratorMailForm
from comments.views.feedback import sentence
from comments.views.permissions import for_moderators, log_action, moderator

log = logging.getLogger(__name__)


@for_moderators
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Let a moderator choose how often they get mail."""
    user = moderator(request)
    chosen = ModeratorMail.objects.filter(user=user).first() or ModeratorMail(user=user)
    form = ModeratorMailForm(request.POST if request.method == "POST" else None, instance=chosen)
    if form.is_valid():
        # Only this field: the worker may be writing the others.
        ModeratorMail.objects.update_or_create(
            user=user, defaults={"frequency": form.cleaned_data["frequency"]}
        )
        log_action(request, "choose mail", 1)
        messages.success(request, _("Saved."))
        return redirect("moderation_mail")
    status = 400 if form.is_bound else 200
    return render(request, "comments/moderator_mail.html", {"form": form}, status=status)


def behind_link(view: Any) -> Any:
    """Keep a page behind a signed link to whoever holds it, and answer dead links with a page."""

    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response: HttpResponse = view(request, token)
        except DeadLink as dead:
            context = {"comment": dead.comment, "days": mail_links.LINK_DAYS}
            response = render(request, "comments/mail_link_dead.html", context, status=410)
        response["X-Robots-Tag"] = "noindex, nofollow"
        # The address of the page is a secret, and never sent along. Not `no-referrer`: the check
        # of the form needs the origin.
        response["Referrer-Policy"] = "strict-origin"
        return response

    return never_cache(require_http_methods(["GET", "HEAD", "POST"])(wrapper))


@behind_link
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Show the comment of a link and ask; decide by POST, and lead to what was done."""
    name = request.POST.get("act", "")
    if name not in mail_links.ACTS:
        status = 400 if request.method == "POST" else 200
        return render_link(request, mail_links.open_link(token), token, status=status)
    decision = mail_links.decide(token, name)
    log_by_link(name, decision)
    undo = reverse("moderation_mail_undo", args=[mail_links.undo_token(decision)])
    response = HttpResponseRedirect(undo)
    response.status_code = 303
    return response


@behind_link
def undo(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was done by a link; take it back by POST, and ask anew."""
    if request.method != "POST":
        decision = mail_links.open_undo(token)
        said = sentence(decision.name, [decision.comment.pk])
        return render(request, "comments/mail_link_done.html", {"said": said})
    decision, action = mail_links.undo(token)
    log_by_link("undo", decision)
    pk = decision.comment.pk
    fresh = mail_links.decision_token(pk, decision.by, mail_links.last_events([pk])[pk])
    return render_link(
        request, mail_links.open_link(fresh), fresh, said=sentence("undo", action.moved)
    )


def render_link(
    request: HttpRequest, link: Link, token: str, status: int = 200, said: str = ""
) -> HttpResponse:
    """Return the page with the comment of a link, and the form that decides by its token."""
    context = {"comment": link.comment, "by": link.by, "token": token, "said": said}
    return render(request, "comments/mail_link.html", context, status=status)


def log_by_link(name: str, decision: Decision) -> None:
    """Log an act by a link, as `log_action` does for people who are logged in."""
    log.info("moderation", extra={"act": f"{name} by mail", "count": 1, "user": decision.by.pk})
