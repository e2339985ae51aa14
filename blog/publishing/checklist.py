"""What a post needs before it may be published; a draft may lack all of it."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from blog.models import Post


@dataclass(frozen=True)
class Item:
    """One requirement: its field, its name, and a sentence that says what to do to meet it."""

    field: str
    name: str
    sentence: str
    is_met: bool


def checklist(post: Post) -> list[Item]:
    """Return all requirements of a post, met or not. A review has more than other posts."""
    return [*post_requirements(post), *score_requirements(post), *review_requirements(post)]


def missing_items(post: Post) -> list[Item]:
    """Return the requirements that a post does not meet yet."""
    return [item for item in checklist(post) if not item.is_met]


def post_requirements(post: Post) -> list[Item]:
    """Return the requirements of every post."""
    alt = post.thumbnail.alt.strip() if post.thumbnail else ""
    return [
        Item("title", _("Title"), _("Enter a title."), bool(post.title.strip())),
        Item(
            "thumbnail",
            _("Thumbnail with alt text"),
            _("Add alt text for the thumbnail.")
            if post.thumbnail
            else _("Choose or upload a thumbnail."),
            bool(alt),
        ),
        Item(
            "summary",
            _("Summary"),
            _("Write a summary of one or two sentences."),
            bool(post.summary.strip()),
        ),
        Item(
            "spoiler_level",
            _("Spoiler level"),
            _("Choose a spoiler level."),
            bool(post.spoiler_level),
        ),
    ]


def score_requirements(post: Post) -> list[Item]:
    """Return the requirements of a post with a score."""
    if post.score is None:
        return []
    return [
        Item("work", _("Work"), _("Choose the work that the score is for."), bool(post.work_id)),
        Item(
            "unscored",
            _("Score and “no score” agree"),
            _("Remove the score or untick “no score”."),
            not post.unscored,
        ),
    ]


def review_requirements(post: Post) -> list[Item]:
    """Return the requirements of a post about a work."""
    if not post.work_id:
        return []
    return [
        Item("verdict", _("Verdict"), _("Write a verdict."), bool(post.verdict.strip())),
        Item(
            "score",
            _("Score"),
            _("Enter a score, or tick “no score”."),
            post.score is not None or post.unscored,
        ),
    ]


# The same rules as database filters, for the list of posts in the admin.
MISSING_FILTERS = {
    "thumbnail": Q(thumbnail=None) | Q(thumbnail__alt=""),
    "summary": Q(summary=""),
    "spoiler_level": Q(spoiler_level=""),
    "verdict": Q(work__isnull=False, verdict=""),
    "score": Q(work__isnull=False, score=None, unscored=False),
    "work": Q(work=None, score__isnull=False),
    "unscored": Q(score__isnull=False, unscored=True),
}
