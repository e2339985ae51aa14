"""Pictures in the admin."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from blog.admin.base import PublicModelAdmin
from blog.images import processing
from blog.images.upload import STORING_FAILED, PictureForm
from blog.models import Picture


@admin.register(Picture)
class PictureAdmin(PublicModelAdmin):
    """Pictures."""

    form = PictureForm
    list_display = ["alt", "width", "height", "uploaded_at", "markdown"]
    search_fields = ["alt"]
    readonly_fields = ["markdown"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Posts name a picture by its address, so a picture never gets another file.
        return ["markdown", "file"] if obj else ["markdown"]

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().add_view(request, *args, **kwargs)
        except OSError:
            messages.error(request, str(STORING_FAILED))
            submitted = {**request.GET.dict(), "alt": request.POST.get("alt", "")}
            return redirect(f"{request.path}?{urlencode(submitted)}")

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            processing.save_picture(obj)

    def delete_model(self, request: HttpRequest, obj: Picture) -> None:
        processing.delete_pictures(Picture.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Picture]) -> None:
        processing.delete_pictures(queryset)
