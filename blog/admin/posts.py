"""Posts in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from blog.admin.base import ReaderVisible
from blog.forms import PostForm
from blog.models import Post
from blog.widgets import EditorWidget


@admin.register(Post)
class PostAdmin(ReaderVisible):
    form = PostForm
    formfield_overrides = {MarkdownxField: {"widget": EditorWidget}}
    list_display = ["title", "work", "score", "spoiler_level", "state", "published_at"]
    list_filter = ["spoiler_level", "tags"]
    list_select_related = ["work"]
    search_fields = ["title", "work__title"]
    prepopulated_fields = {"slug": ["title"]}
    autocomplete_fields = ["work", "tags", "thumbnail"]
    date_hierarchy = "published_at"
    fieldsets = [
        (None, {"fields": ["title", "slug", "work", "tags", "thumbnail", "summary"]}),
        (_("Spoilers"), {"fields": ["spoiler_level", "spoiler_note"]}),
        (_("Text"), {"fields": ["body", "verdict", "score"]}),
        (_("Publication"), {"fields": ["published_at", "author", "comments_open"]}),
    ]

    @admin.display(description=_("state"))
    def state(self, post: Post) -> str:
        if post.is_published:
            return _("published")
        return _("scheduled") if post.is_scheduled else _("draft")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"author": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Post | None = None) -> list[str]:
        # Authors write under their own name; only the owner gives a post to somebody else.
        return [] if request.user.is_superuser else ["author"]

    def save_model(self, request: HttpRequest, obj: Post, form: forms.Form, change: bool) -> None:
        obj.author = obj.author if obj.author_id else request.user
        # The legend's words are taken until the post is out, and anew with another score.
        was_out = change and Post.objects.published().filter(pk=obj.pk).exists()
        if not was_out or "score" in form.changed_data:
            obj.take_wording()
        super().save_model(request, obj, form, change)
