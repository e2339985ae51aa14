"""The moderators' search: what stands in a tab and holds a text, however many comments there are.

Any part of the text, the name, the e-mail or the website is found; an IP address only whole.

What many comments hold soon fills a page by going through the tab in its order; what few hold is
named by an index of all groups of three signs. Nobody knows beforehand which it is: both are tried
in turn, each time further. PostgreSQL keeps its index itself (pg_trgm). On SQLite it is a table
that the worker brings up to date, and what came since is looked through.
"""

import threading
from collections.abc import Iterable
from functools import reduce
from ipaddress import ip_address
from operator import or_
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat

from comments.models import Comment, Status

FIELDS = ("body", "name", "email", "website")
REACHES = (500, 5_000, 50_000)  # comments of a tab that are looked through
MOST_KEYS = 5_000  # that one statement gets as parameters
AT_ONCE = 50  # comments a transaction: SQLite takes about 10 ms to index them
PAUSE = 0.02  # seconds between two: others want to write, too

# What the indexes hold of a comment; PostgreSQL compares it with its index letter by letter.
TEXT = " || '\n' || ".join(FIELDS)
# Materialized, so that it is planned for all its rows: planned for the first few, PostgreSQL
# believes to meet these soon by reading the whole table.
ON_POSTGRESQL = f"""
    WITH found AS MATERIALIZED (SELECT id FROM comments_comment WHERE ({TEXT}) ILIKE %s)
    SELECT id FROM found
    UNION ALL SELECT id FROM comments_comment WHERE address = %s"""  # noqa: S608
LAST = "COALESCE((SELECT rowid FROM comments_found ORDER BY rowid DESC LIMIT 1), 0)"
ON_SQLITE = f"""
    SELECT rowid FROM comments_found WHERE text LIKE %s
    UNION ALL SELECT id FROM comments_comment WHERE address = %s
    UNION ALL SELECT id FROM comments_comment
    WHERE id > {LAST} AND ({TEXT}) LIKE %s"""  # noqa: S608


def tab(status: str) -> QuerySet[Comment]:
    """The comments of one status: what waits oldest first, what is decided newest first."""
    return in_order(Comment.objects.filter(status=status), status)


def in_order(comments: QuerySet[Comment], status: str) -> QuerySet[Comment]:
    """Comments in the order of the tab of that status."""
    if status in (Status.PENDING, Status.CHECKING):
        return comments.order_by("created_at", "id")
    return comments.order_by("-created_at", "-id")


def find(status: str, search: str, first: int, wanted: int) -> list[int]:
    """The ids of as many comments of a tab as are wanted, from the first on, in its order."""
    page = slice(first, first + wanted)
    if not search:
        return list(tab(status).values_list("pk", flat=True)[page])
    for reach in REACHES:
        looked, all_of_it = within(status, reach)
        found = list(looked.filter(matches(search)).values_list("pk", flat=True)[page])
        if all_of_it or len(found) == wanted:
            return found
        if reach <= MOST_KEYS and len(keys := candidates(search, reach)) < reach:
            return among(keys, status, search, page)
    return among(RawSQL(*asked(search)), status, search, page)  # noqa: S611


def matches(search: str) -> Q:
    """In the text, the name, the e-mail or the website; an IP address is matched whole."""
    found = reduce(or_, (Q(**{f"{field}__icontains": search}) for field in FIELDS))
    return found | Q(address=address) if (address := as_address(search)) else found


def as_address(search: str) -> str | None:
    """The IP address that somebody looks for, as it is stored; None for anything else."""
    try:
        return str(ip_address(search))
    except ValueError:
        return None


def within(status: str, reach: int) -> tuple[QuerySet[Comment], bool]:
    """The first comments of a tab, about as many as `reach`, and whether these are all of it."""
    comments = tab(status)
    last = comments.values_list("created_at", flat=True)[reach : reach + 1].first()
    if last is None:
        return comments, True
    waits = status in (Status.PENDING, Status.CHECKING)
    return comments.filter(**{f"created_at__{'lte' if waits else 'gte'}": last}), False


def among(keys: Any, status: str, search: str, page: slice) -> list[int]:
    """Those of the comments with these keys that stand in a tab and do hold the text."""
    found = Comment.objects.filter(matches(search), pk__in=keys)
    # Not the column itself: no database shall think of going through the whole tab.
    found = found.alias(stands=Concat("status", Value(""))).filter(stands=status)
    return list(in_order(found, status).values_list("pk", flat=True)[page])


def asked(search: str) -> tuple[str, list[str | None]]:
    """The question to the index, and its parameters; it names a few too many where a text has
    signs that stand for others."""
    address = as_address(search)
    if connection.vendor == "postgresql":
        return ON_POSTGRESQL, [f"%{connection.ops.prep_for_like_query(search)}%", address]
    return ON_SQLITE, [f"%{search}%", address, f"%{search}%"]


def candidates(search: str, at_most: int) -> list[int]:
    """The keys of comments of any status that the index names, so many at most."""
    query, values = asked(search)
    return [key for (key,) in rows(f"{query} LIMIT %s", [*values, at_most])]


# --- The index on SQLite ----------------------------------------------------------------------


def drain(stopping: threading.Event) -> None:
    """Indexes what came since, some comments at a time, until nothing is left or `stopping`."""
    while has_table() and is_behind() and not stopping.is_set():
        index(AT_ONCE)
        stopping.wait(PAUSE)


def has_table() -> bool:
    """Whether the index is a table of ours."""
    return connection.vendor == "sqlite"


def is_behind() -> bool:
    """Whether comments came since the last one that is indexed: a look without the write lock."""
    query = f"SELECT EXISTS (SELECT 1 FROM comments_comment WHERE id > {LAST})"  # noqa: S608
    return bool(rows(query)[0][0])


def index(at_most: int) -> None:
    """Indexes the oldest of the comments that came since."""
    came = f"SELECT id, {TEXT} FROM comments_comment WHERE id > {LAST} ORDER BY id LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO comments_found (rowid, text) {came}", [at_most])


def changed(ids: Iterable[int]) -> None:
    """Indexes changed texts anew. Belongs in the transaction of the change."""
    now = f"(SELECT {TEXT} FROM comments_comment WHERE id = comments_found.rowid)"  # noqa: S608
    with connection.cursor() as cursor:
        for pk in ids if has_table() else ():
            cursor.execute(f"UPDATE comments_found SET text = {now} WHERE rowid = %s", [pk])  # noqa: S608


def forget_gone() -> None:
    """Takes what was said in deleted comments out of the index, some at a time."""
    if not has_table():
        return
    gone = rows("SELECT rowid FROM comments_found EXCEPT SELECT id FROM comments_comment")
    for first in range(0, len(gone), AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(
                "DELETE FROM comments_found WHERE rowid = %s", gone[first : first + AT_ONCE]
            )


def rows(query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
