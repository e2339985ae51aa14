"""Standing pages in the admin."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from blog.admin.publishable import PublishableAdmin, StateFilter
from blog.forms import PageForm
from blog.models import Page


@admin.register(Page)
class PageAdmin(PublishableAdmin):
    """Standing pages."""

    form = PageForm
    list_display = ["title", "slug", "menu_place", "state", "published_at"]
    list_filter = [StateFilter]
    search_fields = ["title"]
    fieldsets = [
        (None, {"fields": ["title", "slug", "summary"]}),
        (_("Text"), {"fields": ["body"]}),
        (_("Publishing"), {"fields": ["published_at", "menu_place"]}),
    ]
