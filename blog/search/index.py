"""Search: the index, what is found in it, and the page that shows it.

Only masked text is indexed, so no spoiler is found by its words; whether a post may be seen is
asked when it is found, never when it is indexed.
"""

import logging
import threading
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat, StrIndex
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from modelsearch.backends import get_search_backend
from modelsearch.models import IndexEntry

from blog.models import Post
from blog.questions import Question
from blog.reading import Listed
from blog.search.tokens import asked, may_go_on

log = logging.getLogger(__name__)

MOST_SIGNS = 200
MOST_WORDS = 40  # pairs of signs count; the index is asked for all at once
AT_ONCE = 20  # posts in a transaction; SQLite takes about 7 ms for one of 1,300 words
# Where modelsearch keeps the words of title and work as plain text.
TITLES = (
    "index_entries__title_text" if connection.vendor == "postgresql" else "index_entries__title"
)


def clean(text: str) -> str:
    """What was asked for, in one line, without signs that can't be seen, and not endless."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text[: 10 * MOST_SIGNS])
    return " ".join(seen.split())[:MOST_SIGNS]


def find(text: str) -> Listed:
    """The published posts that hold all the words of a text: first those with all of them in the
    title or in the work's, then the others, the newest first. None for a text without words."""
    words = list(dict.fromkeys(asked(text)))[:MOST_WORDS]
    if not words:
        return Listed(lambda: 0, lambda _first, _size: [])
    now, terms = timezone.now(), in_index(words)
    kind = ContentType.objects.get_for_model(Post).pk
    # In `titles`, which has a space on both sides of each of its own words.
    ends = [f" {word}" if may_go_on(word) else f" {word} " for word in words]

    @cache  # to count them takes as long as to find them
    def found() -> list[int]:
        return holding(now, terms, ends, kind=kind)

    return Listed(lambda: len(found()), lambda first, size: found()[first : first + size])


@Question
def holding(  # type: ignore[no-untyped-def]
    now: datetime, terms: list[str], ends: list[str], *, kind: int
):
    """The keys of all that `find` finds. `kind` is the content type of posts, which `TITLES` writes
    into the query by itself."""
    titles = Concat(Value(" "), TITLES, Value(" "), output_field=TextField())
    holds_all = Q(*(GreaterThan(StrIndex(titles, Value(end)), 0) for end in ends))
    found = Post.objects.published(now).filter(pk__in=entries(terms))
    found = found.annotate(in_title=Case(When(holds_all, then=True), default=False))
    found = found.order_by("-in_title", "-published_at", "-id")
    return found.values_list("pk", flat=True)


# The keys of all posts, published or not, whose entries in the index hold each word, come from
# modelsearch's tables, but not by its queries: databases join those from the wrong side, and take
# seconds to find three words in some thousand posts.


def in_index(words: list[str]) -> list[str]:
    """The words as the database's own search takes them: each for itself, or on SQLite as one."""
    if connection.vendor == "postgresql":
        return [f"'{word}':*" if may_go_on(word) else f"'{word}'" for word in words]
    terms = (f'"{word}"*' if may_go_on(word) else f'"{word}"' for word in words)
    return [" AND ".join(terms)]  # in any column: we fill those of title and body alone


def entries(terms: list[str]) -> Any:
    """The keys of the posts whose entries hold these terms."""
    if connection.vendor == "postgresql":
        return entries_on_postgresql(terms)
    index = "modelsearch_indexentry_fts"
    rows = RawSQL(f"SELECT rowid FROM {index} WHERE {index} MATCH %s", terms)  # noqa: S608, S611  (our own name)
    return IndexEntry.objects.filter(pk__in=rows).values("object_id")


def entries_on_postgresql(terms: list[str]) -> QuerySet[Any]:
    """Each word is looked up in both columns, for each of these has an index of its own and
    both together have none."""
    from django.contrib.postgres.search import SearchQuery

    found = IndexEntry.objects.all()
    for term in terms:
        query = SearchQuery(term, search_type="raw", config="simple")
        found = found.filter(Q(title=query) | Q(body=query))
    return found.values(key=Cast("object_id", BigIntegerField()))


@transaction.atomic
def index(posts: Iterable[Post]) -> None:
    """Writes a few posts into the index as they stand in the database, all in one transaction.
    A post that is deleted leaves the index with its row."""
    rows = Post.objects.filter(pk__in=[post.pk for post in posts])
    # Locked before their tags are read: whoever changes one meanwhile marks them as due again.
    keys = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    get_search_backend().add_bulk(Post, list(Post.get_indexed_objects().filter(pk__in=keys)))
    Post.objects.filter(pk__in=keys).update(index_due=False)


def drain(stopping: threading.Event) -> None:
    """Indexes what is due, some posts at a time: nobody who writes waits long for the database."""
    due = list(Post.objects.filter(index_due=True).only("pk"))
    for first in range(0, len(due), AT_ONCE):
        if stopping.is_set():
            return
        try:
            index(due[first : first + AT_ONCE])
        except Exception:
            log.exception("Some posts can't be found yet; their indexing will be tried again")
