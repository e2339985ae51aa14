"""Works, tags and the legend in the admin."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from blog.admin.base import PublicModelAdmin, SluggedAdmin
from blog.forms import TagForm, WorkForm
from blog.models import Band, Post, Tag, Work


class TaxonomyAdmin(SluggedAdmin):
    """Base of works and tags. When their names change, the worker indexes their posts again."""

    indexed_fields: set[str]  # those whose text is in the search index of the posts

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if self.indexed_fields.intersection(form.changed_data):
            form.instance.posts.update(index_due=True)


@admin.register(Work)
class WorkAdmin(TaxonomyAdmin):
    form = WorkForm
    indexed_fields = {"title", "creators"}
    list_display = ["title", "kind", "year", "creators"]
    list_filter = ["kind"]
    search_fields = ["title", "creators"]


@admin.register(Tag)
class TagAdmin(TaxonomyAdmin):
    form = TagForm
    indexed_fields = {"name"}
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        self.delete_queryset(request, Tag.objects.filter(pk=obj.pk))

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        taggings = Post.tags.through.objects.filter(tag__in=queryset)
        Post.objects.filter(pk__in=taggings.values("post")).update(index_due=True)
        super().delete_queryset(request, queryset)


@admin.register(Band)
class BandAdmin(PublicModelAdmin):
    list_display = ["lowest", "wording"]
