"""What everything in the admin shares. Whatever changes here, readers see at once."""

from typing import Any

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from blog import pages


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
