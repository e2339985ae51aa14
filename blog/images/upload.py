"""The editor's way to upload a picture: POST only, for authors only, every answer JSON."""

import logging
from typing import Any

from django import forms
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from blog.images import processing
from blog.models import Picture

log = logging.getLogger(__name__)
MAX_BODY = processing.MAX_BYTES + 1024 * 1024  # bytes of a whole request; the form's rest is small
# Bytes of any form, as nginx is told in deploy/. A picture that is a little too large still gets
# its sentence beside the field.
LET_THROUGH = 25 * 1024 * 1024
STORING_FAILED = gettext_lazy(
    "The picture could not be stored: perhaps the disk is full. Please try again later."
)


class PictureForm(forms.ModelForm):
    """A new picture, or another alternative text for one."""

    file = forms.FileField(
        label=gettext_lazy("file"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
        error_messages={"required": gettext_lazy("Please choose a picture to upload.")},
    )

    class Meta:
        model = Picture
        fields = ["file", "alt"]
        error_messages = {
            "alt": {
                "required": gettext_lazy(
                    "Please say what the picture shows, for people who can't see it."
                ),
                "max_length": gettext_lazy(
                    "The alternative text may have 300 characters at most: please shorten it."
                ),
            }
        }

    def clean_file(self) -> Any:
        processing.fill(self.instance, self.cleaned_data["file"])
        return self.instance.file

    def clean_alt(self) -> str:
        return " ".join(self.cleaned_data["alt"].split())


class Refused(Exception):
    """Why an upload is not taken: a sentence, and the status it is told with."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class TokenCheck(CsrfViewMiddleware):
    """Django's own check of the form's token, refusing with a sentence instead of a page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise Refused(403, _("The editor's page is too old to upload from: please load it again."))


@csrf_exempt  # not from the check: `check` makes it, so that its refusal is JSON, too
@never_cache
def upload(request: HttpRequest) -> HttpResponse:
    """Takes the fields `image` and `alt`; answers 201 with `markdown` (what to write to show the
    picture), `url`, `width` and `height`, or another status with a sentence as `error`."""
    try:
        check(request)
        picture = stored(request)
    except Refused as refusal:
        log.info("picture refused", extra={"status": refusal.status, "user": request.user.pk})
        response = JsonResponse({"error": refusal.sentence}, status=refusal.status)
        if refusal.status == 405:
            response["Allow"] = "POST"
        return response
    log.info("picture stored", extra={"picture": picture.pk, "user": request.user.pk})
    shown = {"url": picture.file.url, "width": picture.width, "height": picture.height}
    return JsonResponse({"markdown": picture.markdown(), **shown}, status=201)


def check(request: HttpRequest) -> None:
    """Who asks, and how; Refused unless it is an author's upload of bearable size."""
    if request.method != "POST":
        raise Refused(405, _("Pictures are uploaded by POST alone."))
    if not request.user.has_perm("blog.change_post"):
        raise Refused(403, _("Only authors may upload pictures: please log in again."))
    too_large = Refused(413, _("The upload is too large: a picture may have 20 MB at most."))
    if is_too_long(request.META.get("CONTENT_LENGTH") or "0"):
        discard_body(request)
        raise too_large
    try:
        request.POST  # noqa: B018  (read here, where its errors can be told)
    except RequestDataTooBig as error:
        raise too_large from error
    except (BadRequest, MultiPartParserError, SuspiciousOperation) as error:
        raise Refused(400, _("The upload is broken: please send it again.")) from error
    except OSError as error:
        raise Refused(503, str(STORING_FAILED)) from error
    token = TokenCheck(HttpResponse)
    token.process_request(request)
    token.process_view(request, HttpResponse, (), {})  # `upload` itself is exempt


def is_too_long(length: str, most: int = MAX_BODY) -> bool:
    """Whether a Content-Length is beyond a number of bytes, or none at all."""
    is_number = length.isascii() and length.isdigit() and len(length) < 10
    return not is_number or int(length) > most


def discard_body(request: HttpRequest) -> None:
    """Reads a body that is refused, unless nginx would not have let it through: it does not always
    hear an answer while it is still sending."""
    if not is_too_long(request.META.get("CONTENT_LENGTH") or "0", LET_THROUGH):
        while request.read(1 << 16):
            pass


def stored(request: HttpRequest) -> Picture:
    """The new picture; Refused with what is wrong with it."""
    files = [file for name in request.FILES for file in request.FILES.getlist(name)]
    if len(files) > 1:
        raise Refused(400, _("Please upload one picture at a time."))
    form = PictureForm(request.POST, MultiValueDict({"file": request.FILES.getlist("image")}))
    if not form.is_valid():
        raise Refused(400, str(next(iter(form.errors.values()))[0]))
    try:
        processing.save(form.instance)
    except (OSError, DatabaseError) as error:
        raise Refused(503, str(STORING_FAILED)) from error
    return form.instance
