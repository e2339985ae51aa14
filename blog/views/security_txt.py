"""security.txt: where security problems of the site are reported (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.models import SiteSettings
from pagecache.decorators import public_page

VALID_FOR = timedelta(days=180)  # RFC 9116 recommends less than a year
TEXT = "text/plain; charset=utf-8"


@public_page()
def security_txt(request: HttpRequest) -> HttpResponse:
    """Show the owner's contact, without which there is no file."""
    contact = SiteSettings.load().contact
    if not contact:
        sentence = _("The owner of this site hasn't given a contact address.")
        return HttpResponseNotFound(f"{sentence}\n", content_type=TEXT)
    expires = datetime.combine(timezone.now() + VALID_FOR, time(), UTC)  # the same text all day
    context = {"contact": quote(contact, safe="@"), "expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}
    return render(request, "security.txt", context, content_type=TEXT)
