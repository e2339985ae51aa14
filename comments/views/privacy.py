"""The privacy page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from blog.models import SiteSettings
from comments.models import CommentSettings, Rule, RuleAction
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
        "report": rules.keep_report_days,
    }
    actions = set(Rule.objects.order_by().values_list("action", flat=True).distinct())
    context = {
        "days": days,
        "akismet": akismet.is_configured(),
        "choices": rules,
        "classifier": classifier.has_opinions(),
        "holds_likely_spam": rules.classifier_threshold is not None,
        "has_rules": bool(actions or rules.hold_links),
        "some_are_not_sent": bool(actions - {RuleAction.HOLD}),
    }
    return render(request, "comments/privacy.html", context)
