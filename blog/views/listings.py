"""The lists by which posts are found: by tag, by work, and without spoilers."""

from django.core.paginator import Page
from django.db.models import Count, Max, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import Post, SpoilerLevel, Tag, Work, next_publication
from blog.views.pagination import paginate
from pagecache.decorators import public_page

TERMS_PER_PAGE = 100  # tags or works, which take a line each


@public_page(params={"page"}, expires=next_publication)
def tags(request: HttpRequest) -> HttpResponse:
    """List all tags that published posts have."""
    page = paginate(request, Tag.objects.with_post_counts(), TERMS_PER_PAGE)
    summary = ngettext("Browse %(number)d tag", "Browse %(number)d tags", page.paginator.count)
    if not page.object_list:
        summary = _("No tags yet.")
    return render_listing(request, "blog/tags.html", reverse("tags"), _("Tags"), summary, page)


@public_page(params={"page"}, expires=next_publication)
def tag(request: HttpRequest, slug: str) -> HttpResponse:
    """List the posts with a tag; 404 while none of them is published."""
    tag = get_object_or_404(Tag, slug=slug)
    page = require_posts(paginate(request, Post.objects.published().tagged(tag).for_cards()))
    summary = ngettext(
        "%(number)d post tagged “%(name)s”",
        "%(number)d posts tagged “%(name)s”, newest first",
        page.paginator.count,
    )
    address = tag.get_absolute_url()
    return render_listing(
        request, "blog/tag.html", address, tag.name, summary, page, tag=tag, name=tag.name
    )


@public_page(params={"page"}, expires=next_publication)
def works(request: HttpRequest) -> HttpResponse:
    """List all works that published posts are about."""
    page = paginate(request, Work.objects.with_post_counts(), TERMS_PER_PAGE)
    summary = ngettext(
        "%(number)d work reviewed", "%(number)d works reviewed", page.paginator.count
    )
    if not page.object_list:
        summary = _("No works yet.")
    return render_listing(request, "blog/works.html", reverse("works"), _("Works"), summary, page)


@public_page(params={"page"}, expires=next_publication)
def work(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a work and list the posts about it; 404 while none of them is published."""
    work = get_object_or_404(Work, slug=slug)
    posts = Post.objects.published().filter(work=work)
    page = require_posts(paginate(request, posts.for_cards()))
    span = posts.aggregate(scored=Count("score"), lowest=Min("score"), highest=Max("score"))
    summary = ngettext(
        "%(number)d review", "%(number)d reviews, newest first", page.paginator.count
    )
    address = work.get_absolute_url()
    return render_listing(
        request, "blog/work.html", address, work.title, summary, page, work=work, span=span
    )


@public_page(params={"page"}, expires=next_publication)
def spoiler_free(request: HttpRequest) -> HttpResponse:
    """List the posts whose author says that they hold no spoilers."""
    posts = Post.objects.published().filter(spoiler_level=SpoilerLevel.NONE)
    page = paginate(request, posts.for_cards())
    summary = ngettext(
        "%(number)d spoiler-free post",
        "%(number)d spoiler-free posts, newest first",
        page.paginator.count,
    )
    if not page.object_list:
        summary = _("No spoiler-free reviews yet.")
    address, title = reverse("spoiler_free"), _("Spoiler-free reviews")
    return render_listing(request, "blog/spoiler_free.html", address, title, summary, page)


def require_posts(page: "Page[Post]") -> "Page[Post]":
    """Return the page of a list; raise Http404 if there is nothing in the list."""
    if not page.paginator.count:
        raise Http404
    return page


def render_listing(
    request: HttpRequest,
    template: str,
    address: str,
    title: str,
    summary: str,
    page: "Page[Post] | None" = None,
    **extra: object,
) -> HttpResponse:
    """Return the page of a list.

    `address` is the list's own, without a page number. `summary` may contain `%(number)d`, the
    length of the list, and whatever else is passed.
    """
    number = page.paginator.count if page else 0
    context = {"title": title, "page": page, "address": address, "number": number, **extra}
    return render(request, template, {**context, "summary": summary % context})
