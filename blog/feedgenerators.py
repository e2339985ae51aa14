"""RSS and Atom, as Django writes them, with the whole text in each entry."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from blog.models import Post

# What XML can't hold: an author pastes such characters unseen, and they would end the whole feed.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def bare(value: Any) -> Any:
    """A text, or each in a list or a dictionary's values, without control characters; anything
    else as it is."""
    if isinstance(value, dict):
        return {name: bare(each) for name, each in value.items()}
    if isinstance(value, list):
        return [bare(each) for each in value]
    return CONTROL.sub("", value) if isinstance(value, str) else value


class Rss(Rss201rev2Feed):
    """RSS 2.0: the excerpt in `description`, the whole text in `content:encoded`."""

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
        }

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class Atom(Atom1Feed):
    """Atom (RFC 4287): the excerpt in `summary`, the whole text in `content`."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


Format = type[Rss] | type[Atom]


def permanent_id(post: Post, comment_id: int | None = None) -> str:
    """Return an id of a post, or of a comment below it, that outlives a changed address.

    It is a tag URI (RFC 4151): the site's host, a day on which it was the site's, and the primary
    key. Feed readers show an entry again when its id changes.
    """
    host, day = urlsplit(settings.SITE_URL).hostname, post.created_at.date()
    suffix = f"/comment/{comment_id}" if comment_id else ""
    return f"tag:{host},{day}:post/{post.pk}{suffix}"
