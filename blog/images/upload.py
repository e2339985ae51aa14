"""The upload of pictures from the editor: for authors only, its answers are JSON."""

import logging
from typing import Any

from django import forms
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from blog.images import processing
from blog.models import Picture
from core.request_limits import is_too_long

log = logging.getLogger(__name__)
MAX_BODY_BYTES = processing.MAX_BYTES + 1024 * 1024  # the rest of the form is small
STORING_FAILED = gettext_lazy(
    "The picture couldn't be saved. The disk may be full. Please try again later."
)


class PictureForm(forms.ModelForm):
    """A new picture, or another alternative text for one."""

    file = forms.FileField(
        label=gettext_lazy("file"),
        widget=forms.FileInput(
            attrs={"accept": "image/jpeg,image/png,image/webp,image/avif,image/gif"}
        ),
        error_messages={"required": gettext_lazy("Please choose a picture to upload.")},
    )

    class Meta:
        model = Picture
        fields = ["file", "alt"]
        error_messages = {
            "alt": {
                "required": gettext_lazy(
                    "Please describe the picture for people who can't see it."
                ),
                "max_length": gettext_lazy(
                    "Alt text can have up to 300 characters. Please shorten it."
                ),
            }
        }

    def clean_file(self) -> Any:
        processing.attach_upload(self.instance, self.cleaned_data["file"])
        return self.instance.file

    def clean_alt(self) -> str:
        return " ".join(self.cleaned_data["alt"].split())


class UploadRefused(Exception):
    """An upload is not taken: a sentence says why, and a status code goes with it."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@never_cache
def upload(request: HttpRequest) -> JsonResponse:
    """Store the picture in the fields `image` and `alt` of a form.

    Answer 201 with `markdown` (what to write to show the picture), `url`, `width` and `height`,
    or another status with a sentence as `error`.
    """
    try:
        check_request(request)
        picture = store_picture(request)
    except UploadRefused as refusal:
        log.info("picture refused", extra={"status": refusal.status, "user": request.user.pk})
        response = JsonResponse({"error": refusal.sentence}, status=refusal.status)
        if refusal.status == 405:
            response["Allow"] = "POST"
        return response
    log.info("picture stored", extra={"picture": picture.pk, "user": request.user.pk})
    return JsonResponse(
        {
            "markdown": picture.markdown(),
            "url": picture.file.url,
            "width": picture.width,
            "height": picture.height,
        },
        status=201,
    )


def csrf_failure() -> JsonResponse:
    """Answer an upload without a valid CSRF token."""
    sentence = _("This page is out of date. Please reload it to upload pictures.")
    return JsonResponse({"error": sentence}, status=403)


def check_request(request: HttpRequest) -> None:
    """Raise UploadRefused unless it is an author's POST of an acceptable size."""
    if request.method != "POST":
        raise UploadRefused(405, _("Pictures can only be uploaded with POST."))
    if not request.user.has_perm("blog.change_post"):
        raise UploadRefused(403, _("Only authors can upload pictures. Please log in again."))
    if is_too_long(request.META.get("CONTENT_LENGTH") or "0", MAX_BODY_BYTES):
        sentence = _("The upload is too large. Pictures can be up to 20 MB.")
        raise UploadRefused(413, sentence)


def store_picture(request: HttpRequest) -> Picture:
    """Store the uploaded picture and return it; raise UploadRefused with what is wrong with it."""
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    if len(files) > 1:
        raise UploadRefused(400, _("Please upload one picture at a time."))
    form = PictureForm(request.POST, MultiValueDict({"file": request.FILES.getlist("image")}))
    if not form.is_valid():
        raise UploadRefused(400, str(next(iter(form.errors.values()))[0]))
    try:
        processing.save_picture(form.instance)
    except (OSError, DatabaseError) as error:
        raise UploadRefused(503, str(STORING_FAILED)) from error
    return form.instance
