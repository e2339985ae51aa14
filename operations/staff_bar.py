"""The bar for people who are logged in. Pages are the same for everyone, so a script adds it."""

from typing import Any
from urllib.parse import unquote

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.login_marker import remove_marker
from blog.models import Page, Post, Tag, Work
from comments.models import Status
from comments.queue import limited_count
from comments.submission import team_name
from comments.views.submit import team_member

# What has an editor, by the name of its page's address.
EDITABLE: dict[str, type[Model]] = {"post": Post, "page": Page, "work": Work, "tag": Tag}


@never_cache
@require_safe
def staff_bar(request: HttpRequest) -> HttpResponse:
    """Return the bar for the page at `?path=`; 204, and no more requests, for everyone else."""
    user: Any = request.user
    if not user.is_authenticated:
        response = HttpResponse(status=204)
        remove_marker(response)
        return response
    context = {
        "name": team_name(user),
        "edit_address": edit_address(user, request.GET.get("path", "")),
        "pending": limited_count(Status.PENDING) if user.has_perm("comments.moderate") else None,
        "comments_as_team": team_member(request) is not None,
    }
    return render(request, "_staff_bar.html", context)


def edit_address(user: Any, path: str) -> str:
    """Return the address of the editor of what the page at a quoted path shows; "" if none."""
    try:
        page = resolve(unquote(path))
    except Resolver404:
        return ""
    model = EDITABLE.get(page.url_name or "")
    if model is None or not user.is_staff:
        return ""
    name = model._meta.model_name
    if not user.has_perm(f"blog.change_{name}"):
        return ""
    row = model._default_manager.filter(slug=page.kwargs["slug"]).only("pk").first()
    return reverse(f"admin:blog_{name}_change", args=[row.pk]) if row else ""
