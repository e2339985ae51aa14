"""/admin/status/: how the site is, for its owner, on one page."""

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
from operations.status import application, system
from operations.status.checks import Finding, State

SHOWN = 20  # errors


@never_cache
@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """For owners alone: it speaks of versions, places in the code and what has failed."""
    if not (admin.site.has_permission(request) and request.user.is_superuser):
        raise PermissionDenied
    found = sections()
    context = {
        **admin.site.each_context(request),
        "title": _("Status"),
        "summary": summary(list(chain(*found.values()))),
        "sections": found,
        "faults": ErrorRecord.objects.order_by("-last_at")[:SHOWN],
    }
    return render(request, "admin/status.html", context)


def sections() -> dict[str, list[Finding]]:
    return {
        _("Comments"): application.comments(),
        _("Work behind the scenes"): [
            application.worker(),
            application.queue(),
            application.mail(),
            application.pictures(),
            application.search(),
            application.errors(),
        ],
        _("Machine"): [
            system.disk(),
            system.database(),
            system.backup(),
            system.migrations(),
            *system.site(),
            system.versions(),
        ],
    }


def summary(findings: list[Finding]) -> str:
    """All of it in a sentence."""
    bad = sum(finding.state == State.BAD for finding in findings)
    look = sum(finding.state == State.LOOK for finding in findings)
    said = [
        ngettext("%(n)d thing needs you.", "%(n)d things need you.", bad) % {"n": bad},
        ngettext("%(n)d thing is worth a look.", "%(n)d things are worth a look.", look)
        % {"n": look},
    ]
    kept = [sentence for sentence, number in zip(said, (bad, look), strict=True) if number]
    return " ".join(kept) or _("Everything is fine.")
