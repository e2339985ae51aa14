"""Readers' reports: the form to send one, and what moderators do with them."""

import logging

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from comments import moderation, reader_reports
from comments.forms import ReportForm
from comments.models import Comment, CommentSettings, Report, open_reports
from comments.queue import PER_PAGE
from comments.views.detail import address_of
from comments.views.permissions import for_moderators, forms_only, log_action, moderator
from comments.views.submit import HONEYPOT
from core.request_origin import Origin, client_ip, origin_of
from pagecache.decorators import public_page

log = logging.getLogger(__name__)


@csrf_exempt  # as with comments: `origin_of` protects this view
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form to report a comment; take the report by POST."""
    readable = Comment.objects.for_readers().select_related("post")
    comment = get_object_or_404(readable, pk=pk)
    if request.method != "POST":
        return render_form(request, comment, ReportForm())
    form = ReportForm(request.POST)
    if origin_of(request) is Origin.CROSS_SITE:
        form.add_error(None, _("Something went wrong with this form. Please submit it again."))
        return render_form(request, comment, form, 403)
    if not form.is_valid():
        return render_form(request, comment, form, 400)
    # Only programs fill in the honeypot: they are thanked like everybody else.
    if not request.POST.get(HONEYPOT, "").strip():
        try:
            reader_reports.take(
                comment, client_ip(request), CommentSettings.load(), **form.cleaned_data
            )
        except reader_reports.TooFast as refusal:
            form.add_error(None, refusal.sentence)
            response = render_form(request, comment, form, refusal.status)
            response["Retry-After"] = str(refusal.seconds)
            return response
        log.info("comment reported", extra={"comment": pk, "why": form.cleaned_data["reason"]})
    response = HttpResponseRedirect(reverse("report_sent"))
    response.status_code = 303
    return response


def render_form(
    request: HttpRequest, comment: Comment, form: ReportForm, status: int = 200
) -> HttpResponse:
    """Return the page with the form, below the comment that it is about."""
    return render(
        request, "comments/report.html", {"comment": comment, "form": form}, status=status
    )


@public_page()
def sent(request: HttpRequest) -> HttpResponse:
    """Thank for a report."""
    return render(request, "comments/report_sent.html")


@for_moderators
@require_safe
def reported(request: HttpRequest) -> HttpResponse:
    """Show the comments with open reports, whatever their status is, the newest first."""
    comments = Comment.objects.filter(pk__in=Report.objects.open().values("comment"))
    comments = comments.select_related("post", "parent", "user").prefetch_related(open_reports())
    context = {"comments": comments.order_by("-created_at", "-pk")[:PER_PAGE]}
    return render(request, "comments/reported.html", context)


@for_moderators
@forms_only
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the reports of a comment that stays as it is."""
    action = moderation.dismiss_reports(pk, moderator(request))
    if action.moved:
        log_action(request, "dismiss", 1)
        messages.success(request, _("Reports dismissed."), extra_tags=str(action.id))
    if request.POST.get("list") == "reported":
        return redirect("moderation_reported")
    return redirect(address_of(pk, request.POST))
