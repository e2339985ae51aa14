"""The conversation under a post, as readers see it: threads, oldest first, a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from django.db.models import Count, Exists, OuterRef, Q

from blog.models import Post
from blog.questions import Question
from comments.models import ROOT, Comment, CommentSettings, Status


@dataclass
class Said:
    """A comment in its place: how deep it stands, and what it replies to."""

    pk: int
    parent_id: int | None
    user_id: int | None
    name: str
    website: str
    body_html: str
    status: str
    created_at: datetime
    depth: int = 1  # 1 is top-level
    parent: "Said | None" = None

    @property
    def is_gone(self) -> bool:
        """Taken away, or not let through; only its place is shown, for the replies below it."""
        return self.status != Status.APPROVED

    @property
    def answered(self) -> "Said | None":
        """The comment it replies to, where readers see that one."""
        return self.parent if self.parent and not self.parent.is_gone else None


@dataclass
class Conversation:
    """One page of a post's threads."""

    total: int  # approved comments, on all pages
    number: int
    pages: int
    said: list[Said]

    @property
    def previous_page(self) -> int:
        """Return the number of the page before this one; 0 if there is none."""
        return self.number - 1

    @property
    def next_page(self) -> int:
        """Return the number of the page after this one; 0 if there is none."""
        return self.number + 1 if self.number < self.pages else 0


def conversation(post: Post, number: int, rules: CommentSettings) -> Conversation | None:
    """Page `number` of a published post's threads; None if there is no such page."""
    total, threads = next(iter(numbers(post.pk)), (0, 0))
    pages = max(1, ceil(threads / rules.threads_per_page))
    if number > pages:
        return None
    first = (number - 1) * rules.threads_per_page
    roots = roots_of(post.pk, first=first, size=rules.threads_per_page)
    said = comments_of(roots) if roots else []
    return Conversation(total, number, pages, arranged(said, rules.depth))


@Question
def numbers(post: int):  # type: ignore[no-untyped-def]
    """How many comments of a post are approved, and how many threads they make."""
    approved = Comment.objects.filter(post=post, status=Status.APPROVED).annotate(root=ROOT)
    counted = approved.values("post").order_by()
    return counted.annotate(n=Count("pk"), t=Count("root", distinct=True)).values_list("n", "t")


@Question
def roots_of(post: int, *, first: int, size: int):  # type: ignore[no-untyped-def]
    """The ids of the comments that begin a post's threads, from the first on so many."""
    approved = Comment.objects.filter(post=post, status=Status.APPROVED).annotate(root=ROOT)
    roots = approved.values_list("root", flat=True).distinct().order_by("root")
    return roots[first : first + size]


def comments_of(roots: list[int]) -> list[Said]:
    """What is approved in these threads, and what holds the place above a reply."""
    return [Said(*row) for row in rows_of(roots, roots)]


@Question
def rows_of(roots: list[int], threads: list[int]):  # type: ignore[no-untyped-def]
    """What `Said` holds of the comments that begin these threads, and of those in them."""
    reply = Comment.objects.filter(parent=OuterRef("pk"))
    found = Comment.objects.filter(Q(pk__in=roots) | Q(thread__in=threads)).filter(
        Q(status=Status.APPROVED) | Exists(reply)
    )
    fields = ["pk", "parent_id", "user_id", "name", "website", "body_html", "status", "created_at"]
    return found.order_by("pk").values_list(*fields)


def arranged(comments: Iterable[Said], depth: int) -> list[Said]:
    """Each comment below its parent, oldest first; below `depth` no deeper.

    A place whose replies are all unapproved is left out with them.
    """
    replies: dict[int | None, list[Said]] = {}
    for comment in comments:
        replies.setdefault(comment.parent_id, []).append(comment)
    said: list[Said] = []
    # A stack, not recursion: threads may be as deep as people like.
    waiting = list(reversed(replies.get(None, [])))
    while waiting:
        here = waiting.pop()
        said.append(here)
        below = replies.get(here.pk, [])
        for reply in below:
            reply.parent, reply.depth = here, min(here.depth + 1, depth)
        waiting += reversed(below)
    return without_empty_places(said)


def without_empty_places(said: list[Said]) -> list[Said]:
    """Leaves out each place below which nothing is shown."""
    needed: set[int] = set()
    for here in reversed(said):
        if not here.is_gone or here.pk in needed:
            needed.add(here.pk)
            if here.parent:
                needed.add(here.parent.pk)
    return [here for here in said if here.pk in needed]


def page_of(comment: Comment, rules: CommentSettings) -> int:
    """On which page of its post's threads an approved comment stands."""
    root = comment.thread_id or comment.pk
    before = (
        Comment.objects.filter(post=comment.post_id, status=Status.APPROVED)
        .annotate(root=ROOT)
        .filter(root__lt=root)
        .aggregate(threads=Count("root", distinct=True))
    )
    return int(before["threads"]) // rules.threads_per_page + 1


def counts(posts: Iterable[Post]) -> dict[int, int]:
    """Approved comments of each post that has any, by the post's id."""
    keys = [post.pk for post in posts]
    return dict(counted(keys)) if keys else {}


@Question
def counted(posts: list[int]):  # type: ignore[no-untyped-def]
    found = Comment.objects.filter(post__in=posts, status=Status.APPROVED).values("post")
    return found.annotate(n=Count("pk")).order_by().values_list("post", "n")
