"""The search page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from blog.models import Post
from blog.search import snippets
from blog.search.index import MAX_QUERY_LENGTH, clean_query, search_posts
from blog.search.suggestions import find_words, similar_posts
from blog.search.tokens import query_tokens
from blog.views.pagination import paginate


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Show the posts that a query finds; never cached, or strangers could fill the cache."""
    query = clean_query(request.GET.get("q", ""))
    page = paginate(request, search_posts(query).values_list("pk", flat=True))
    page.object_list = posts_by_key(list(page.object_list))
    tokens = set(query_tokens(query))
    results = [
        (post, snippets.highlight(post.title, tokens), snippets.snippet_html(post, tokens))
        for post in page
    ]
    context = {
        "q": query,
        "page": page,
        "results": results,
        "similar_posts": [] if results else similar_posts(find_words(query)),
        "address": reverse("search"),
        "max_query_length": MAX_QUERY_LENGTH,
    }
    return render(request, "blog/search.html", context)


def posts_by_key(keys: list[int]) -> list[Post]:
    """Return the posts with these primary keys, in this order, with what their results show.

    The keys come first: to sort them, a database would carry the texts of all posts that match.
    """
    posts = Post.objects.select_related("work", "thumbnail").with_tags()
    by_key = posts.defer("body", "body_html", "body_masked_html", "verdict").in_bulk(keys)
    return [by_key[key] for key in keys if key in by_key]
