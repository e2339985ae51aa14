"""Search: what is indexed, and what is found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The posts that hold all the words asked for."""
    return render(request, "blog/search.html", {})
