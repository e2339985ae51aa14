"""Where a hole in the site is reported to (RFC 9116)."""

from datetime import UTC, datetime, time, timedelta
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.models import SiteSettings
from pagecache.decorators import public_page

VALID = timedelta(days=180)  # less than a year is recommended; the page is kept for a day at most
TEXT = "text/plain; charset=utf-8"


@public_page()
def security_txt(request: HttpRequest) -> HttpResponse:
    """The owner's contact; the file can't do without one."""
    contact = SiteSettings.load().contact
    if not contact:
        sentence = _("The owner of this site has not named a contact.")
        return HttpResponseNotFound(f"{sentence}\n", content_type=TEXT)
    expires = datetime.combine(timezone.now() + VALID, time(), UTC)  # the same text all day
    context = {"contact": quote(contact, safe="@"), "expires": f"{expires:%Y-%m-%dT%H:%M:%SZ}"}
    return render(request, "security.txt", context, content_type=TEXT)
