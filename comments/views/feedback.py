"""What moderators are told of what they did: whose comment it was, and what became of it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from comments.models import Comment
from comments.moderation import Act

# What is said of one comment, and of several, by what was done.
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


def tell(request: HttpRequest, name: str, done: Act, wanted: int) -> None:
    """Says what the act of that name did, with the way to undo it, and how many of the `wanted`
    comments others had decided about before."""
    if done.moved:
        messages.success(request, sentence(name, done.moved), extra_tags=str(done.id))
    if left := wanted - len(done.moved):
        said = ngettext(
            "%(n)d comment stayed: somebody else has decided about it meanwhile.",
            "%(n)d comments stayed: somebody else has decided about them meanwhile.",
            left,
        )
        messages.warning(request, said % {"n": left})


def sentence(name: str, moved: list[int]) -> str:
    """What became of the comments with these ids; one of them is named by its commenter."""
    one, several = SENTENCES[name]
    if len(moved) > 1:
        return several % {"n": len(moved)}
    names = Comment.objects.filter(pk__in=moved).values_list("name", flat=True)
    return one % {"name": names.first() or _("Anonymous")}
