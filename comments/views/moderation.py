"""The moderators' queue, and the actions on it. Everything works with plain forms."""

import logging
import uuid
from functools import wraps
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from blog.views.pagination import page_number
from comments import moderation, submission
from comments.forms import AnswerForm, EditForm, count_edits, is_id
from comments.models import Comment, CommentQuerySet, CommentSettings, Event, Status
from comments.search import comments_in_tab, matching
from comments.views import feedback
from core.request_origin import client_ip
from core.submitted_text import login_required_for_form, submitted_texts

PER_PAGE = 50
COUNT_LIMIT = 1000  # counting stops here, and the tab shows "999+"
ACTIONS = {
    "approve": moderation.approve,
    "reject": moderation.reject,
    "spam": moderation.mark_as_spam,
    "restore": moderation.restore,
}
TABS = [Status.PENDING, Status.CHECKING, Status.APPROVED, Status.SPAM, Status.TRASH]

log = logging.getLogger(__name__)


def page_of_form(pk: int | None = None) -> str:
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


@for_moderators
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the comments of one status; pending ones first, and of those the oldest first."""
    status = request.GET.get("status", Status.PENDING)
    if status not in Status.values:
        status = Status.PENDING
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    number = page_number(request, "page")
    first = (number - 1) * PER_PAGE
    # One more than fits tells whether there is a next page, without counting.
    found = comments_in_tab(status, query).values_list("pk", flat=True)
    ids = list(found[first : first + PER_PAGE + 1])
    if number > 1 and not ids:  # the last comments of this page have just been moved
        last = max(1, ceil(found.count() / PER_PAGE))
        return redirect(queue_address(status=status, q=query, page=str(last) if last > 1 else ""))
    context = {
        "comments": for_queue(ids[:PER_PAGE], status),
        "status": status,
        "tabs": tabs(status, query),
        "search": query,
        "number": number,
        "previous": number - 1,
        "next": number + 1 if len(ids) > PER_PAGE else 0,
    }
    return render(request, "comments/queue.html", context)


def for_queue(ids: list[int], status: str) -> CommentQuerySet:
    """Return comments with what the queue shows of them, in the order of that status's tab."""
    comments = Comment.objects.filter(pk__in=ids).select_related("post", "parent", "user")
    return comments.in_queue_order(status)


def tabs(current: str, query: str) -> list[dict[str, Any]]:
    """Return the tabs: each status with the number of its comments that match, up to "999+"."""
    counts = matching_counts(query) if query else {}
    return [
        {
            "status": status.value,
            "label": status.label,
            "count": str(counts.get(status, 0)) if query else limited_count(status),
            "is_current": status == current,
        }
        for status in TABS
    ]


def matching_counts(query: str) -> dict[str, int]:
    """Return how many comments of each status match a search, in one query."""
    found = Comment.objects.filter(matching(query)).order_by().values("status")
    return dict(found.annotate(number=Count("pk")).values_list("status", "number"))


def limited_count(status: Status) -> str:
    """Return the number of comments with a status, counting no further than is shown."""
    number = Comment.objects.filter(status=status)[:COUNT_LIMIT].count()
    return f"{COUNT_LIMIT - 1}+" if number >= COUNT_LIMIT else str(number)


@for_moderators
@forms_only
def act(request: HttpRequest) -> HttpResponse:
    """Approve, reject, mark as spam or restore one comment by its button, or the selected ones."""
    name, _colon, pk = request.POST.get("act", "").partition(":")
    ids = [pk] if pk else request.POST.getlist("comment")
    if name not in ACTIONS or not all(map(is_id, ids)):
        return render(request, "400.html", status=400)
    if not ids:
        messages.warning(request, _("Select some comments first."))
        return redirect_back(request)
    action = ACTIONS[name](map(int, ids), request.user, request.POST.get("seen"))
    log_action(request, name, len(action.moved))
    feedback.add_messages(request, name, action, len(set(ids)))
    return redirect_back(request)


@for_moderators
@forms_only
def undo(request: HttpRequest) -> HttpResponse:
    """Undo one action."""
    try:
        action_id = uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        return render(request, "400.html", status=400)
    action = moderation.undo(action_id, request.user)
    wanted = Event.objects.filter(act=action_id).count() or 1
    log_action(request, "undo", len(action.moved))
    feedback.add_messages(request, "undo", action, wanted)
    return redirect_back(request)


def log_action(request: HttpRequest, name: str, count: int) -> None:
    """Log an action. The events of the comments have the same request id."""
    log.info("moderation", extra={"act": name, "count": count, "user": request.user.pk})


def redirect_back(request: HttpRequest) -> HttpResponse:
    """Redirect to the page with the form that was sent."""
    if is_id(request.POST.get("detail", "")):
        return redirect("moderation_comment", pk=int(request.POST["detail"]))
    names = ("status", "q", "page")
    return redirect(queue_address(**{name: request.POST.get(name, "") for name in names}))


def queue_address(**parameters: str) -> str:
    """Return the address of a page of the queue; empty parameters are left out."""
    query = urlencode({name: value for name, value in parameters.items() if value})
    return reverse("moderation") + (f"?{query}" if query else "")


@for_moderators
@require_safe
def comment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one comment with everything that is known about it."""
    return render_detail(request, pk)


def render_detail(request: HttpRequest, pk: int, status: int = 200, **forms: Any) -> HttpResponse:
    """Return the page of one comment; a refused form is shown with its errors."""
    comment = get_object_or_404(Comment.objects.select_related("post", "parent", "user"), pk=pk)
    context = {
        "comment": comment,
        "events": comment.events.select_related("by"),
        "edit_form": forms.get("edit_form")
        or EditForm(instance=comment, initial={"edits": count_edits(comment)}),
        "answer_form": forms.get("answer_form") or AnswerForm(),
    }
    return render(request, "comments/comment_detail.html", context, status=status)


@for_moderators
@forms_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a comment; its events keep the text before."""
    form = EditForm(request.POST, instance=get_object_or_404(Comment, pk=pk))
    if not form.is_valid():
        return render_detail(request, pk, status=400, edit_form=form)
    fields = {name: form.cleaned_data[name] for name in form.Meta.fields}
    moderation.edit(pk, request.user, **fields)
    log_action(request, "edit", 1)
    messages.success(request, _("Comment saved."))
    return redirect("moderation_comment", pk=pk)


@for_moderators
@forms_only
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Reply to an approved comment under the moderator's own name."""
    parent = get_object_or_404(Comment.objects.select_related("post"), pk=pk)
    form = AnswerForm(request.POST)
    if parent.status != Status.APPROVED:
        form.add_error(None, _("Approve this comment before replying."))
    if not form.is_valid():
        return render_detail(request, pk, status=400, answer_form=form)
    answer = Comment(
        post=parent.post,
        parent=parent,
        user=request.user,
        name=submission.team_name(request.user),
        email=request.user.email,
        body=form.cleaned_data["body"],
        body_html=form.fields["body"].html,
        address=client_ip(request),
    )
    try:
        submission.submit(answer, CommentSettings.load())
    except submission.Refused as refusal:
        form.add_error(None, refusal.sentence)
        return render_detail(request, pk, status=refusal.status, answer_form=form)
    except DatabaseError:
        context = {"submitted": submitted_texts(request)}
        return render(request, "503.html", context, status=503)
    log_action(request, "reply", 1)
    messages.success(request, _("Reply published."))
    return redirect("moderation_comment", pk=pk)
