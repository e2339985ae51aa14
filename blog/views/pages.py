"""Pages at addresses of their own, outside the stream of posts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from blog.models import Page
from pagecache.decorators import public_page


@public_page()
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a published page; a draft only to people who may change it, and never cached."""
    pages = Page.objects.filter(slug=slug)
    published = pages.published().first()
    if published is None:
        return draft(request, get_object_or_404(pages.visible_to(request.user)))
    return render(request, "blog/page.html", {"page": published})


@never_cache
def draft(request: HttpRequest, page: Page) -> HttpResponse:
    """Show a page that is not published to somebody who may see it."""
    return render(request, "blog/page.html", {"page": page, "is_preview": True})
