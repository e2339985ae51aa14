"""The receipt: where a comment stands, for the person who sent it."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from comments import submission
from comments.models import Comment

RECEIPT_DAYS = 30


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Where a comment stands, for who holds its token, for 30 days; never indexed or kept."""
    since = timezone.now() - timedelta(days=RECEIPT_DAYS)
    comment = get_object_or_404(
        Comment.objects.select_related("post"),
        receipt=submission.hashed(token),
        created_at__gt=since,
    )
    response = render(request, "comments/receipt.html", {"comment": comment})
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"  # no form stands here that would miss it
    return response
