"""What helps a reader whose address leads nowhere."""

import re
from typing import Any

from django.db import DatabaseError
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.models import Post
from blog.search.index import clean_query

MOST = 3
MOST_WORDS = 6


def page_not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """The page of a 404, with the words of the address in its search field."""
    words = words_in(request.path)
    context = {"q": clean_query(" ".join(words)), "near": near(words)}
    return render(request, "404.html", context, status=404)


def words_in(path: str) -> list[str]:
    """The words of an address's last part."""
    last = path.rstrip("/").rpartition("/")[2]
    return re.findall(r"[^\W_]+", last)[:MOST_WORDS]


def near(words: list[str]) -> list[Post]:
    """At most three published posts whose addresses share words with this one; none where even
    the page of an error has no database."""
    shared = [
        Case(When(slug__contains=word.lower(), then=1), default=0, output_field=IntegerField())
        for word in words
        if len(word) > 3 or not word.isascii()
    ]
    if not shared:
        return []
    posts = Post.objects.published().annotate(shared=sum(shared, Value(0))).filter(shared__gt=0)
    try:
        return list(posts.only("title", "slug").order_by("-shared", "-published_at")[:MOST])
    except DatabaseError:
        return []
