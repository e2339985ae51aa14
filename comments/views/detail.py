"""The page of one comment for moderators, and the forms on it."""

from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comments import answering, moderation, submission, surroundings
from comments.forms import AnswerForm, EditForm, count_edits
from comments.models import (
    Comment,
    CommentSettings,
    Kind,
    PersonNote,
    open_reports,
)
from comments.models.note import person_key
from comments.moderation_forms import MoveForm, NoteForm
from comments.queue import QueueFilter, page_in, place_in
from comments.views import feedback
from comments.views.permissions import for_moderators, forms_only, log_action, moderator
from core.request_origin import client_ip
from core.submitted_text import submitted_texts


@for_moderators
@require_safe
def comment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one comment with everything that is known about it."""
    return render_detail(request, pk)


def render_detail(request: HttpRequest, pk: int, status: int = 200, **forms: Any) -> HttpResponse:
    """Return the page of one comment; a refused form is shown with its errors."""
    comments = Comment.objects.select_related("post", "parent", "thread", "user")
    comment = get_object_or_404(comments.prefetch_related(open_reports()), pk=pk)
    events = list(comment.events.select_related("by", "post"))
    context = {
        "comment": comment,
        "events": events,
        "original": next((event.text for event in events if event.kind == Kind.EDIT), ""),
        "edit_form": forms.get("edit_form")
        or EditForm(instance=comment, initial={"edits": count_edits(comment)}),
        "answer_form": forms.get("answer_form") or AnswerForm(),
        "note_form": forms.get("note_form") or NoteForm(),
        "move_form": forms.get("move_form") or MoveForm(),
        "thread": comment.thread or comment,
        "notes": PersonNote.objects.about(comment.email) if comment.email else [],
        "by_email": surroundings.history_by_email(comment),
        "by_address": surroundings.history_by_address(comment),
        "around": surroundings.surroundings(comment),
        **place_in_queue(request, comment),
    }
    return render(request, "comments/comment_detail.html", context, status=status)


def place_in_queue(request: HttpRequest, comment: Comment) -> dict[str, Any]:
    """Return where in the queue the moderator came from, and the comments before and after."""
    values = request.POST if request.method == "POST" else request.GET
    chosen, number = QueueFilter.read(values), page_in(values)
    previous, following = surroundings.neighbours(comment, chosen)
    return {
        "chosen": chosen,
        "number": number,
        "place": chosen.query(number),
        "back": f"{chosen.address(number)}#comment-{comment.pk}",
        "previous": previous,
        "next": following,
    }


def address_of(pk: int, values: QueryDict) -> str:
    """Return the address of a comment's page with the place in the queue of a form."""
    return reverse("moderation_comment", args=[pk]) + place_in(values)


@for_moderators
@forms_only
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a comment; its events keep the text before."""
    form = EditForm(request.POST, instance=get_object_or_404(Comment, pk=pk))
    if not form.is_valid():
        return render_detail(request, pk, status=400, edit_form=form)
    fields = {name: form.cleaned_data[name] for name in form.Meta.fields}
    moderation.edit(pk, moderator(request), **fields)
    log_action(request, "edit", 1)
    messages.success(request, _("Comment saved."))
    return redirect(address_of(pk, request.POST))


@for_moderators
@forms_only
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """Reply under the moderator's own name; the form may approve the comment in the same act."""
    parent = get_object_or_404(Comment.objects.select_related("post"), pk=pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return render_detail(request, pk, status=400, answer_form=form)
    answer = new_answer(request, parent, form)
    try:
        action = answering.publish_reply(
            answer, parent, CommentSettings.load(), request.POST.get("approve_from", "")
        )
    except submission.Refused as refusal:
        form.add_error(None, refusal.sentence)
        return render_detail(request, pk, status=refusal.status, answer_form=form)
    except DatabaseError:
        context = {"submitted": submitted_texts(request)}
        return render(request, "503.html", context, status=503)
    log_action(request, "reply", 1)
    feedback.add_reply_message(request, answer, action)
    return redirect(address_of(pk, request.POST))


def new_answer(request: HttpRequest, parent: Comment, form: AnswerForm) -> Comment:
    """Return the unsaved reply of a valid form."""
    user = moderator(request)
    return Comment(
        post=parent.post,
        parent=parent,
        user=user,
        name=submission.team_name(user),
        email=user.email,
        body=form.cleaned_data["body"],
        body_html=form.fields["body"].html,  # type: ignore[attr-defined]
        address=client_ip(request),
    )


@for_moderators
@forms_only
def add_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a note about the sender of a comment, known by the e-mail address."""
    comment = get_object_or_404(Comment.objects.exclude(email=""), pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render_detail(request, pk, status=400, note_form=form)
    PersonNote.objects.create(
        person=person_key(comment.email), text=form.cleaned_data["note"], by=moderator(request)
    )
    log_action(request, "note", 1)
    messages.success(request, _("Note saved."))
    return redirect(address_of(pk, request.POST))


@for_moderators
@forms_only
def delete_note(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Delete a note about the sender of a comment."""
    comment = get_object_or_404(Comment, pk=pk)
    deleted, _rows = PersonNote.objects.about(comment.email).filter(pk=note).delete()
    if deleted:
        log_action(request, "delete note", 1)
        messages.success(request, _("Note deleted."))
    return redirect(address_of(pk, request.POST))
