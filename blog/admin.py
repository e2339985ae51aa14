"""Where authors write. Whatever changes here, readers see at once."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from markdownx.models import MarkdownxField

from blog import pages
from blog.forms import PictureForm, PostForm
from blog.models import Band, Picture, Post, SiteSettings, Tag, Work
from blog.widgets import EditorWidget


class ReaderVisible(admin.ModelAdmin):
    """Base of everything in the admin that readers can see: a change makes kept pages old."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        pages.changed()  # the admin saves in one transaction, and this comes last in it

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        pages.changed()

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        super().delete_queryset(request, queryset)
        pages.changed()


class SettingsAdmin(ReaderVisible):
    """A record of settings: always there, only changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        if self.has_view_or_change_permission(request):
            self.model.objects.get_or_create(pk=1)
        return self.changeform_view(request, "1")


@admin.register(SiteSettings)
class SiteSettingsAdmin(SettingsAdmin):
    pass


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


@admin.register(Picture)
class PictureAdmin(ReaderVisible):
    form = PictureForm
    list_display = ["alt", "width", "height", "uploaded_at", "markdown"]
    search_fields = ["alt"]
    readonly_fields = ["markdown"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Posts know a picture by its address: another file is another picture.
        return ["markdown", "file"] if obj else ["markdown"]


@admin.register(Work)
class WorkAdmin(ReaderVisible):
    list_display = ["title", "kind", "year", "creators"]
    list_filter = ["kind"]
    search_fields = ["title", "creators"]
    prepopulated_fields = {"slug": ["title"]}


@admin.register(Tag)
class TagAdmin(ReaderVisible):
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Band)
class BandAdmin(ReaderVisible):
    list_display = ["lowest", "words"]


admin.site.unregister(get_user_model())


@admin.register(get_user_model())
class PersonAdmin(ReaderVisible, UserAdmin):
    """Users: their names stand above their posts."""
