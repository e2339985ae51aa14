"""The search page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from blog.search import snippets
from blog.search.index import MOST_SIGNS, clean, find
from blog.search.tokens import asked
from blog.views.pagination import posts_page


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The posts that hold all the words asked for; without any, the ways to find something.

    Never kept: strangers could fill the page cache with what they ask."""
    text = clean(request.GET.get("q", ""))
    page = posts_page(request, find(text))
    words = set(asked(text))
    hits = [(post, snippets.title(post, words), snippets.text(post, words)) for post in page]
    context = {"q": text, "page": page, "hits": hits, "address": reverse("search")}
    return render(request, "blog/search.html", {**context, "most": MOST_SIGNS})
