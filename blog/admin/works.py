"""Works, tags and the legend in the admin."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from blog import search
from blog.admin.base import Addressed, ReaderVisible
from blog.forms import AddressForm, TagForm
from blog.models import Band, Post, Tag, Work


class FoundBy(Addressed):
    """What posts are found by: another name goes into their index."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change:
            search.index(form.instance.posts.all())


@admin.register(Work)
class WorkAdmin(FoundBy):
    form = AddressForm
    list_display = ["title", "kind", "year", "creators"]
    list_filter = ["kind"]
    search_fields = ["title", "creators"]


@admin.register(Tag)
class TagAdmin(FoundBy):
    form = TagForm
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        self.delete_queryset(request, Tag.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        tagged = list(Post.objects.filter(tags__in=queryset).only("pk"))
        super().delete_queryset(request, queryset)
        search.index(tagged)


@admin.register(Band)
class BandAdmin(ReaderVisible):
    list_display = ["lowest", "words"]
    view_on_site = False  # Django's way there leads over the name of a site that nobody set
