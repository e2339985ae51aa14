"""Works, tags and the legend in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from blog.admin.base import PublicModelAdmin, SluggedAdmin
from blog.forms import MergeForm, TagForm, WorkForm
from blog.models import Band, Post, Tag, Work
from blog.publishing.merging import merge_tags


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
    actions = ["merge"]

    @admin.action(description=_("Merge selected tags"), permissions=["delete"])
    def merge(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Ask which of the selected tags is kept, then merge the others into it."""
        if queryset.count() < 2:
            self.message_user(request, _("Select at least two tags."), messages.WARNING)
            return None
        form = MergeForm(queryset, request.POST if "merge" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": _("Merge tags"),
                "form": form,
            }
            return render(request, "admin/blog/tag/merge.html", context)
        kept = form.cleaned_data["kept"]
        merge_tags(kept, queryset.exclude(pk=kept.pk))
        sentence = _("The tags were merged into “%(name)s”.") % {"name": kept.name}
        self.message_user(request, sentence, messages.SUCCESS)
        return None

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
