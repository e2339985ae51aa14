"""The page for addresses that do not exist."""

import re
from typing import Any

from django.db import DatabaseError
from django.db.models import Case, IntegerField, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.models import Post
from blog.search.index import clean_query

MAX_POSTS = 3
MAX_WORDS = 6


def page_not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """Return the 404 page, with the words of the address in its search field."""
    last_part = request.path.rstrip("/").rpartition("/")[2]
    words = re.findall(r"[^\W_]+", last_part)[:MAX_WORDS]
    context = {"q": clean_query(" ".join(words)), "similar_posts": similar_posts(words)}
    return render(request, "404.html", context, status=404)


def similar_posts(words: list[str]) -> list[Post]:
    """Return at most three posts whose addresses share words; none without a database."""
    shared = [
        Case(When(slug__contains=word.lower(), then=1), default=0, output_field=IntegerField())
        for word in words
        if len(word) > 3 or not word.isascii()
    ]
    if not shared:
        return []
    posts = Post.objects.published().annotate(shared=sum(shared, Value(0))).filter(shared__gt=0)
    try:
        return list(posts.only("title", "slug").order_by("-shared", "-published_at")[:MAX_POSTS])
    except DatabaseError:
        return []
