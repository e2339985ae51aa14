"""The page for addresses that do not exist."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.search.index import clean_query
from blog.search.suggestions import find_words, similar_posts


def page_not_found(request: HttpRequest, exception: Any) -> HttpResponse:
    """Return the 404 page, with the words of the address in its search field."""
    words = find_words(request.path.rstrip("/").rpartition("/")[2])
    context = {"q": clean_query(" ".join(words)), "similar_posts": similar_posts(words)}
    return render(request, "404.html", context, status=404)
