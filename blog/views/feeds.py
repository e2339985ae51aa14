"""The feeds of posts: full text with spoilers masked, all addresses absolute.

Django's own `Feed` view asks the Site row for its address; ours is `SITE_URL`.
"""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import escape
from django.utils.text import Truncator
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from blog import drawing, reading
from blog.feedgenerators import Format, bare, permanent_id
from blog.models import Post, SiteSettings
from core.urls import absolute_url
from pagecache.decorators import public_page

LENGTH = 10  # entries; WordPress's default
EXCERPT = 300  # characters


@public_page(expires=reading.next_change)
def posts(request: HttpRequest, form: Format) -> HttpResponse:
    """The newest posts."""
    site = SiteSettings.load()
    feed = begin(request, form, site, site.name, reverse("home"), site.tagline or site.name)
    return answer(request, feed, map(entry, newest(reading.all_posts())))


@public_page(expires=reading.next_change)
def tag(request: HttpRequest, slug: str, form: Format) -> HttpResponse:
    """The newest posts with a tag; 404 while nothing with it is published."""
    site, found = SiteSettings.load(), reading.tag_at(slug)
    title = _("%(site)s: %(tag)s") % {"site": site.name, "tag": found.name}
    about = _("Posts tagged “%(tag)s”") % {"tag": found.name}
    feed = begin(request, form, site, title, found.get_absolute_url(), about)
    tagged = newest(reading.posts_with(found))
    if not tagged:
        raise Http404
    return answer(request, feed, map(entry, tagged))


def newest(found: reading.Listed) -> list[Post]:
    """The newest of the posts found, with what an entry says of each."""
    return reading.entries(found[:LENGTH])


def begin(
    request: HttpRequest, form: Format, site: SiteSettings, title: str, page: str, about: str
) -> Any:
    """A feed without entries; `page` is the path of the page that it follows."""
    own = absolute_url(request.path)
    fields = {
        "title": title,
        "link": absolute_url(page),
        "description": about,
        "subtitle": about,
        "language": get_language(),
        "author_name": site.name,
        "feed_url": own,
        "feed_guid": own,
    }
    return form(**bare(fields))


def answer(request: HttpRequest, feed: Any, entries: Iterable[dict[str, Any]]) -> HttpResponse:
    """The feed with its entries, as a page that may be kept."""
    for each in entries:
        feed.add_item(**bare(each))
    text = feed.writeString("utf-8")
    return HttpResponse(text, content_type=feed.content_type)


def entry(post: Post) -> dict[str, Any]:
    """What both formats say of a post. Excerpt and text are HTML; both begin with the warning."""
    return {
        "title": post.title,
        "link": absolute_url(post.get_absolute_url()),
        "description": escape(excerpt(post)),
        "content": drawing.feed_entry(post),
        "author_name": post.author.get_full_name() or post.author.get_username(),
        "pubdate": post.published_at,
        "updateddate": post.changed_at,
        "unique_id": permanent_id(post),
        "unique_id_is_permalink": False,
        "categories": [tag.name for tag in post.shown_tags],
    }


def excerpt(post: Post) -> str:
    """Some words of the post, after the warning where there is one."""
    text = Truncator(post.excerpt).chars(EXCERPT)
    if not post.has_spoilers:
        return text
    warning = drawing.spoilers(post)
    return (_("%(warning)s. %(text)s") % {"warning": warning, "text": text}).strip()
