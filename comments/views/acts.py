"""The list of what people did with comments, with a button to undo each act."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from blog.views.pagination import page_number
from comments import acts as acts_of
from comments import bulk
from comments.moderation_forms import ActsForm
from comments.views.permissions import for_moderators, log_action, moderator

PER_PAGE = 50


@for_moderators
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """Show who did what and when, newest first; a bulk act is one line."""
    form = ActsForm(request.GET)
    form.is_valid()
    number = page_number(request, "page")
    first = (number - 1) * PER_PAGE
    # One more than fits tells whether there is a next page, without counting.
    times = acts_of.acts_of_people(form.filters(), first, PER_PAGE + 1)
    shown = dict(list(times.items())[:PER_PAGE])
    context = {
        "form": form,
        "acts": acts_of.describe(shown),
        "number": number,
        "previous": number - 1,
        "next": number + 1 if len(times) > PER_PAGE else 0,
    }
    return render(request, "comments/acts.html", context)


@for_moderators
def undo(request: HttpRequest) -> HttpResponse:
    """Undo one act of the list, and return to the list with its filters."""
    if request.method in ("GET", "HEAD"):
        return redirect("moderation_acts")
    return undo_act(request)


@require_POST
def undo_act(request: HttpRequest) -> HttpResponse:
    """Undo the act that a form names."""
    try:
        action_id = uuid.UUID(request.POST.get("act", ""))
    except ValueError:
        return render(request, "400.html", status=400)
    if job := bulk.start_undo(action_id, moderator(request)):
        log_action(request, "undo in bulk", job.total)
        return redirect(job)
    action = acts_of.undo(action_id, moderator(request))
    if action:
        number = len(action.moved) or 1
        log_action(request, "undo", number)
        said = ngettext("Undone for %(n)d comment.", "Undone for %(n)d comments.", number)
        messages.success(request, said % {"n": number} if action.moved else _("Undone."))
    else:
        messages.warning(request, _("Nothing is left to undo: something else has happened since."))
    return redirect(f"{reverse('moderation_acts')}?{request.GET.urlencode()}")
