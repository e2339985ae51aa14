"""Pictures in the admin."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from blog.admin.base import PublicModelAdmin
from blog.images import processing
from blog.images.upload import STORING_FAILED, PictureForm
from blog.models import Page, Picture, Post

THUMBNAIL_SIDE = 120  # CSS pixels in the list
SHOWN_SIDE = 640  # on the page of a picture


@admin.register(Picture)
class PictureAdmin(PublicModelAdmin):
    """Pictures."""

    form = PictureForm
    list_display = ["thumbnail", "alt", "width", "height", "uploaded_at", "markdown"]
    list_display_links = ["thumbnail", "alt"]
    search_fields = ["alt"]
    delete_confirmation_template = "admin/blog/picture/delete_confirmation.html"
    delete_selected_confirmation_template = "admin/blog/picture/delete_selected_confirmation.html"

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return ["shown", "alt", "markdown", "places", "file"] if obj else ["file", "alt"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # Posts name a picture by its address, so a picture never gets another file.
        return ["shown", "markdown", "places", "file"] if obj else []

    @admin.display(description=_("picture"))
    def thumbnail(self, picture: Picture) -> str:
        return img(picture, THUMBNAIL_SIDE)

    @admin.display(description=_("picture"))
    def shown(self, picture: Picture) -> str:
        return img(picture, SHOWN_SIDE)

    @admin.display(description=_("used in"))
    def places(self, picture: Picture) -> str:
        texts = texts_showing([picture])
        if not texts:
            return str(_("No post or page shows it."))
        items = format_html_join("", '<li><a href="{}">{}</a></li>', texts)
        return format_html('<ul class="picture-places">{}</ul>', items)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().add_view(request, *args, **kwargs)
        except OSError:
            messages.error(request, str(STORING_FAILED))
            submitted = {**request.GET.dict(), "alt": request.POST.get("alt", "")}
            return redirect(f"{request.path}?{urlencode(submitted)}")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse):
            context = response.context_data or {}
            if "deletable_objects" in context:  # the confirmation page of "delete selected"
                context["texts"] = texts_showing(context["queryset"])
        return response

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        texts = []
        if request.method == "GET" and (picture := self.get_object(request, object_id)):
            texts = texts_showing([picture])
        return super().delete_view(request, object_id, {**(extra_context or {}), "texts": texts})

    def save_model(self, request: HttpRequest, obj: Picture, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            processing.save_picture(obj)

    def delete_model(self, request: HttpRequest, obj: Picture) -> None:
        processing.delete_pictures(Picture.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Picture]) -> None:
        processing.delete_pictures(queryset)


def img(picture: Picture, side: int) -> str:
    """Return an `<img>` whose sides have at most so many CSS pixels."""
    scale = min(1, side / max(picture.width, picture.height))
    return format_html(
        '<img class="picture-shown" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
        picture.smallest_url(side),
        picture.alt,
        max(1, round(picture.width * scale)),
        max(1, round(picture.height * scale)),
    )


def texts_showing(pictures: Any) -> list[tuple[str, str]]:
    """Return the address of the form and the title of each post and page with these pictures."""
    found = {
        reverse(f"admin:blog_{texts.model._meta.model_name}_change", args=[pk]): title
        for picture in pictures
        for texts in (Post.objects.showing(picture), Page.objects.showing(picture))
        for pk, title in texts.values_list("pk", "title")
    }
    return list(found.items())
