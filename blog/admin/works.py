"""Works, tags and the legend in the admin."""

from django.contrib import admin

from blog.admin.base import Addressed, ReaderVisible
from blog.forms import AddressForm, TagForm
from blog.models import Band, Tag, Work


@admin.register(Work)
class WorkAdmin(Addressed):
    form = AddressForm
    list_display = ["title", "kind", "year", "creators"]
    list_filter = ["kind"]
    search_fields = ["title", "creators"]


@admin.register(Tag)
class TagAdmin(Addressed):
    form = TagForm
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Band)
class BandAdmin(ReaderVisible):
    list_display = ["lowest", "words"]
