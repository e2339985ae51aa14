"""The moderators' queue, and the actions on it. Everything works with plain forms.

A script sends the same forms with the field `in_place`, and gets only what the page has to change.
"""

import uuid
from math import ceil

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.models import Post
from blog.views.pagination import page_number
from comments import acts, bulk, moderation
from comments.forms import is_id
from comments.models import BulkAct, Comment, CommentQuerySet, Event, Rule, Status, open_reports
from comments.queue import PER_PAGE, QueueFilter, following, page_in, place_in, tabs
from comments.views import feedback
from comments.views.permissions import for_moderators, forms_only, log_action, moderator


@for_moderators
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the comments of one status; pending ones first, and of those the oldest first."""
    chosen, number = QueueFilter.read(request.GET), page_number(request, "page")
    ids = chosen.page_ids(number)
    if number > 1 and not ids:  # the last comments of this page have just been moved
        return redirect(chosen.address(max(1, ceil(chosen.comments().count() / PER_PAGE))))
    context = {
        "chosen": chosen,
        "comments": for_queue(ids[:PER_PAGE], chosen),
        "matches": chosen.comments().count(),
        "newest": max(ids, default=0),
        "number": number,
        "previous": number - 1,
        "next": number + 1 if len(ids) > PER_PAGE else 0,
        "post": Post.objects.filter(pk=chosen.post).first() if chosen.post else None,
        "rule": Rule.objects.filter(pk=chosen.rule).first() if chosen.rule else None,
        "search": chosen.q,
        "status": chosen.status,
        "tabs": tabs(chosen),
        "are_selected": request.GET.get("select") == "page",
    }
    return render(request, "comments/queue.html", context)


def for_queue(ids: list[int], chosen: QueueFilter) -> CommentQuerySet:
    """Return comments with what the queue shows of them, in its order."""
    comments = Comment.objects.filter(pk__in=ids).select_related("post", "parent", "user")
    comments = comments.prefetch_related(open_reports())
    return comments.in_queue_order(chosen.status, chosen.order)


@for_moderators
@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """Return the tabs alone; a script asks now and then if new comments have come."""
    chosen = QueueFilter.read(request.GET)
    return render(request, "comments/_tabs.html", {"tabs": tabs(chosen)})


@for_moderators
@forms_only
def act(request: HttpRequest) -> HttpResponse:
    """Approve, reject, mark as spam or restore one comment by its button, or several.

    Several are those selected, or, with the field `all`, all that the filter selects.
    """
    name, _colon, pk = request.POST.get("act", "").partition(":")
    ids = [pk] if pk else request.POST.getlist("comment")
    if name not in moderation.ACTIONS or not all(map(is_id, ids)):
        return render(request, "400.html", status=400)
    chosen = QueueFilter.read(request.POST)
    if not pk and request.POST.get("all"):
        return act_on_all(request, name, chosen)
    if not ids:
        messages.warning(request, _("Select some comments first."))
        return answer(request, [])
    before = chosen.page_ids(page_in(request.POST)) if pk and "in_place" not in request.POST else []
    action = moderation.ACTIONS[name](map(int, ids), moderator(request), request.POST.get("seen"))
    log_action(request, name, len(action.moved))
    feedback.add_messages(request, name, action, len(set(ids)))
    return answer(request, action.moved, following(before, int(pk)) if pk else None)


def act_on_all(request: HttpRequest, name: str, chosen: QueueFilter) -> HttpResponse:
    """Act on everything that a filter selects, but on nothing newer than the page has shown."""
    newest = request.POST.get("newest", "")
    if not is_id(newest):
        return render(request, "400.html", status=400)
    comments = chosen.comments().filter(pk__lte=int(newest))
    total = comments.count()
    if total > moderation.BATCH_SIZE:
        job = bulk.start(name, chosen, int(newest), total, moderator(request))
        log_action(request, f"{name} in bulk", total)
        return redirect(job)
    ids = list(comments.values_list("pk", flat=True))
    action = moderation.ACTIONS[name](ids, moderator(request), chosen.status)
    log_action(request, name, len(action.moved))
    feedback.add_messages(request, name, action, len(ids))
    return answer(request, action.moved)


@for_moderators
@forms_only
def undo(request: HttpRequest) -> HttpResponse:
    """Undo one action; the worker undoes a large one."""
    try:
        action_id = uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        return render(request, "400.html", status=400)
    if job := bulk.start_undo(action_id, moderator(request)):
        log_action(request, "undo in bulk", job.total)
        return redirect(job)
    wanted = Event.objects.filter(act=action_id).exclude(kind__in=acts.GROUP_OF).count()
    undone = acts.undo(action_id, moderator(request))
    action = undone or moderation.ModerationAction()
    log_action(request, "undo", len(action.moved))
    if undone and not wanted:  # an act at a thread or a conversation
        messages.success(request, _("Undone."))
    else:
        feedback.add_messages(request, "undo", action, wanted or 1)
    return answer(request, action.moved)


@for_moderators
@forms_only
def empty(request: HttpRequest) -> HttpResponse:
    """Delete all spam, or all of the trash, for good, after a page has asked."""
    status, newest = request.POST.get("status"), request.POST.get("newest", "")
    if status not in (Status.SPAM, Status.TRASH) or not is_id(newest):
        return render(request, "400.html", status=400)
    chosen = QueueFilter(status=status)
    total = chosen.comments().filter(pk__lte=int(newest)).count()
    if "confirmed" not in request.POST:
        context = {"status": status, "newest": newest, "total": total, "chosen": chosen}
        return render(request, "comments/empty.html", context)
    log_action(request, f"delete all {status}", total)
    return redirect(bulk.start(BulkAct.Name.DELETE, chosen, int(newest), total, moderator(request)))


@for_moderators
@require_safe
def bulk_act(request: HttpRequest, action_id: uuid.UUID) -> HttpResponse:
    """Show how far an action on many comments is; the page looks again by itself."""
    job = get_object_or_404(BulkAct, pk=action_id)
    return render(request, "comments/bulk_act.html", {"job": job})


def answer(request: HttpRequest, moved: list[int], next_pk: int | None = None) -> HttpResponse:
    """Redirect to the page with the form that was sent, with the next comment in view.

    The script of the queue gets the messages and tabs instead, and the ids that were moved.
    """
    chosen, number = QueueFilter.read(request.POST), page_in(request.POST)
    if "in_place" in request.POST:
        context = {
            "moved": moved,
            "chosen": chosen,
            "number": number,
            "tabs": tabs(chosen),
        }
        return render(request, "comments/_act_result.html", context)
    if request.POST.get("list") == "reported":
        return redirect("moderation_reported")
    if is_id(request.POST.get("detail", "")):
        page = reverse("moderation_comment", args=[int(request.POST["detail"])])
        return redirect(page + place_in(request.POST))
    return redirect(chosen.address(number) + (f"#comment-{next_pk}" if next_pk else ""))
