"""What moderators do with a thread or a whole conversation, from the page of one comment."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comments import thread_moderation
from comments.models import Comment
from comments.moderation import ModerationAction
from comments.moderation_forms import MoveForm
from comments.views.detail import address_of, render_detail
from comments.views.permissions import for_moderators, forms_only, log_action, moderator

Function = Callable[[int, User], ModerationAction | None]

# The acts by the names of their buttons: the function, and what is said of it.
THREAD_ACTS: dict[str, tuple[Function, Any]] = {
    "lock": (
        thread_moderation.lock,
        gettext_lazy("Thread locked. Nobody can reply in it any more."),
    ),
    "unlock": (thread_moderation.unlock, gettext_lazy("Thread unlocked.")),
    "pin": (
        thread_moderation.pin,
        gettext_lazy("Pinned. This comment comes first below its post."),
    ),
    "unpin": (thread_moderation.unpin, gettext_lazy("Unpinned.")),
}
POST_ACTS: dict[str, tuple[Function, Any]] = {
    "close": (thread_moderation.close, gettext_lazy("Conversation closed for new comments.")),
    "reopen": (thread_moderation.reopen, gettext_lazy("Conversation open again.")),
}


@for_moderators
@forms_only
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Lock or unlock a thread, pin or unpin it, close or open the conversation of its post."""
    comment, name = get_object_or_404(Comment, pk=pk), request.POST.get("act", "")
    if name in THREAD_ACTS:
        function, said = THREAD_ACTS[name]
        action = function(comment.thread_id or comment.pk, moderator(request))
    elif name in POST_ACTS:
        function, said = POST_ACTS[name]
        action = function(comment.post_id, moderator(request))
    else:
        return render(request, "400.html", status=400)
    if action:
        log_action(request, name, 1)
        messages.success(request, said, extra_tags=str(action.id))
    return redirect(address_of(pk, request.POST))


@for_moderators
@forms_only
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a whole thread to another post."""
    comment, form = get_object_or_404(Comment, pk=pk), MoveForm(request.POST)
    if comment.parent_id:
        form.add_error(None, _("Only a whole thread can be moved. Open its first comment."))
    if not form.is_valid():
        return render_detail(request, pk, status=400, move_form=form)
    post = form.cleaned_data["post"]
    action = thread_moderation.move(pk, post, moderator(request))
    if action:
        log_action(request, "move", len(action.moved))
        said = format_html(
            '{} <a href="{}">{}</a>', _("Thread moved to:"), post.get_absolute_url(), post.title
        )
        messages.success(request, said, extra_tags=str(action.id))
    else:
        messages.warning(request, _("The thread is below this post already."))
    return redirect(address_of(pk, request.POST))
