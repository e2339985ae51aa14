"""The feeds of comments: what readers may see, spoilers masked, addresses absolute."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from blog.feedgenerators import Atom, permanent_id
from blog.models import Post, SiteSettings, site_settings
from blog.views.feeds import EXCERPT_LENGTH, SiteFeed
from comments.forms import render_body
from comments.models import Comment
from core.urls import absolute_url

COMMENTS_PER_FEED = 20


class CommentFeed(SiteFeed):
    """The newest comments on all posts in RSS."""

    url_name = "comments_feed"

    def get_object(self, request: HttpRequest) -> SiteSettings:
        return site_settings()

    def title(self, obj: Any) -> str:
        return _("Comments on %(title)s") % {"title": obj.name}

    def description(self, obj: Any) -> str:
        return self.title(obj)

    def link(self, obj: Any) -> str:
        return absolute_url(reverse("home"))

    def feed_url(self, obj: Any) -> str:
        return absolute_url(reverse(self.url_name))

    def items(self, obj: Any) -> list[Comment]:
        return newest_comments(Comment.objects.for_readers())

    def item_title(self, item: Comment) -> str:
        return _("Comment by %(name)s on %(title)s") % {
            "name": self.item_author_name(item),
            "title": item.post.title,
        }

    def item_description(self, item: Comment) -> str:
        return escape(Truncator(item.rendered.masked_text).chars(EXCERPT_LENGTH))  # type: ignore[attr-defined]

    def item_extra_kwargs(self, item: Comment) -> dict[str, str]:
        return {"content": item.rendered.masked_html}  # type: ignore[attr-defined]

    def item_author_name(self, item: Comment) -> str:
        return item.name or _("Anonymous")

    def item_pubdate(self, item: Comment) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Comment) -> datetime:
        return max(item.created_at, item.decided_at or item.created_at)

    def item_guid(self, item: Comment) -> str:
        return permanent_id(item.moved_from or item.post, item.pk)


class AtomCommentFeed(CommentFeed):
    """The newest comments on all posts in Atom."""

    feed_type = Atom
    url_name = "comments_feed_atom"


class PostCommentFeed(CommentFeed):
    """The newest comments on one published post in RSS."""

    url_name = "post_feed"

    def get_object(self, request: HttpRequest, slug: str) -> Post:  # type: ignore[override]
        return get_object_or_404(Post.objects.published(), slug=slug)

    def title(self, obj: Post) -> str:
        return _("Comments on %(title)s") % {"title": obj.title}

    def link(self, obj: Post) -> str:
        return absolute_url(obj.get_absolute_url())

    def feed_url(self, obj: Post) -> str:
        return absolute_url(reverse(self.url_name, args=[obj.slug]))

    def items(self, obj: Post) -> list[Comment]:
        return newest_comments(obj.comments.for_readers())


class AtomPostCommentFeed(PostCommentFeed):
    """The newest comments on one published post in Atom."""

    feed_type = Atom
    url_name = "post_feed_atom"


def newest_comments(comments: QuerySet[Comment]) -> list[Comment]:
    """Return the newest of these comments, each with its masked text as `rendered`.

    They are rendered here: only the HTML of a comment's own page is stored.
    """
    newest = list(
        comments.select_related("post", "moved_from").order_by("-created_at", "-pk")[
            :COMMENTS_PER_FEED
        ]
    )
    for comment in newest:
        comment.rendered = render_body(comment.body)  # type: ignore[attr-defined]
    return newest
