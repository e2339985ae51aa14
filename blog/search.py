"""Search: the index, what is found in it, and the page that shows it.

Only masked text is indexed, so no spoiler is found by its words; whether a post may be seen is
asked when it is found, never when it is indexed.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, BooleanField, Case, F, Q, QuerySet, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe
from modelsearch.backends import get_search_backend
from modelsearch.models import IndexEntry
from modelsearch.query import PlainText

from blog import snippets
from blog.models import Post
from blog.models.posts import PostQuerySet
from blog.models.words import asked
from blog.views import page_of

MOST_SIGNS = 200
MOST_WORDS = 40  # pairs of signs count; the index is asked for all at once
AT_ONCE = 100
# Where modelsearch keeps the words of title and work as plain text.
TITLES = (
    "index_entries__title_text" if connection.vendor == "postgresql" else "index_entries__title"
)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The posts that hold all the words asked for; without any, the ways to find something.

    Never kept: strangers could fill the page cache with what they ask."""
    text = clean(request.GET.get("q", ""))
    page = page_of(request, find(text).with_cards())
    words = set(asked(text))
    hits = [(post, snippets.title(post, words), snippets.text(post, words)) for post in page]
    context = {"q": text, "page": page, "hits": hits, "address": reverse("search")}
    return render(request, "blog/search.html", {**context, "most": MOST_SIGNS})


def clean(text: str) -> str:
    """What was asked for, in one line, without signs that can't be seen, and not endless."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text[: 10 * MOST_SIGNS])
    return " ".join(seen.split())[:MOST_SIGNS]


def find(text: str) -> PostQuerySet:
    """The published posts that hold all the words of a text: first those with all of them in the
    title or in the work's, then the others, the newest first. None for a text without words."""
    words = list(dict.fromkeys(asked(text)))[:MOST_WORDS]
    if not words:
        return Post.objects.none()
    in_title = Q(*(Q(**{f"{TITLES}__contains": word}) for word in words))
    return (
        Post.objects.published()
        .filter(pk__in=holding(words))
        .annotate(in_title=Case(When(in_title, True), default=False, output_field=BooleanField()))
        .order_by("-in_title", "-published_at", "-id")
    )


def holding(words: list[str]) -> QuerySet[Any]:
    """The keys of all posts, published or not, whose entries in the index hold each word.

    By modelsearch's expressions, but not by its queries: databases join those from the wrong
    side, and take seconds to find three words in some thousand posts."""
    query = PlainText(" ".join(words), operator="and")
    compiler = get_search_backend().query_compiler_class(Post.objects.all(), query)
    if connection.vendor == "postgresql":
        return entries_on_postgresql(compiler.build_tsquery(query, config="simple"))
    return entries_on_sqlite(compiler.build_search_query(query))


def entries_on_postgresql(query: Any) -> QuerySet[Any]:
    from django.contrib.postgres.search import SearchVectorField

    # The expression that modelsearch's migration put an index on.
    both = CombinedExpression(F("title"), "||", F("body"), output_field=SearchVectorField())
    found = IndexEntry.objects.annotate(both=both).filter(both=query)
    return found.values(key=Cast("object_id", BigIntegerField()))


def entries_on_sqlite(query: Any) -> QuerySet[Any]:
    from modelsearch.backends.database.sqlite.query import MatchExpression
    from modelsearch.models import SQLiteFTSIndexEntry

    found = SQLiteFTSIndexEntry.objects.filter(MatchExpression(["title", "body"], query))
    return IndexEntry.objects.filter(pk__in=found.values("pk")).values("object_id")


def index(posts: Iterable[Post]) -> None:
    """Writes posts into the index as they stand in the database; belongs in the transaction that
    changed them. A post that is deleted leaves the index with its row."""
    keys = iter([post.pk for post in posts])
    while batch := list(islice(keys, AT_ONCE)):
        rows = list(Post.get_indexed_objects().filter(pk__in=batch))
        get_search_backend().add_bulk(Post, rows)


def index_missing() -> None:
    """Indexes the posts that were written before there was an index."""
    index(Post.objects.filter(index_entries=None).only("pk"))
