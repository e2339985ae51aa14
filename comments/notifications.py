"""The mail that tells moderators that comments wait for them, at most once an hour."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import SiteSettings
from comments.models import Comment, Event, Status
from comments.screening.reports import REPORT_AFTER
from core import mail
from core.models import PeriodicJob

JOB = "notify_moderators"
INTERVAL = timedelta(hours=1)  # between two messages
RETRY_AFTER = timedelta(minutes=10)  # after a message that could not be sent
FIRST_LOOK_BACK = timedelta(days=365)  # where no message was sent before
# Permissions are asked of this backend; the other one only limits the rate of logins.
PERMISSIONS_BACKEND = "django.contrib.auth.backends.ModelBackend"


def notify_moderators() -> None:
    """Send every moderator a message if comments have come to wait since the last one."""
    now = timezone.now()
    job = PeriodicJob.objects.filter(name=JOB).first() or PeriodicJob(name=JOB)
    is_too_soon = job.next_run_at is not None and job.next_run_at > now
    if is_too_soon or not Comment.objects.filter(status=Status.PENDING).exists():
        return
    # As with reports to Akismet: what was decided less than ten seconds ago may still be undone.
    new = Event.objects.filter(
        status_to=Status.PENDING,
        comment__status=Status.PENDING,
        at__gt=job.last_run_at or now - FIRST_LOOK_BACK,
        at__lte=now - REPORT_AFTER,
    )
    if not new.exists():
        return
    if send_notification():
        job.last_run_at, job.next_run_at = now, now + INTERVAL
    else:
        job.next_run_at = now + RETRY_AFTER
    job.save()


def send_notification() -> bool:
    """Send the message to each moderator with an address; return False if all of them failed."""
    number = Comment.objects.filter(status=Status.PENDING).count()
    name = SiteSettings.load().name
    subject = ngettext(
        "%(site)s: %(n)d comment to review", "%(site)s: %(n)d comments to review", number
    ) % {"site": name, "n": number}
    body = _("Review them here:\n\n%(address)s\n") % {
        "address": settings.SITE_URL + reverse("moderation")
    }
    moderators = get_user_model().objects.with_perm(
        "comments.moderate", backend=PERMISSIONS_BACKEND
    )
    results = [
        mail.send(person, subject, body, "moderation") for person in moderators.exclude(email="")
    ]
    return any(results) or not results
