"""The lists by which posts are found: by tag, by work, and without spoilers.

`archive.py` and `scores.py` hold those by time and by score. Each list says in a sentence what it
is and how much there is: its `words`.
"""

from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog import reading
from blog.models import Post, SpoilerLevel, Tag, Work
from blog.reading import next_change
from blog.views.pagination import page_of, posts_page
from pagecache.decorators import public_page

NAMES_PER_PAGE = 100  # tags or works: a line each


@public_page(params={"page"}, expires=next_change)
def tags(request: HttpRequest) -> HttpResponse:
    """All tags that published posts have."""
    page = names_page(request, Tag.objects.counted())
    words = ngettext(
        "%(number)d tag that posts are found by.",
        "%(number)d tags that posts are found by.",
        page.paginator.count,
    )
    if not page.object_list:
        words = _("No post has a tag yet.")
    return show(request, "blog/tags.html", reverse("tags"), _("Tags"), words, page)


@public_page(params={"page"}, expires=next_change)
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """The posts with a tag; 404 while nothing with it is published."""
    found = reading.tag_at(slug)
    page = filled(posts_page(request, reading.posts_with(found)))
    words = ngettext(
        "%(number)d post is tagged “%(name)s”.",
        "%(number)d posts are tagged “%(name)s”, the newest first.",
        page.paginator.count,
    )
    address = found.get_absolute_url()
    return show(
        request, "blog/tag.html", address, found.name, words, page, tag=found, name=found.name
    )


@public_page(params={"page"}, expires=next_change)
def works(request: HttpRequest) -> HttpResponse:
    """All works that published posts are about."""
    page = names_page(request, Work.objects.counted())
    words = ngettext(
        "%(number)d work is written about here.",
        "%(number)d works are written about here.",
        page.paginator.count,
    )
    if not page.object_list:
        words = _("No work is written about yet.")
    return show(request, "blog/works.html", reverse("works"), _("Works"), words, page)


@public_page(params={"page"}, expires=next_change)
def work(request: HttpRequest, slug: str) -> HttpResponse:
    """A work and the posts about it; 404 while none is published."""
    found = get_object_or_404(Work, slug=slug)
    posts = Post.objects.published().filter(work=found)
    page = filled(posts_page(request, posts))
    span = posts.aggregate(scored=Count("score"), lowest=Min("score"), highest=Max("score"))
    words = ngettext(
        "%(number)d post about this work.",
        "%(number)d posts about this work, the newest first.",
        page.paginator.count,
    )
    address = found.get_absolute_url()
    return show(request, "blog/work.html", address, found.title, words, page, work=found, span=span)


@public_page(params={"page"}, expires=next_change)
def spoiler_free(request: HttpRequest) -> HttpResponse:
    """The posts of which the author said that they hold no spoilers."""
    posts = Post.objects.published().filter(spoiler_level=SpoilerLevel.NONE)
    page = posts_page(request, posts)
    words = ngettext(
        "%(number)d post gives nothing away.",
        "%(number)d posts give nothing away, the newest first.",
        page.paginator.count,
    )
    if not page.object_list:
        words = _("There is no post without spoilers yet.")
    title = _("Posts without spoilers")
    return show(request, "blog/spoiler_free.html", reverse("spoiler_free"), title, words, page)


def names_page(request: HttpRequest, names: Any) -> "Page[Any]":
    """The part of a list of tags or works that `?page=` asks for."""

    def read(keys: list[int]) -> list[Any]:
        found = names.in_bulk(keys)
        return [found[key] for key in keys if key in found]

    return page_of(request, names.values_list("pk", flat=True), NAMES_PER_PAGE, read)


def filled(page: "Page[Post]") -> "Page[Post]":
    """The same page; Http404 where nothing is on it."""
    if not page.paginator.count:
        raise Http404
    return page


def show(
    request: HttpRequest,
    template: str,
    address: str,
    title: str,
    words: str,
    page: "Page[Post] | None" = None,
    **more: object,
) -> HttpResponse:
    """A list; `address` is its own without the page's number, `words` may name `number` and
    whatever else is given."""
    number = page.paginator.count if page else 0
    context = {"title": title, "page": page, "address": address, "number": number, **more}
    return render(request, template, {**context, "words": words % context})
