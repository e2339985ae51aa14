"""The feeds of comments: what readers may see, spoilers masked, addresses absolute."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from blog import reading
from blog.feedgenerators import Format, permanent_id
from blog.models import Post, SiteSettings
from blog.views.feeds import EXCERPT, answer, begin
from comments.forms import render_body
from comments.models import Comment
from core.urls import absolute_url
from pagecache.decorators import public_page

LENGTH = 20  # entries


@public_page(expires=reading.next_change)
def everywhere(request: HttpRequest, form: Format) -> HttpResponse:
    """The newest comments on all posts."""
    site = SiteSettings.load()
    title = _("Comments on %(title)s") % {"title": site.name}
    feed = begin(request, form, site, title, reverse("home"), title)
    return answer(request, feed, entries(Comment.objects.for_readers()))


@public_page()
def below(request: HttpRequest, slug: str, form: Format) -> HttpResponse:
    """The newest comments on one post."""
    post = get_object_or_404(Post.objects.published(), slug=slug)
    title = _("Comments on %(title)s") % {"title": post.title}
    feed = begin(request, form, SiteSettings.load(), title, post.get_absolute_url(), title)
    return answer(request, feed, entries(post.comments.for_readers()))


def entries(found: Any) -> list[dict[str, Any]]:
    """What both formats say of the newest of the comments found."""
    newest = found.select_related("post").order_by("-created_at", "-pk")[:LENGTH]
    return [entry(comment) for comment in newest]


def entry(comment: Comment) -> dict[str, Any]:
    """One comment. Its text is rendered here: only the page's own form of it is stored, and a
    feed is kept like any page."""
    text, name = render_body(comment.body), comment.name or _("Anonymous")
    return {
        "title": _("Comment by %(name)s on %(title)s")
        % {"name": name, "title": comment.post.title},
        "link": absolute_url(comment.get_absolute_url()),
        "description": escape(Truncator(text.masked_text).chars(EXCERPT)),
        "content": text.masked_html,
        "author_name": name,
        "pubdate": comment.created_at,
        "updateddate": max(comment.created_at, comment.decided_at or comment.created_at),
        "unique_id": permanent_id(comment.post, comment.pk),
        "unique_id_is_permalink": False,
    }
