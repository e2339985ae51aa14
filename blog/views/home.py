"""The home page: the newest posts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from blog import reading
from blog.reading import next_change
from blog.views.pagination import posts_page
from pagecache.decorators import public_page


@public_page(params={"page"}, expires=next_change)
def home(request: HttpRequest) -> HttpResponse:
    """The newest posts as cards."""
    page = posts_page(request, reading.all_posts())
    return render(request, "blog/home.html", {"page": page, "address": reverse("home")})
