"""The feed of posts: full text with spoilers masked, all addresses absolute."""

import re
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed

from blog import pages
from blog.models import Post, SiteSettings
from blog.views import POSTS_PER_PAGE, next_change

# What XML can't hold: an author pastes such characters unseen, and they would end the whole feed.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def bare(value: Any) -> Any:
    """A text, or each in a list, without control characters; anything else as it is."""
    if isinstance(value, list):
        return [bare(each) for each in value]
    return CONTROL.sub("", value) if isinstance(value, str) else value


class FullText(Rss201rev2Feed):
    """RSS whose items carry the whole text in `content:encoded`."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{name: bare(value) for name, value in fields.items()})

    def add_item(self, **fields: Any) -> None:
        super().add_item(**{name: bare(value) for name, value in fields.items()})

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        }

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class Posts(Feed):
    """The newest posts."""

    feed_type = FullText

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.site = SiteSettings.load()
        pages.limit(request, next_change())
        return pages.keep(request, super().__call__(request, *args, **kwargs))

    def title(self) -> str:
        return self.site.name

    def description(self) -> str:
        return self.site.tagline or self.site.name

    def link(self) -> str:
        return settings.SITE_URL + reverse("home")

    def feed_url(self) -> str:
        return settings.SITE_URL + reverse("feed")

    def items(self) -> Any:
        return (
            Post.objects.published()
            .select_related("author")
            .prefetch_related("tags")[:POSTS_PER_PAGE]
        )

    def item_title(self, post: Post) -> str:
        return post.title

    def item_description(self, post: Post) -> str:
        return post.excerpt

    def item_link(self, post: Post) -> str:
        return settings.SITE_URL + post.get_absolute_url()

    def item_author_name(self, post: Post) -> str:
        return post.author.get_full_name() or post.author.get_username()

    def item_pubdate(self, post: Post) -> Any:
        return post.published_at

    def item_categories(self, post: Post) -> list[str]:
        return [tag.name for tag in post.tags.all()]

    def item_extra_kwargs(self, post: Post) -> dict[str, str]:
        return {"content": post.body_masked_html}
