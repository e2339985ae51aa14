"""The HTML of a conversation: its comments, of which a page has a hundred, and the empty form.

What is the same for all comments of a page is asked once, and only what people typed is escaped.
"""

from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from blog import moulds
from blog.models import Post
from blog.paths import path_of
from blog.templatetags.dates import clock, day
from comments.forms import CommentForm
from comments.threads import Said

PLACES = [
    "pk",
    "depth",
    "name",
    "website",
    "iso",
    "day",
    "time",
    "parent",
    "answered",
    "body",
    "form",
]


class Drawing:
    """The comments of one page of a post, each as an item of the list; with a way to reply while
    the conversation is open."""

    def __init__(self, post: Post, is_open: bool) -> None:
        self.author_id, self.is_open = post.author_id, is_open
        self.form = path_of("comments", post.slug)
        self.zone, self.language = get_current_timezone(), get_language()
        self.anonymous = escape(_("Anonymous"))
        self.marks = {"author": _("Author"), "team": _("Team"), "": ""}
        self.moulds: dict[tuple[bool, str, bool], str] = {}

    def threads(self, said: list[Said]) -> SafeString:
        """All of them, in order."""
        return mark_safe("".join(map(self.item, said)))  # noqa: S308  (of filled moulds)

    def item(self, said: Said) -> str:
        """One comment, or the place of one that is gone."""
        if said.is_gone:
            return gone_mould() % {"pk": said.pk, "depth": said.depth}
        answered, at = said.answered, said.created_at.astimezone(self.zone)
        return self.mould(said) % {
            "pk": said.pk,
            "depth": said.depth,
            "name": escape(said.name) or self.anonymous,
            "website": escape(said.website),
            "iso": at.isoformat(timespec="seconds"),
            "day": day(at.date(), self.language),
            "time": clock(at.hour, at.minute, self.language),
            "parent": answered.pk if answered else "",
            "answered": (escape(answered.name) or self.anonymous) if answered else "",
            "body": said.body_html,  # was cleaned when it was rendered
            "form": self.form,
        }

    def mould(self, said: Said) -> str:
        """The mould for a comment of this shape."""
        mark = ""
        if said.user_id is not None:
            mark = "author" if said.user_id == self.author_id else "team"
        shape = bool(said.website), mark, said.answered is not None
        if shape not in self.moulds:
            self.moulds[shape] = comment_mould(shape[0], self.marks[mark], shape[2], self.is_open)
        return self.moulds[shape]


@moulds.kept
def comment_mould(has_website: bool, mark: str, is_answer: bool, is_open: bool) -> str:
    shape = {
        "has_website": has_website,
        "mark": mark,
        "is_answer": is_answer,
        "is_open": is_open,
    }
    return moulds.draw("comments/_comment.html", *PLACES, **shape)


@moulds.kept
def gone_mould() -> str:
    return moulds.draw("comments/_removed.html", "pk", "depth")


def empty_form(post: Post, names_required: bool, akismet: bool) -> SafeString:
    """The form under a post whose comments are open."""
    action = path_of("comments", post.slug)
    return moulds.fill(form_mould(names_required, akismet), {"action": action})


@moulds.kept
def form_mould(names_required: bool, akismet: bool) -> str:
    form = CommentForm(names_required=names_required)
    shape = {"form": form, "is_open": True, "akismet": akismet}
    return moulds.draw("comments/_form.html", "action", **shape)
