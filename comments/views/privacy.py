"""The privacy page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.models import SiteSettings
from comments.models import CommentSettings
from comments.screening import akismet
from comments.views.receipt import RECEIPT_DAYS
from pagecache.decorators import public_page


@public_page()
def privacy(request: HttpRequest) -> HttpResponse:
    """Explain how the data of comments is processed, with the numbers of the settings."""
    rules = CommentSettings.load()
    days = {
        "address": SiteSettings.load().keep_address_days,
        "sent": rules.keep_sent_days,
        "spam": rules.keep_spam_days,
        "trash": rules.keep_trash_days,
        "receipt": RECEIPT_DAYS,
        "report": rules.keep_report_days,
    }
    context = {"days": days, "akismet": akismet.is_configured()}
    return render(request, "comments/privacy.html", context)
