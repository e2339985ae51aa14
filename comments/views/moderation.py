"""The page of one comment, with its history, and the forms on it."""

from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments import moderation, submission
from comments.forms import AnswerForm, EditForm, count_edits
from comments.models import Comment, CommentSettings, Status
from comments.views.permissions import for_moderators, forms_only, log_action
from core.request_origin import client_ip
from core.submitted_text import submitted_texts


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
