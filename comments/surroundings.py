"""What a moderator sees around one comment: its thread, its sender, its neighbours in the queue."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from comments.models import Comment, Status
from comments.queue import QueueFilter

MAX_ANCESTORS = 10  # the nearest ones, and the top-level comment
MAX_REPLIES = 5
IN_ONE_LINE = ("pk", "name", "body_html", "status", "created_at")


@dataclass
class Surroundings:
    """The comments around one: those above it, its neighbours below the same one, its replies."""

    above: list[Comment] = field(default_factory=list)  # the top-level comment first
    before: Comment | None = None
    after: Comment | None = None
    replies: list[Comment] = field(default_factory=list)
    more_replies: int = 0

    def __bool__(self) -> bool:
        return bool(self.above or self.replies)


def surroundings(comment: Comment) -> Surroundings:
    """Return the thread around a comment, by two queries however long the thread is."""
    root = comment.thread_id or comment.pk
    in_thread = Comment.objects.filter(Q(pk=root) | Q(thread=root)).order_by("pk")
    parents: dict[int, int | None] = dict(in_thread.values_list("pk", "parent_id"))
    above = ancestors(comment.pk, parents)
    siblings = [pk for pk, parent in parents.items() if parent and parent == comment.parent_id]
    replies = [pk for pk, parent in parents.items() if parent == comment.pk]
    before = max((pk for pk in siblings if pk < comment.pk), default=0)
    after = min((pk for pk in siblings if pk > comment.pk), default=0)
    wanted = [*above, before, after, *replies[:MAX_REPLIES]]
    shown = Comment.objects.only(*IN_ONE_LINE).in_bulk([pk for pk in wanted if pk])
    return Surroundings(
        above=[shown[pk] for pk in above if pk in shown],
        before=shown.get(before),
        after=shown.get(after),
        replies=[shown[pk] for pk in replies[:MAX_REPLIES] if pk in shown],
        more_replies=max(0, len(replies) - MAX_REPLIES),
    )


def ancestors(pk: int, parents: dict[int, int | None]) -> list[int]:
    """Return the ids above a comment, the topmost first; of a long chain both of its ends."""
    above: list[int] = []
    parent = parents.get(pk)
    while parent:
        above.insert(0, parent)
        parent = parents.get(parent)
    return above if len(above) <= MAX_ANCESTORS else [above[0], *above[1 - MAX_ANCESTORS :]]


@dataclass
class PersonHistory:
    """How many comments of each status somebody has sent, and when the first one came (aware)."""

    counts: list[tuple[Status, int]]
    first_at: datetime | None

    @property
    def total(self) -> int:
        """Return the number of comments, whatever became of them."""
        return sum(number for _status, number in self.counts)


def history_by_email(comment: Comment) -> PersonHistory | None:
    """Return what came with the e-mail address of a comment; None if it has none."""
    return history(Comment.objects.filter(email=comment.email)) if comment.email else None


def history_by_address(comment: Comment) -> PersonHistory | None:
    """Return what came from the same IP address with another e-mail address; None if nothing did.

    That may be the same person, or people who share a connection.
    """
    if not comment.address:
        return None
    others = Comment.objects.filter(address=comment.address).exclude(pk=comment.pk)
    found = history(others.exclude(email=comment.email) if comment.email else others)
    return found if found.total else None


def history(comments: QuerySet[Comment]) -> PersonHistory:
    """Return the history that these comments make, by one query."""
    rows = comments.order_by().values("status").annotate(number=Count("pk"), at=Min("created_at"))
    found = {row["status"]: row for row in rows}
    counts = [(status, found[status]["number"] if status in found else 0) for status in Status]
    return PersonHistory(counts, min((row["at"] for row in found.values()), default=None))


def neighbours(comment: Comment, chosen: QueueFilter) -> tuple[int | None, int | None]:
    """Return the ids of the comments before and after one in what a filter of the queue selects.

    It needs not be in the tab itself: a decision has perhaps just moved it. By likelihood of spam
    there are none, as the order changes while the classifier learns.
    """
    if chosen.order == "likelihood":
        return None, None
    tab = chosen.comments()
    at, pk = comment.created_at, comment.pk
    # The first condition is what an index can begin with.
    older = Q(created_at__lte=at) & (Q(created_at__lt=at) | Q(pk__lt=pk))
    newer = Q(created_at__gte=at) & (Q(created_at__gt=at) | Q(pk__gt=pk))
    last_older = tab.filter(older).order_by("-created_at", "-pk").values_list("pk", flat=True)
    first_newer = tab.filter(newer).order_by("created_at", "pk").values_list("pk", flat=True)
    found = last_older.first(), first_newer.first()
    return found if chosen.is_oldest_first else (found[1], found[0])
