"""Mail the owners about each error once, without anything that somebody typed."""

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

INTERVAL = timedelta(minutes=10)  # between two mails
MAX_LISTED = 20  # errors in one mail
KEEP_FOR = timedelta(days=30)


def mail_new_errors() -> None:
    """Mail all new errors to the owners, in one mail. If that fails, the next run tries again."""
    now = timezone.now()
    new = list(ErrorRecord.objects.filter(mailed_at=None).order_by("-last_at")[: MAX_LISTED + 1])
    people = list(owners())
    if not new or not people:
        return
    subject, body = compose(new)
    sent = [mail.send(person, subject, body, "errors") for person in people]
    if any(sent):
        ErrorRecord.objects.filter(mailed_at=None, first_at__lte=now).update(mailed_at=now)


def owners() -> QuerySet:
    """Return the active superusers with an e-mail address, who get the mail about errors."""
    return get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="")


def compose(new: list[ErrorRecord]) -> tuple[str, str]:
    """Return subject and text of the mail about these errors."""
    subject = ngettext(
        "%(site)s: a new error",
        "%(site)s: new errors",
        len(new),
    ) % {"site": SiteSettings.load().name}
    parts = [_("The site ran into errors. You get one email for each kind of error.")]
    parts += [paragraph(error) for error in new[:MAX_LISTED]]
    if len(new) > MAX_LISTED:
        parts.append(_("There are more on the status page."))
    address = settings.SITE_URL + reverse("status")
    parts.append(_("See them with their tracebacks here:\n%(address)s") % {"address": address})
    return subject, "\n\n".join(parts) + "\n"


def paragraph(error: ErrorRecord) -> str:
    """Return what an error is, where and how often it happened, and its request id."""
    last = f"{timezone.localtime(error.last_at):%Y-%m-%d %H:%M:%S %Z}"
    times = ngettext("%(count)d time, %(last)s", "%(count)d times, last %(last)s", error.count)
    lines = [error.kind, error.location, times % {"count": error.count, "last": last}]
    if error.path:
        lines.append(_("Path: %(path)s") % {"path": error.path})
    if error.request_id:
        lines.append(_("Request ID: %(id)s") % {"id": error.request_id})
    return "\n".join(lines)


def delete_old_errors() -> None:
    """Delete errors that have not happened for 30 days."""
    ErrorRecord.objects.filter(last_at__lt=timezone.now() - KEEP_FOR).delete()
