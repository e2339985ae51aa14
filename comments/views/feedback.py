"""The messages that tell moderators what their action did."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from comments.models import Comment
from comments.moderation import ModerationAction

# The sentences for one comment and for several, by the name of the action.
SENTENCES = {
    "approve": (
        gettext_lazy("%(name)s's comment was approved."),
        ngettext_lazy("%(n)d comment was approved.", "%(n)d comments were approved.", "n"),
    ),
    "reject": (
        gettext_lazy("%(name)s's comment was rejected: it is in the trash."),
        ngettext_lazy(
            "%(n)d comment was rejected: it is in the trash.",
            "%(n)d comments were rejected: they are in the trash.",
            "n",
        ),
    ),
    "spam": (
        gettext_lazy("%(name)s's comment was marked as spam."),
        ngettext_lazy(
            "%(n)d comment was marked as spam.", "%(n)d comments were marked as spam.", "n"
        ),
    ),
    "restore": (
        gettext_lazy("%(name)s's comment was restored: it is back where it was before."),
        ngettext_lazy(
            "%(n)d comment was restored: it is back where it was before.",
            "%(n)d comments were restored: they are back where they were before.",
            "n",
        ),
    ),
    "undo": (
        gettext_lazy("Undone: %(name)s's comment is back where it was before."),
        ngettext_lazy(
            "Undone: %(n)d comment is back where it was before.",
            "Undone: %(n)d comments are back where they were before.",
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
            "%(n)d comment stayed: somebody else has decided about it meanwhile.",
            "%(n)d comments stayed: somebody else has decided about them meanwhile.",
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
