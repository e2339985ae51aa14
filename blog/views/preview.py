"""The editor's live preview."""

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.text import normalize_newlines
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from blog.models import BODY_LIMIT
from blog.rendering import count_words, render_body
from core.form_fields import too_long

WRITE_PERMISSIONS = ["blog.add_post", "blog.change_post", "blog.add_page", "blog.change_page"]


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Render a text as its page will show it, or list what has to be corrected.

    The last paragraph gives the length; the editor's script recognizes the response by it.
    """
    if not any(map(request.user.has_perm, WRITE_PERMISSIONS)):
        return HttpResponseForbidden(_("Please log in again to see the preview."))
    text = normalize_newlines(request.POST.get("content", ""))
    length_problem = too_long(text, BODY_LIMIT)
    body = render_body("" if length_problem else text)
    words, minutes = count_words(text if length_problem else body.masked_text)
    context = {
        "problems": [length_problem] if length_problem else body.problems,
        "html": body.html,
        "words": words,
        "shown_words": number_format(words, force_grouping=True),
        "minutes": minutes,
    }
    return render(request, "blog/_preview.html", context)
