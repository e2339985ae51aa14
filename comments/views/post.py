"""The page of a post, with its conversation."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from blog import related
from blog.models import Post, next_publication
from blog.views.pagination import page_number
from comments import threads
from comments.forms import CommentForm
from comments.models import Comment, CommentSettings, comment_settings
from comments.screening import akismet
from pagecache.decorators import expire_at, public_page


@public_page(params={"comments"}, expires=next_publication)
def post(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a published post; a draft only to people who may change it, and never cached."""
    posts = Post.objects.for_page().filter(slug=slug)
    published = posts.published().first()
    if published is None:
        return draft(request, get_object_or_404(posts.visible_to(request.user)))
    return render_post(request, published)


@never_cache
def draft(request: HttpRequest, post: Post) -> HttpResponse:
    """Show a post that is not published to somebody who may see it."""
    context = {"post": post, "is_preview": True, **conversation_context(request, post, None)}
    return render(request, "blog/post.html", context)


def render_post(
    request: HttpRequest, post: Post, *, form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    """Return the page of a published post; with a refused comment's `form`, it is not cached.

    Redirect to the last page of its comments from one that is no more, as in an old link.
    """
    previous, following = related.adjacent(post)
    context = {
        "post": post,
        "related": related.related(post, previous, following),
        "previous": previous,
        "following": following,
        **conversation_context(request, post, form),
    }
    last = context["conversation"].number
    if form is None and page_number(request, "comments") > last:
        return redirect(address_of_page(post, last, "#comments"))
    response = render(request, "blog/post.html", context, status=status)
    if status != 200:
        response["Cache-Control"] = "no-store"
    return response


def conversation_context(
    request: HttpRequest, post: Post, form: CommentForm | None
) -> dict[str, Any]:
    """Return what the conversation below a post shows: its threads and the form."""
    rules = comment_settings()
    number = page_number(request, "comments")
    conversation = threads.conversation(post, number, rules)
    is_open = rules.are_open(post)
    if is_open:
        expire_at(request, rules.closing(post))
    return {
        "conversation": conversation,
        "is_open": is_open,
        "akismet": akismet.is_configured(),
        "form": form
        or CommentForm(names_required=rules.require_name_email, with_website=rules.ask_website),
    }


@require_safe
def permalink(request: HttpRequest, pk: int) -> HttpResponse:
    """Redirect to a comment on the page of its post."""
    comment = get_object_or_404(Comment.objects.for_readers().select_related("post"), pk=pk)
    number = threads.page_of(comment, CommentSettings.load())
    return redirect(address_of_page(comment.post, number, f"#comment-{comment.pk}"))


def address_of_page(post: Post, number: int, fragment: str) -> str:
    """Return the address of a page of a post's comments; the first one has no number."""
    page = f"?comments={number}" if number > 1 else ""
    return f"{post.get_absolute_url()}{page}{fragment}"
