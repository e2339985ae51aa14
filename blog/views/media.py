"""Uploaded pictures and their renditions."""

from csp.constants import NONE
from csp.decorators import csp
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from blog.models import Picture


@csp({"default-src": [NONE], "sandbox": True})
@require_safe
def media(request: HttpRequest, path: str) -> FileResponse | HttpResponse:
    """Serve a picture or a rendition in a sandbox; 503 if the storage does not answer."""
    content_type = Picture.objects.content_type(path)
    if not content_type:
        raise Http404
    try:
        file = default_storage.open(path)
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        sentence = _("This picture can't be loaded right now. Please try again in a minute.")
        headers = {"Retry-After": "60", "Cache-Control": "no-store"}
        return HttpResponse(
            sentence, status=503, content_type="text/plain; charset=utf-8", headers=headers
        )
    response = FileResponse(file, content_type=content_type)
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
