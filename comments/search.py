"""The moderators' search: what stands in a tab and holds a text, however many comments there are.

Any part of the text, the name, the e-mail or the website is found; an IP address only whole.

What many comments hold soon fills a page by going through the tab in its order; what few hold is
named by an index of all groups of three signs. Nobody knows beforehand which it is: both are tried
in turn, each time further. The index (`comments_found`: FTS5 on SQLite, pg_trgm on PostgreSQL) is
brought up to date by the worker (`comments/found.py`); what came since is looked through.
"""

from functools import reduce
from ipaddress import ip_address
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from comments.models import Comment, Status

FIELDS = ("body", "name", "email", "website")
GROUP = 3  # signs
REACHES = (200, 5_000, 50_000)  # comments of a tab that are looked through
MOST_KEYS = 5_000  # that one statement gets as parameters

IS_SQLITE = connection.vendor == "sqlite"
TEXT = " || '\n' || ".join(FIELDS)
LAST = "COALESCE((SELECT rowid FROM comments_found ORDER BY rowid DESC LIMIT 1), 0)"
LIKE = "LIKE" if IS_SQLITE else "ILIKE"
HELD_BY = "comments_found MATCH" if IS_SQLITE else "text ILIKE"
# PostgreSQL plans what is materialized for all rows: for the first few it would read the whole
# table, as if these were met soon. SQLite hands rows over as it finds them, if it is not.
NAMED = f"""
    WITH found AS {"NOT MATERIALIZED" if IS_SQLITE else "MATERIALIZED"}
        (SELECT rowid FROM comments_found WHERE {HELD_BY} %s)
    SELECT rowid FROM found
    UNION ALL SELECT id FROM comments_comment WHERE address = %s
    UNION ALL SELECT id FROM comments_comment WHERE id > {LAST} AND ({TEXT}) {LIKE} %s"""  # noqa: S608  (its parts are our own; values are parameters)


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
        looked, is_all = within(status, reach)
        found = list(looked.filter(matches(search)).values_list("pk", flat=True)[page])
        if is_all or len(found) == wanted:
            return found
        if is_named(search) and reach <= MOST_KEYS:
            keys = named(search, reach)
            if len(keys) < reach:
                return among(keys, status, search, page)
    if is_named(search):
        return among(RawSQL(NAMED, parameters(search)), status, search, page)  # noqa: S611  (its parts are our own; values are parameters)
    return list(tab(status).filter(matches(search)).values_list("pk", flat=True)[page])


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
    side = "lte" if status in (Status.PENDING, Status.CHECKING) else "gte"
    return comments.filter(**{f"created_at__{side}": last}), False


def among(keys: Any, status: str, search: str, page: slice) -> list[int]:
    """Those of the comments with these keys that stand in a tab and do hold the text."""
    found = Comment.objects.filter(matches(search), pk__in=keys).still(status)
    return list(in_order(found, status).values_list("pk", flat=True)[page])


def named(search: str, at_most: int) -> list[int]:
    """The keys of so many comments at most, of any status, that the index names."""
    return [key for (key,) in rows(f"{NAMED} LIMIT %s", [*parameters(search), at_most])]


def is_named(search: str) -> bool:
    """Whether a text is long enough for the index."""
    return len(search) >= GROUP


def parameters(search: str) -> list[str | None]:
    """Those of `NAMED`. The index of SQLite knows which comments hold all groups of three signs,
    not whether these follow each other: it names a few too many."""
    pattern, address = f"%{connection.ops.prep_for_like_query(search)}%", as_address(search)
    if not IS_SQLITE:
        return [pattern, address, pattern]
    return [groups(search), address, f"%{search}%"]


def groups(search: str) -> str:
    """A text as FTS5 is asked for it: cut up in groups, the last of which may share signs."""
    last = len(search) - GROUP
    cut = [search[at : at + GROUP].replace('"', '""') for at in [*range(0, last, GROUP), last]]
    return " ".join(f'"{group}"' for group in cut)


def rows(query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """What the database answers."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
