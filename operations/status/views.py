"""The status page, /admin/status/: the state of the site for its owner."""

from itertools import chain

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations.models import ErrorRecord
from operations.status.checks import CheckResult, Section, State, run_section

MAX_ERRORS = 20


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Show the results of all checks to owners only: they name versions and places in the code."""
    if not (admin.site.has_permission(request) and request.user.is_superuser):
        raise PermissionDenied
    sections = {section.label: run_section(section) for section in Section}
    context = {
        **admin.site.each_context(request),
        "title": _("Status"),
        "summary": summarize(list(chain(*sections.values()))),
        "sections": sections,
        "errors": ErrorRecord.objects.order_by("-last_at")[:MAX_ERRORS],
    }
    return render(request, "admin/status.html", context)


def summarize(results: list[CheckResult]) -> str:
    """Return how many things need attention, in a sentence or two."""
    critical = sum(result.state == State.CRITICAL for result in results)
    warnings = sum(result.state == State.WARNING for result in results)
    sentences = [
        ngettext("%(n)d thing needs action.", "%(n)d things need action.", critical)
        % {"n": critical},
        ngettext("%(n)d thing to check.", "%(n)d things to check.", warnings) % {"n": warnings},
    ]
    counts = (critical, warnings)
    shown = [sentence for sentence, n in zip(sentences, counts, strict=True) if n]
    return " ".join(shown) or _("Everything is OK.")
