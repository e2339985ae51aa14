"""Works, tags and the legend in the admin."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from blog.admin.base import Addressed, ReaderVisible
from blog.forms import AddressForm, TagForm
from blog.models import Band, Post, Tag, Work


class FoundBy(Addressed):
    """What posts are found by: with other words the worker indexes them anew."""

    indexed: set[str]  # the fields that stand in the posts' index

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if self.indexed.intersection(form.changed_data):
            form.instance.posts.update(index_due=True)


@admin.register(Work)
class WorkAdmin(FoundBy):
    form = AddressForm
    indexed = {"title", "creators"}
    list_display = ["title", "kind", "year", "creators"]
    list_filter = ["kind"]
    search_fields = ["title", "creators"]


@admin.register(Tag)
class TagAdmin(FoundBy):
    form = TagForm
    indexed = {"name"}
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        self.delete_queryset(request, Tag.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        tagged = Post.tags.through.objects.filter(tag__in=queryset)
        Post.objects.filter(pk__in=tagged.values("post")).update(index_due=True)
        super().delete_queryset(request, queryset)


@admin.register(Band)
class BandAdmin(ReaderVisible):
    list_display = ["lowest", "wording"]
