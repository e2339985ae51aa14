"""What readers see of the reviews."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.storage import default_storage
from django.core.paginator import Page, Paginator
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from pagecache import middleware
from blog import reading, related
from core.form_fields import too_long, with_line_feeds
from blog.models import BODY_LIMIT, Picture, Post, render_body
from blog.models.publishable import measure

POSTS_PER_PAGE = 10  # WordPress's default
WRITING = ["blog.add_post", "blog.change_post", "blog.add_page", "blog.change_page"]


def reader_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Makes a view of published posts a page that is kept until the next one comes out."""

    @require_safe
    @wraps(view)
    def kept(request: HttpRequest, **named: object) -> HttpResponse:
        middleware.limit(request, reading.next_change())  # before the look at what is out by now
        return middleware.keep(request, view(request, **named))

    return kept


@reader_page
def home(request: HttpRequest) -> HttpResponse:
    """The newest posts as cards."""
    page = posts_page(request, reading.all_posts())
    return render(request, "blog/home.html", {"page": page, "address": reverse("home")})


@require_safe
def post(request: HttpRequest, slug: str) -> HttpResponse:
    """A post with its comments; a draft only for who may change it, and never kept."""
    published = reading.published_post(slug)
    if published is None:
        drafts = Post.objects.select_related("author", "work", "thumbnail").filter(slug=slug)
        return draft(request, get_object_or_404(drafts.visible_to(request.user)))
    return render_post(request, published)


@never_cache
def draft(request: HttpRequest, post: Post) -> HttpResponse:
    """The page of a post that is not published, for who may see it."""
    return render(request, "blog/post.html", {"post": post, "is_preview": True})


def render_post(
    request: HttpRequest, post: Post, *, status: int = 200, **context: object
) -> HttpResponse:
    """A published post's page; with a refused comment's `form` and its `status` it is not kept."""
    middleware.limit(request, reading.next_change())  # before the look at what is out by now
    previous, following = related.neighbours(post)
    context = {
        "post": post,
        "threads_page": page_number(request, "comments"),
        "related": related.related(post),
        "previous": previous,
        "following": following,
        **context,
    }
    response = render(request, "blog/post.html", context, status=status)
    if status != 200:
        response["Cache-Control"] = "no-store"
        return response
    return middleware.keep(request, response)


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse | HttpResponse:
    """A picture that was uploaded, or a rendition of one: never guessed to be anything else, and
    shut in a sandbox. 503 where it can't be read now: a bucket may be away."""
    content_type = Picture.objects.content_type(path)
    if not content_type:
        raise Http404
    try:
        file = default_storage.open(path)
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        sentence = _("This picture can't be fetched just now. Please try again in a minute.")
        plain = {"Content-Type": "text/plain; charset=utf-8"}
        away = {**plain, "Retry-After": "60", "Cache-Control": "no-store"}
        return HttpResponse(sentence, status=503, headers=away)
    response = FileResponse(file, content_type=content_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """The editor's live preview: the same HTML as the page's, or the sentences that refuse it; and
    last the length, in a paragraph that the editor's script knows the answer by."""
    if not any(map(request.user.has_perm, WRITING)):
        return HttpResponseForbidden(_("Please log in again to see the preview."))
    text = with_line_feeds(request.POST.get("content", ""))
    length_problem = too_long(text, BODY_LIMIT)
    body = render_body("" if length_problem else text)
    words, minutes = measure(text if length_problem else body.masked_text)
    context = {
        "problems": [length_problem] if length_problem else body.problems,
        "html": body.html,
        "words": words,
        "shown_words": number_format(words, force_grouping=True),
        "minutes": minutes,
    }
    return render(request, "blog/_preview.html", context)


def posts_page(request: HttpRequest, posts: Any) -> Page[Any]:
    """The part of a list of posts that `?page=` asks for, with all that cards show of them."""
    keys = posts if isinstance(posts, reading.Listed) else posts.values_list("pk", flat=True)
    return page_of(request, keys, POSTS_PER_PAGE, reading.cards)


def page_of(
    request: HttpRequest, keys: Any, size: int, read: Callable[[list[int]], list[Any]]
) -> Page[Any]:
    """The part of a list that `?page=` asks for; Http404 for a page that it does not have.

    The keys come first: SQLite would carry the whole texts of all rows before it in its sorting.
    `read` gives the rows of some keys, in their order.
    """
    asked = page_number(request, "page")
    page = Paginator(keys, size).get_page(asked)
    if page.number != asked:
        raise Http404
    page.object_list = read(list(page.object_list))
    return page


def page_number(request: HttpRequest, name: str) -> int:
    """The page that a parameter asks for, 1 without one; Http404 for anything but 2, 3, ..."""
    text = request.GET.get(name)
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) < 7 and str(int(text)) == text):
        raise Http404
    if int(text) < 2:
        raise Http404
    return int(text)
