"""The home page: the newest posts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from blog.models import Post, next_publication
from blog.views.pagination import paginate
from pagecache.decorators import public_page


@public_page(params={"page"}, expires=next_publication)
def home(request: HttpRequest) -> HttpResponse:
    """Show the newest posts as cards."""
    page = paginate(request, Post.objects.published().for_cards())
    return render(request, "blog/home.html", {"page": page, "address": reverse("home")})
