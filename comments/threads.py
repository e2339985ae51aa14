"""The conversation under a post as readers see it: threads in order, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import ceil

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from blog.models import Post
from comments.models import ROOT, Comment, CommentSettings, Status

FIELDS = (
    *("pk", "parent_id", "user_id", "name", "website", "body_html", "status", "created_at"),
    *("is_locked", "is_pinned"),
)
# The pinned comment among a post's approved ones, or None.
PINNED = Max("pk", filter=Q(is_pinned=True))


@dataclass
class ThreadedComment:
    """A comment in its thread, with the strings that its template shows."""

    pk: int
    parent_id: int | None
    user_id: int | None
    name: str
    website: str
    body_html: str
    status: str
    created_at: datetime
    is_locked: bool  # the whole thread, of which replies learn below
    is_pinned: bool
    depth: int = 1  # 1 is top-level
    parent: "ThreadedComment | None" = None
    badge: str = ""  # "Author" or "Team"
    iso: str = ""
    date: str = ""
    time: str = ""

    @property
    def is_removed(self) -> bool:
        """Return True if readers see only its place, which the replies below it need."""
        return self.status != Status.APPROVED

    @property
    def visible_parent(self) -> "ThreadedComment | None":
        """Return the comment it replies to if readers see that one."""
        return self.parent if self.parent and not self.parent.is_removed else None


@dataclass
class Conversation:
    """One page of a post's threads."""

    total: int  # approved comments, on all pages
    number: int
    pages: int
    comments: list[ThreadedComment]
    newest_first: bool = False

    @property
    def previous_page(self) -> int:
        """Return the number of the page before this one; 0 if there is none."""
        return self.number - 1

    @property
    def next_page(self) -> int:
        """Return the number of the page after this one; 0 if there is none."""
        return self.number + 1 if self.number < self.pages else 0


def conversation(post: Post, number: int, rules: CommentSettings) -> Conversation:
    """Return page `number` of a post's threads, or the last one if there are not so many."""
    approved = approved_with_root(post.pk)
    totals = approved.aggregate(
        comments=Count("pk"), threads=Count("root", distinct=True), pinned=PINNED
    )
    pages = max(1, ceil(totals["threads"] / rules.threads_per_page))
    number = min(number, pages)
    roots = approved.values("root").distinct().order_by("-root" if rules.newest_first else "root")
    rows = comments_in_threads(*threads_on_page(roots, number, totals["pinned"], rules))
    comments = flatten(
        [ThreadedComment(*row) for row in rows], rules.depth, newest_first=rules.newest_first
    )
    add_texts(comments, post)
    return Conversation(totals["comments"], number, pages, comments, rules.newest_first)


def threads_on_page(
    roots: QuerySet[Comment], number: int, pinned: int | None, rules: CommentSettings
) -> tuple[QuerySet[Comment], int]:
    """Return the threads of a page in their order, and the pinned one that comes before; or 0."""
    first, last = (number - 1) * rules.threads_per_page, number * rules.threads_per_page
    if pinned is None:
        return roots[first:last], 0
    others = roots.exclude(root=pinned)
    return others[max(0, first - 1) : last - 1], pinned if number == 1 else 0


def approved_with_root(post_id: int) -> QuerySet[Comment]:
    """Return a post's approved comments, each with the `root` of its thread."""
    return Comment.objects.filter(post=post_id, status=Status.APPROVED).annotate(root=ROOT)


def comments_in_threads(roots: QuerySet[Comment], pinned: int) -> QuerySet[Comment]:
    """Return FIELDS of the approved comments in these threads, and of removed ones with replies."""
    replies = Comment.objects.filter(parent=OuterRef("pk"))
    wanted = Q(pk__in=roots) | Q(thread__in=roots)
    if pinned:
        wanted |= Q(pk=pinned) | Q(thread=pinned)
    return (
        Comment.objects.filter(wanted)
        .filter(Q(status=Status.APPROVED) | Exists(replies))
        .order_by("pk")
        .values_list(*FIELDS)
    )


def flatten(
    comments: Iterable[ThreadedComment], max_depth: int, *, newest_first: bool = False
) -> list[ThreadedComment]:
    """Return the comments in the order of a page: each below its parent, oldest first.

    With `newest_first`, that is the order of the threads; replies still follow each other. The
    pinned thread comes before all others. Comments deeper than `max_depth` stand at that depth. A
    removed comment is left out if no approved reply stands below it.
    """
    replies: dict[int | None, list[ThreadedComment]] = {}
    for comment in comments:
        replies.setdefault(comment.parent_id, []).append(comment)
    ordered: list[ThreadedComment] = []
    # A stack instead of recursion: threads may be as deep as people like.
    roots = replies.get(None, [])[:: -1 if newest_first else 1]
    roots.sort(key=lambda root: root.is_removed or not root.is_pinned)
    stack = roots[::-1]
    while stack:
        comment = stack.pop()
        ordered.append(comment)
        children = replies.get(comment.pk, [])
        for child in children:
            child.parent, child.depth = comment, min(comment.depth + 1, max_depth)
            child.is_locked = comment.is_locked
        stack += reversed(children)
    return prune_removed(ordered)


def prune_removed(ordered: list[ThreadedComment]) -> list[ThreadedComment]:
    """Leave out each removed comment below which nothing is shown."""
    needed: set[int] = set()
    for comment in reversed(ordered):
        if not comment.is_removed or comment.pk in needed:
            needed.add(comment.pk)
            if comment.parent:
                needed.add(comment.parent.pk)
    return [comment for comment in ordered if comment.pk in needed]


def add_texts(comments: Iterable[ThreadedComment], post: Post) -> None:
    """Fill the strings that the template shows, so that it needs no filters for each comment."""
    format_date = cache(lambda day: date_format(day, "DATE_FORMAT"))
    format_time = cache(lambda hour_and_minute: time_format(hour_and_minute, "TIME_FORMAT"))
    author, team, anonymous = _("Author"), _("Team"), _("Anonymous")
    for comment in comments:
        created = localtime(comment.created_at)
        comment.iso = created.isoformat(timespec="seconds")
        comment.date = format_date(created.date())
        comment.time = format_time(created.time().replace(second=0, microsecond=0))
        comment.name = comment.name or anonymous
        if comment.user_id is not None:
            comment.badge = author if comment.user_id == post.author_id else team


def page_of(comment: Comment, rules: CommentSettings) -> int:
    """Return the page of its post's threads that shows an approved comment."""
    root = comment.thread_id or comment.pk
    order = {"root__gt": root} if rules.newest_first else {"root__lt": root}
    before = Count("root", distinct=True, filter=Q(**order))
    found = approved_with_root(comment.post_id).aggregate(before=before, pinned=PINNED)
    pinned, number = found["pinned"] or 0, int(found["before"])
    if pinned:
        is_counted = pinned < root if rules.newest_first else pinned > root
        number = 0 if root == pinned else number + is_counted
    return number // rules.threads_per_page + 1


def comment_counts(posts: Iterable[Post]) -> dict[int, int]:
    """Return the number of approved comments of each post that has any, by the post's id."""
    approved = Comment.objects.filter(post__in=[post.pk for post in posts], status=Status.APPROVED)
    counts = approved.order_by().values("post").annotate(number=Count("pk"))
    return dict(counts.values_list("post", "number"))
