"""The moderators' queue, and the actions on it. Everything works with plain forms."""

import logging
import uuid
from collections.abc import Mapping
from functools import wraps
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import User
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from blog.views.pagination import page_number
from comments import acts, moderation
from comments.forms import is_id
from comments.models import Comment, CommentQuerySet, Event, Status, open_reports
from comments.moderation import ModerationAction
from comments.search import comments_in_tab, matching
from comments.views import feedback
from core.submitted_text import login_required_for_form

PER_PAGE = 50
PLACE = ("status", "q", "page")  # a place in the queue, in its address
COUNT_LIMIT = 1000  # counting stops here, and the tab shows "999+"
ACTIONS = {
    "approve": moderation.approve,
    "reject": moderation.reject,
    "spam": moderation.mark_as_spam,
    "restore": moderation.restore,
}
TABS = [Status.PENDING, Status.CHECKING, Status.APPROVED, Status.SPAM, Status.TRASH]

log = logging.getLogger(__name__)


def page_of_form(pk: int | None = None, **_others: int) -> str:
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
    comments = comments.prefetch_related(open_reports())
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
    events = Event.objects.filter(act=action_id)
    wanted = events.exclude(kind__in=acts.GROUP_OF).count()
    action = acts.undo(action_id, request.user)
    log_action(request, "undo", len(action.moved) if action else 0)
    if action and not wanted:  # an act at a thread or a conversation
        messages.success(request, _("Undone."))
    else:
        feedback.add_messages(request, "undo", action or ModerationAction(), wanted or 1)
    return redirect_back(request)


def moderator(request: HttpRequest) -> User:
    """Return who sends a request of a view `for_moderators`."""
    return request.user


def log_action(request: HttpRequest, name: str, count: int) -> None:
    """Log an action. The events of the comments have the same request id."""
    log.info("moderation", extra={"act": name, "count": count, "user": request.user.pk})


def redirect_back(request: HttpRequest) -> HttpResponse:
    """Redirect to the page with the form that was sent."""
    if request.POST.get("list") == "reported":
        return redirect("moderation_reported")
    if is_id(request.POST.get("detail", "")):
        pk = int(request.POST["detail"])
        return redirect(with_place(reverse("moderation_comment", args=[pk]), request.POST))
    return redirect(with_place(reverse("moderation"), request.POST))


def queue_address(**parameters: str) -> str:
    """Return the address of a page of the queue; empty parameters are left out."""
    return with_place(reverse("moderation"), parameters)


def with_place(address: str, values: Mapping[str, str]) -> str:
    """Return an address with the place in the queue that a request carries along."""
    place = {name: values[name] for name in PLACE if values.get(name)}
    return address + (f"?{urlencode(place)}" if place else "")
