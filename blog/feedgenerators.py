"""RSS and Atom as Django writes them, with the whole text in each entry."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from blog.models import Post

# Characters that XML 1.0 does not allow, and DEL. Text pasted by an author may hold them unseen.
NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def remove_control_characters(value: Any) -> Any:
    """Return texts, alone or in lists or dictionaries, without what XML forbids."""
    if isinstance(value, dict):
        return {key: remove_control_characters(item) for key, item in value.items()}
    if isinstance(value, list):
        return [remove_control_characters(item) for item in value]
    return NOT_IN_XML.sub("", value) if isinstance(value, str) else value


class ValidXMLMixin:
    """Make a feed valid XML, whatever its texts hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**remove_control_characters(kwargs))

    def add_item(self, **kwargs: Any) -> None:
        super().add_item(**remove_control_characters(kwargs))  # type: ignore[misc]


class Rss(ValidXMLMixin, Rss201rev2Feed):  # type: ignore[misc]
    """RSS 2.0: the excerpt in `description`, the whole text in `content:encoded`."""

    def rss_attributes(self) -> dict[str, str]:
        content = {"xmlns:content": "http://purl.org/rss/1.0/modules/content/"}
        return {**super().rss_attributes(), **content}

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content:encoded", item["content"])


class Atom(ValidXMLMixin, Atom1Feed):  # type: ignore[misc]
    """Atom (RFC 4287): the excerpt in `summary`, the whole text in `content`."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


def permanent_id(post: Post, comment_id: int | None = None) -> str:
    """Return an id of a post, or of a comment below it, that outlives a changed address.

    It is a tag URI (RFC 4151): the site's host, a day on which it was the site's, and the primary
    key. Feed readers show an entry again when its id changes.
    """
    host, day = urlsplit(settings.SITE_URL).hostname, post.created_at.date()
    suffix = f"/comment/{comment_id}" if comment_id else ""
    return f"tag:{host},{day}:post/{post.pk}{suffix}"
