"""The messages that tell moderators what their action did."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from comments.models import Comment
from comments.moderation import ModerationAction

# The sentences for one comment and for several, by the name of the action.
SENTENCES = {
    "approve": (
        gettext_lazy("Approved %(name)s's comment."),
        ngettext_lazy("Approved %(n)d comment.", "Approved %(n)d comments.", "n"),
    ),
    "reject": (
        gettext_lazy("Moved %(name)s's comment to Trash."),
        ngettext_lazy(
            "Moved %(n)d comment to Trash.",
            "Moved %(n)d comments to Trash.",
            "n",
        ),
    ),
    "spam": (
        gettext_lazy("Marked %(name)s's comment as spam."),
        ngettext_lazy("Marked %(n)d comment as spam.", "Marked %(n)d comments as spam.", "n"),
    ),
    "restore": (
        gettext_lazy("Restored %(name)s's comment."),
        ngettext_lazy(
            "Restored %(n)d comment.",
            "Restored %(n)d comments.",
            "n",
        ),
    ),
    "undo": (
        gettext_lazy("Undone. %(name)s's comment moved back."),
        ngettext_lazy(
            "Undone. %(n)d comment moved back.",
            "Undone. %(n)d comments moved back.",
            "n",
        ),
    ),
}


def add_messages(request: HttpRequest, name: str, action: ModerationAction, wanted: int) -> None:
    """Tell what an action did, with a button to undo it.

    Tell also how many of the `wanted` comments somebody else had decided about before.
    """
    if action.moved:
        messages.success(request, sentence(name, action.moved), extra_tags=str(action.id))
    if unmoved := wanted - len(action.moved):
        warning = ngettext(
            "%(n)d comment skipped: someone else already handled it.",
            "%(n)d comments skipped: someone else already handled them.",
            unmoved,
        )
        messages.warning(request, warning % {"n": unmoved})


def sentence(name: str, moved: list[int]) -> str:
    """Return the sentence for the comments with these ids; a single one is named by its author."""
    one, several = SENTENCES[name]
    if len(moved) > 1:
        return several % {"n": len(moved)}
    names = Comment.objects.filter(pk__in=moved).values_list("name", flat=True)
    return one % {"name": names.first() or _("Anonymous")}


def add_reply_message(
    request: HttpRequest, reply: Comment, action: ModerationAction | None
) -> None:
    """Tell that a reply is published, with a link to it; undo takes an approval back with it."""
    said = _("Approved, and your reply is published.") if action else _("Reply published.")
    if reply.pk is None:  # a second click: the first one has saved it
        messages.success(request, said)
        return
    link = format_html('{} <a href="{}">{}</a>', said, reply.get_absolute_url(), _("View it"))
    messages.success(request, link, extra_tags=str(action.id) if action else "")
