"""The privacy page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.models import SiteSettings
from comments.models import CommentSettings
from comments.screening import akismet, classifier
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
    }
    context = {
        "days": days,
        "akismet": akismet.is_configured(),
        "classifier": classifier.has_opinions(),
        "holds_likely_spam": rules.classifier_threshold is not None,
    }
    return render(request, "comments/privacy.html", context)
