"""Pictures in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from blog.admin.base import ReaderVisible
from blog.forms import PictureForm
from blog.models import Picture


@admin.register(Picture)
class PictureAdmin(ReaderVisible):
    form = PictureForm
    list_display = ["alt", "width", "height", "uploaded_at", "markdown"]
    search_fields = ["alt"]
    readonly_fields = ["markdown"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Posts know a picture by its address: another file is another picture.
        return ["markdown", "file"] if obj else ["markdown"]
