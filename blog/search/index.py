"""The search index: what is written into it, and the posts that a query finds.

Only masked text is indexed, so a spoiler is never found by its words. Whether readers may see a
post is decided when it is found. The table `SearchEntry` has the full-text index of the database
on it: FTS5 in SQLite, GIN in PostgreSQL. With modelsearch three words in 10,000 posts took seconds.
"""

import logging
import threading
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Case, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat, StrIndex
from django.db.models.lookups import GreaterThan

from blog.models import Post, SearchEntry
from blog.search.tokens import allows_prefix, index_tokens, query_tokens

log = logging.getLogger(__name__)

MAX_QUERY_LENGTH = 200  # characters
MAX_QUERY_TOKENS = 40  # pairs of characters count; the index is searched for all of them at once
# Migration 0011 makes the column and the table that are searched.
MATCH_ON_POSTGRESQL = (
    "SELECT post_id FROM blog_searchentry WHERE tokens @@ to_tsquery('simple', %s)"
)
MATCH_ON_SQLITE = "SELECT rowid FROM blog_searchentry_fts WHERE blog_searchentry_fts MATCH %s"
BATCH_SIZE = 20  # posts in a transaction; SQLite takes about 7 ms for one of 1,300 words


def clean_query(text: str) -> str:
    """Return a query in one line, shortened, without characters that can't be printed."""
    printable = "".join(
        char if char.isprintable() else " " for char in text[: 10 * MAX_QUERY_LENGTH]
    )
    return " ".join(printable.split())[:MAX_QUERY_LENGTH]


def search_posts(query: str) -> QuerySet[Post]:
    """Return the published posts with all tokens of a query: those in titles first, then newest."""
    tokens = query_tokens(query)[:MAX_QUERY_TOKENS]
    if not tokens:
        return Post.objects.none()
    titles = Concat(Value(" "), "search_entry__title", Value(" "), output_field=TextField())
    in_titles = [f" {token}" if allows_prefix(token) else f" {token} " for token in tokens]
    in_title = Q(*(GreaterThan(StrIndex(titles, Value(text)), 0) for text in in_titles))
    return (
        Post.objects.published()
        .filter(pk__in=matching_keys(tokens))
        .annotate(in_title=Case(When(in_title, then=True), default=False))
        .order_by("-in_title", "-published_at", "-pk")
    )


def matching_keys(tokens: list[str]) -> RawSQL:
    """Return a subquery for the keys of all posts, published or not, that hold all tokens.

    Django's full-text search knows PostgreSQL alone, and nothing in it writes SQLite's MATCH, so
    both are written here. The tokens are parameters, never part of the SQL.
    """
    if connection.vendor == "postgresql":
        terms = [f"'{token}':*" if allows_prefix(token) else f"'{token}'" for token in tokens]
        return RawSQL(MATCH_ON_POSTGRESQL, [" & ".join(terms)])  # noqa: S611  (a constant)
    terms = [f'"{token}"*' if allows_prefix(token) else f'"{token}"' for token in tokens]
    return RawSQL(MATCH_ON_SQLITE, [" AND ".join(terms)])  # noqa: S611  (a constant)


@transaction.atomic
def index_posts(posts: Iterable[Post]) -> None:
    """Write a few posts into the index as they stand in the database, in one transaction."""
    rows = Post.objects.filter(pk__in=[post.pk for post in posts])
    # Locked before their tags are read: whoever changes one meanwhile marks them as due again.
    keys = list(rows.select_for_update(no_key=True).values_list("pk", flat=True))
    current = Post.objects.filter(pk__in=keys).select_related("work").prefetch_related("tags")
    SearchEntry.objects.bulk_create(
        [build_entry(post) for post in current],
        update_conflicts=True,
        unique_fields=["post"],
        update_fields=["title", "body"],
    )
    Post.objects.filter(pk__in=keys).update(index_due=False)


def build_entry(post: Post) -> SearchEntry:
    """Return the entry of a post in the index, not saved."""
    titles, texts = [post.title], [post.summary, post.verdict_text, post.body_masked_text]
    if post.work:
        titles.append(post.work.title)
        texts.append(post.work.creators)
    texts += [tag.name for tag in post.tags.all()]
    return SearchEntry(
        post=post,
        title=" ".join(index_tokens("\n".join(titles))),
        body=" ".join(index_tokens("\n".join(texts))),
    )


def index_due_posts(stopping: threading.Event) -> None:
    """Index the posts that are due, in small batches, until the worker is stopping."""
    due = list(Post.objects.filter(index_due=True).only("pk"))
    for start in range(0, len(due), BATCH_SIZE):
        if stopping.is_set():
            return
        try:
            index_posts(due[start : start + BATCH_SIZE])
        except Exception:
            log.exception("Some posts can't be found yet; their indexing will be tried again")
