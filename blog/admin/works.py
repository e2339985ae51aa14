"""Works, tags and the legend in the admin."""

from django.contrib import admin

from blog.admin.base import ReaderVisible
from blog.models import Band, Tag, Work


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
