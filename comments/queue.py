"""Which comments a page of the moderators' queue shows, and in what order."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import make_aware

from comments.models import Comment, CommentQuerySet, Status
from comments.search import matching

PER_PAGE = 50
COUNT_LIMIT = 1000  # counting stops here, and the tab shows "999+"
TABS = [Status.PENDING, Status.CHECKING, Status.APPROVED, Status.SPAM, Status.TRASH]
ORDERS = ("oldest", "newest", "likelihood")


@dataclass(frozen=True)
class QueueFilter:
    """What a moderator has chosen to see. Anything that makes no sense counts as not chosen."""

    status: str = Status.PENDING
    q: str = ""
    post: int | None = None
    rule: int | None = None  # the owner's rule that held them
    since: date | None = None  # in the time zone of the site
    until: date | None = None  # the whole day belongs to it
    order: str = ""  # of ORDERS; "" is that of the tab

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return the filter that a query string or a form holds."""
        status, order = data.get("status", ""), data.get("order", "")
        return cls(
            status=status if status in Status.values else Status.PENDING,
            q=data.get("q", "").replace("\0", "").strip()[:200],
            post=read_id(data.get("post", "")),
            rule=read_id(data.get("rule", "")),
            since=read_date(data.get("since", "")),
            until=read_date(data.get("until", "")),
            order=order if order in ORDERS else "",
        )

    @property
    def is_narrow(self) -> bool:
        """Return True if it leaves comments out of a tab."""
        return replace(self, status=Status.PENDING, order="") != QueueFilter()

    @property
    def is_oldest_first(self) -> bool:
        """Return True if its comments come in the order in which they were sent."""
        is_waiting = self.status in (Status.PENDING, Status.CHECKING)
        return self.order == "oldest" or (is_waiting and not self.order)

    @property
    def parameters(self) -> dict[str, str]:
        """Return the values that `read` understands, without those that are not chosen."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: str(value) for name, value in values.items() if value}

    def query(self, page: int = 1) -> str:
        """Return the query string that says where in the queue somebody is; "" for its start."""
        parameters = self.parameters if self != QueueFilter() else {}
        if page > 1:
            parameters["page"] = str(page)
        return f"?{urlencode(parameters)}" if parameters else ""

    def address(self, page: int = 1) -> str:
        """Return the address of a page of the queue."""
        return reverse("moderation") + self.query(page)

    def in_all_tabs(self) -> CommentQuerySet:
        """Return the comments of every status that it selects."""
        comments = Comment.objects.all()
        if self.q:
            comments = comments.filter(matching(self.q))
        if self.post:
            comments = comments.filter(post=self.post)
        if self.rule:
            comments = comments.filter(rule=self.rule)
        if self.since:
            comments = comments.filter(created_at__gte=midnight(self.since))
        if self.until:
            comments = comments.filter(created_at__lt=midnight(self.until + timedelta(days=1)))
        return comments

    def comments(self) -> CommentQuerySet:
        """Return the comments of its tab, in their order."""
        comments = self.in_all_tabs().filter(status=self.status)
        return comments.in_queue_order(self.status, self.order)

    def page_ids(self, number: int) -> list[int]:
        """Return the ids on a page, and one more if there is a next page: nothing is counted."""
        first = (number - 1) * PER_PAGE
        return list(self.comments().values_list("pk", flat=True)[first : first + PER_PAGE + 1])


def page_in(data: Mapping[str, Any]) -> int:
    """Return the number of the queue's page that a form or a query string names; or 1."""
    number = data.get("page", "")
    return int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 7 else 1


def place_in(data: Mapping[str, Any]) -> str:
    """Return the place in the queue that a form or a query string carries along, as a query."""
    return QueueFilter.read(data).query(page_in(data))


def read_id(text: str) -> int | None:
    """Return the id that a text holds, or None if it holds none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_date(text: str) -> date | None:
    """Return the day that `<input type=date>` sends, or None if it is none that can be used."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1970 <= day.year < 9999 else None


def midnight(day: date) -> datetime:
    """Return the start of a day in the time zone of the site (aware)."""
    return make_aware(datetime.combine(day, time()))


def tabs(chosen: QueueFilter) -> list[dict[str, Any]]:
    """Return the tabs: each status with the number of comments that match, up to "999+"."""
    counts = counts_by_status(chosen) if chosen.is_narrow else {}
    return [
        {
            "status": status.value,
            "label": status.label,
            "address": replace(chosen, status=status.value).address(),
            "count": str(counts.get(status, 0)) if chosen.is_narrow else limited_count(status),
            "is_current": status == chosen.status,
        }
        for status in TABS
    ]


def counts_by_status(chosen: QueueFilter) -> dict[str, int]:
    """Return how many comments of each status a filter selects, in one query."""
    found = chosen.in_all_tabs().order_by().values("status").annotate(number=Count("pk"))
    return dict(found.values_list("status", "number"))


def limited_count(status: Status) -> str:
    """Return the number of comments with a status, counting no further than is shown."""
    number = Comment.objects.filter(status=status)[:COUNT_LIMIT].count()
    return f"{COUNT_LIMIT - 1}+" if number >= COUNT_LIMIT else str(number)


def following(ids: list[int], pk: int) -> int | None:
    """Return the id after a comment's in a list of ids."""
    after = ids[ids.index(pk) + 1 :] if pk in ids else []
    return after[0] if after else None
