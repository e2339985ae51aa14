"""The moderators' queue: what waits, and the acts on it. Everything works by plain forms."""

import logging
import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from blog.views.pagination import page_number
from comments import moderation, search, submission
from comments.forms import AnswerForm, EditForm, is_id
from comments.models import Comment, CommentSettings, Event, Status
from comments.views import feedback
from core.request_origin import client_ip

PER_PAGE = 50
COUNTED = 1000  # counting stops here: "999+"
ACTS = {
    "approve": moderation.approve,
    "reject": moderation.reject,
    "spam": moderation.mark_as_spam,
    "restore": moderation.restore,
}
log = logging.getLogger(__name__)
TABS = [Status.PENDING, Status.CHECKING, Status.APPROVED, Status.SPAM, Status.TRASH]


def for_moderators(view: Any) -> Any:
    """Asks for a login, then for the right to moderate; nothing here is ever kept."""
    return never_cache(
        login_required(permission_required("comments.moderate", raise_exception=True)(view))
    )


@for_moderators
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """One status at a time, with what a decision needs; pending first, oldest first."""
    status = request.GET.get("status", Status.PENDING)
    if status not in Status.values:
        status = Status.PENDING
    search = request.GET.get("q", "").replace("\0", "").strip()[:200]
    number = page_number(request, "page")
    found = search.find(status, search, (number - 1) * PER_PAGE, PER_PAGE + 1)
    context = {
        "cases": shown(found[:PER_PAGE], status),
        "status": status,
        "tabs": tabs(status),
        "search": search,
        "number": number,
        "previous": number - 1,
        "next": number + 1 if len(found) > PER_PAGE else 0,
    }
    return render(request, "comments/queue.html", context)


def shown(ids: list[int], status: str) -> QuerySet[Comment]:
    """Comments as the queue shows them, in the order of the tab of that status."""
    comments = Comment.objects.filter(pk__in=ids).select_related("post", "parent", "user")
    return search.in_order(comments, status)


def tabs(current: str) -> list[dict[str, Any]]:
    """Each status with how many stand there, counted to 999 in one query."""
    one = (
        "(SELECT COUNT(*) FROM (SELECT 1 FROM comments_comment WHERE status = %s LIMIT %s) AS t{})"
    )
    query = "SELECT " + ", ".join(one.format(number) for number, _status in enumerate(TABS))
    values = [value for status in TABS for value in (status.value, COUNTED)]
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        numbers = cursor.fetchone()
    return [
        {
            "status": status.value,
            "label": status.label,
            "count": f"{COUNTED - 1}+" if number >= COUNTED else str(number),
            "is_current": status == current,
        }
        for status, number in zip(TABS, numbers, strict=True)
    ]


@for_moderators
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Approve, reject, mark as spam or restore: one comment by its button, or a selection."""
    name, _sep, one = request.POST.get("act", "").partition(":")
    ids = [one] if one else request.POST.getlist("comment")
    if name not in ACTS or not all(map(is_id, ids)):
        return render(request, "400.html", status=400)
    if not ids:
        messages.warning(request, _("Nothing was selected: tick the comments first."))
        return back(request)
    done = ACTS[name](map(int, ids), request.user, request.POST.get("seen"))
    note(request, name, len(done.moved))
    feedback.tell(request, name, done, len(set(ids)))
    return back(request)


@for_moderators
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Takes one act back."""
    try:
        taken_back = uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        return render(request, "400.html", status=400)
    done = moderation.undo(taken_back, request.user)
    wanted = Event.objects.filter(act=taken_back).count() or 1
    note(request, "undo", len(done.moved))
    feedback.tell(request, "undo", done, wanted)
    return back(request)


def note(request: HttpRequest, name: str, count: int) -> None:
    """The line of an act; which comments it moved their events tell, under the same id."""
    log.info("moderation", extra={"act": name, "count": count, "user": request.user.pk})


def back(request: HttpRequest) -> HttpResponse:
    """To the list that the form stood in."""
    if is_id(request.POST.get("case", "")):
        return redirect("moderation_case", pk=int(request.POST["case"]))
    kept = {name: request.POST.get(name, "") for name in ("status", "q", "page")}
    query = urlencode({name: value for name, value in kept.items() if value})
    return redirect(reverse("moderation") + (f"?{query}" if query else ""))


@for_moderators
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One comment with everything known of it."""
    return render_case(request, pk)


def render_case(request: HttpRequest, pk: int, status: int = 200, **forms: Any) -> HttpResponse:
    comment = get_object_or_404(Comment.objects.select_related("post", "parent", "user"), pk=pk)
    context = {
        "case": comment,
        "events": comment.events.select_related("by"),
        "edit_form": forms.get("edit_form") or EditForm(instance=comment),
        "answer_form": forms.get("answer_form") or AnswerForm(),
    }
    return render(request, "comments/comment_detail.html", context, status=status)


@for_moderators
@require_POST
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Corrects a comment; the text before stays in its events."""
    form = EditForm(request.POST, instance=get_object_or_404(Comment, pk=pk))
    if not form.is_valid():
        return render_case(request, pk, status=400, edit_form=form)
    moderation.edit(pk, request.user, **form.cleaned_data)
    note(request, "edit", 1)
    messages.success(request, _("The comment was changed."))
    return redirect("moderation_case", pk=pk)


@for_moderators
@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers an approved comment in the moderator's own name."""
    parent = get_object_or_404(Comment.objects.select_related("post"), pk=pk)
    form = AnswerForm(request.POST)
    if parent.status != Status.APPROVED:
        form.add_error(None, _("Readers don't see this comment: approve it first, then reply."))
    if not form.is_valid():
        return render_case(request, pk, status=400, answer_form=form)
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
        return render_case(request, pk, status=refusal.status, answer_form=form)
    except DatabaseError:
        typed = {"typed": form.cleaned_data["body"]}
        return render(request, "503.html", typed, status=503)
    note(request, "reply", 1)
    messages.success(request, _("Your reply is published."))
    return redirect("moderation_case", pk=pk)
