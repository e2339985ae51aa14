"""The receipt, which tells a commenter where their comment stands."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from comments import submission
from comments.models import Comment

RECEIPT_DAYS = 30  # after which the address of a receipt is no longer found


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show where a comment stands to whoever has its token; never indexed or cached."""
    since = timezone.now() - timedelta(days=RECEIPT_DAYS)
    comment = get_object_or_404(
        Comment.objects.select_related("post"),
        receipt=submission.hash_token(token),
        created_at__gt=since,
    )
    response = render(request, "comments/receipt.html", {"comment": comment, "days": RECEIPT_DAYS})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"  # the page has no form that needs it
    return response
