"""The feeds of posts: the whole text with spoilers masked, all addresses absolute."""

from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from blog.feedgenerators import Atom, Rss, permanent_id
from blog.models import Post, SiteSettings, Tag, site_settings
from core.urls import absolute_url

POSTS_PER_FEED = 10  # WordPress's default
EXCERPT_LENGTH = 300  # characters


class SiteFeed(Feed):
    """Base of all feeds: `public_page` caches them, and addresses begin with `SITE_URL`."""

    feed_type: type[Rss] | type[Atom] = Rss
    item_guid_is_permalink = False

    def feed_guid(self, obj: Any) -> str:
        return self.feed_url(obj)

    def feed_url(self, obj: Any) -> str:
        """Return the absolute address of the feed itself."""
        raise NotImplementedError

    def subtitle(self, obj: Any) -> str:
        return str(self.description(obj))

    def description(self, obj: Any) -> str:
        """Return what the feed is about: `description` in RSS, `subtitle` in Atom."""
        raise NotImplementedError

    def author_name(self) -> str:
        return site_settings().name

    def item_link(self, item: Any) -> str:
        return absolute_url(item.get_absolute_url())


class PostFeed(SiteFeed):
    """The newest posts in RSS."""

    url_name = "feed"

    def get_object(self, request: HttpRequest) -> SiteSettings:
        return site_settings()

    def title(self, obj: Any) -> str:
        return obj.name

    def description(self, obj: Any) -> str:
        return obj.tagline or obj.name

    def link(self, obj: Any) -> str:
        return absolute_url(reverse("home"))

    def feed_url(self, obj: Any) -> str:
        return absolute_url(reverse(self.url_name))

    def items(self, obj: Any) -> Any:
        return Post.objects.published().for_feed()[:POSTS_PER_FEED]

    def item_title(self, item: Post) -> str:
        return item.title

    def item_description(self, item: Post) -> str:
        return escape(excerpt(item))

    def item_extra_kwargs(self, item: Post) -> dict[str, str]:
        return {"content": render_to_string("blog/_feed_entry.html", {"post": item}).strip()}

    def item_author_name(self, item: Post) -> str:
        return item.author.get_full_name() or item.author.get_username()

    def item_pubdate(self, item: Post) -> datetime | None:
        return item.published_at

    def item_updateddate(self, item: Post) -> datetime:
        return item.changed_at

    def item_guid(self, item: Post) -> str:
        return permanent_id(item)

    def item_categories(self, item: Post) -> list[str]:
        return [tag.name for tag in item.shown_tags]


class AtomPostFeed(PostFeed):
    """The newest posts in Atom."""

    feed_type = Atom
    url_name = "feed_atom"


class TagFeed(PostFeed):
    """The newest posts with a tag in RSS; 404 while none of them is published."""

    url_name = "tag_feed"

    def get_object(self, request: HttpRequest, slug: str) -> Tag:  # type: ignore[override]
        return get_object_or_404(Tag, slug=slug)

    def title(self, obj: Tag) -> str:
        return _("%(site)s: %(tag)s") % {"site": site_settings().name, "tag": obj.name}

    def description(self, obj: Tag) -> str:
        return _("Posts tagged “%(tag)s”") % {"tag": obj.name}

    def link(self, obj: Tag) -> str:
        return absolute_url(obj.get_absolute_url())

    def feed_url(self, obj: Tag) -> str:
        return absolute_url(reverse(self.url_name, args=[obj.slug]))

    def items(self, obj: Tag) -> list[Post]:
        posts = list(Post.objects.published().tagged(obj).for_feed()[:POSTS_PER_FEED])
        if not posts:
            raise Http404
        return posts


class AtomTagFeed(TagFeed):
    """The newest posts with a tag in Atom."""

    feed_type = Atom
    url_name = "tag_feed_atom"


def excerpt(post: Post) -> str:
    """Return the beginning of a post as plain text, after its spoiler warning."""
    text = Truncator(post.excerpt).chars(EXCERPT_LENGTH)
    if not post.has_spoilers:
        return text
    warning = capfirst(post.get_spoiler_level_display())
    return (_("%(warning)s. %(text)s") % {"warning": warning, "text": text}).strip()
