"""The owners are told of each error once: what, where, how often; never what somebody typed."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import SiteSettings
from core import mail
from operations.models import ErrorRecord

PAUSE = timedelta(minutes=10)  # between two looks, and so between two mails
LISTED = 20  # errors in one mail
KEPT = timedelta(days=30)


def tell() -> None:
    """Mails the owners all that they have not been told yet, in one mail. What can't be sent is
    told at the next look."""
    asked_at = timezone.now()
    new = list(ErrorRecord.objects.filter(mailed_at=None).order_by("-last_at")[: LISTED + 1])
    people = list(owners())
    if not new or not people:
        return
    subject, body = letter(new)
    sent = [mail.send(person, subject, body, "errors") for person in people]
    if any(sent):
        ErrorRecord.objects.filter(mailed_at=None, first_at__lte=asked_at).update(
            mailed_at=asked_at
        )


def owners() -> QuerySet:
    """Who hears of errors: each superuser with an e-mail address."""
    return get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="")


def letter(new: list[ErrorRecord]) -> tuple[str, str]:
    """Subject and text of the mail about these errors, the last first."""
    subject = ngettext(
        "%(site)s: an error that you have not heard of",
        "%(site)s: errors that you have not heard of",
        len(new),
    ) % {"site": SiteSettings.load().name}
    parts = [_("The site met errors that it could not handle. Each kind is mailed once.")]
    parts += [paragraph(fault) for fault in new[:LISTED]]
    if len(new) > LISTED:
        parts.append(_("And more: the status page has them all."))
    address = settings.SITE_URL + reverse("status")
    parts.append(_("With their tracebacks they stand here:\n%(address)s") % {"address": address})
    return subject, "\n\n".join(parts) + "\n"


def paragraph(fault: ErrorRecord) -> str:
    """One error in a mail: what, where, how often, and how to find it in the log."""
    last = f"{timezone.localtime(fault.last_at):%Y-%m-%d %H:%M:%S %Z}"
    times = ngettext("%(count)d time, %(last)s", "%(count)d times, the last %(last)s", fault.count)
    said = [fault.kind, fault.location, times % {"count": fault.count, "last": last}]
    if fault.path:
        said.append(_("Address: %(path)s") % {"path": fault.path})
    if fault.request_id:
        said.append(_("Request: %(id)s") % {"id": fault.request_id})
    return "\n".join(said)


def forget() -> None:
    """Deletes what has not come again for 30 days."""
    ErrorRecord.objects.filter(last_at__lt=timezone.now() - KEPT).delete()
