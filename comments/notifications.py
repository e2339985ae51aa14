"""Mail: the one way out for all of it, and what moderators are told: that something waits, at
most once an hour, and never what it says."""

import logging
from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import SiteSettings
from comments.models import Clock, Comment, Event, MailService, Status
from comments.screening.worker import REPORT_AFTER

MODERATORS_TOLD = "moderators_told"  # in Clock
AT_MOST_EVERY = timedelta(hours=1)
TRY_AGAIN_AFTER = timedelta(minutes=10)
PERMISSIONS = "django.contrib.auth.backends.ModelBackend"  # logins are throttled by another one

log = logging.getLogger(__name__)


def tell_moderators() -> None:
    """Mails every moderator once something new waits for them."""
    now = timezone.now()
    mailed = Clock.objects.filter(job=MODERATORS_TOLD).first()
    waits = Comment.objects.filter(status=Status.PENDING)
    if (mailed and mailed.next_at > now) or not waits.exists():
        return
    since = mailed.next_at - AT_MOST_EVERY if mailed else now - timedelta(days=365)
    # As with reports: what came to wait less than ten seconds ago may be undone yet.
    new = Event.objects.filter(
        status_to=Status.PENDING, at__gt=since, at__lte=now - REPORT_AFTER
    ).filter(comment__status=Status.PENDING)
    if not new.exists():
        return
    pause = AT_MOST_EVERY if send() else TRY_AGAIN_AFTER
    Clock.objects.update_or_create(job=MODERATORS_TOLD, defaults={"next_at": now + pause})


def send() -> bool:
    """Sends the mail to each moderator with an address; False if it failed for all of them."""
    waiting = Comment.objects.filter(status=Status.PENDING).count()
    name = SiteSettings.load().name
    subject = ngettext(
        "%(site)s: %(n)d comment waits for you", "%(site)s: %(n)d comments wait for you", waiting
    ) % {"site": name, "n": waiting}
    body = _("Please decide about them here:\n\n%(address)s\n") % {
        "address": settings.SITE_URL + reverse("moderation")
    }
    may = get_user_model().objects.with_perm("comments.moderate", backend=PERMISSIONS)
    people = may.exclude(email="")
    sent = [deliver(person, subject, body, "moderation") for person in people]
    return any(sent) or not sent


def deliver(person: User, subject: str, body: str, about: str) -> bool:
    """Sends one mail; False if it failed, which is noted where the owner sees it. `about` names
    the kind of mail in the log."""
    said = {"about": about, "user": person.pk}
    try:
        send_mail(" ".join(subject.split()), body, None, [person.email])
    except (OSError, SMTPException, ValueError) as error:  # the last: what is no address
        log.warning("mail failed", extra={**said, "kind": kind_of(error)})
        note_failure(kind_of(error))
        return False
    log.info("mail sent", extra=said)
    known = {"sent_at": timezone.now(), "failures": 0}
    MailService.objects.update_or_create(pk=1, defaults=known)
    return True


def kind_of(error: Exception) -> str:
    """What went wrong, without the addresses that a server's own words may hold."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def note_failure(kind: str) -> None:
    known = {"failed_at": timezone.now(), "failure": kind[:100], "failures": F("failures") + 1}
    MailService.objects.get_or_create(pk=1)
    MailService.objects.filter(pk=1).update(**known)
