"""Send mail. All mail of the site is sent here, and failures are stored for the status page."""

import logging
from smtplib import SMTPException

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db.models import F
from django.utils import timezone

from core.models import MailService

log = logging.getLogger(__name__)


def send(person: User, subject: str, body: str, about: str) -> bool:
    """Send a message to a person; return False if that failed. `about` is its kind for the log."""
    return send_to(person.email, subject, body, about, user=person.pk)


def send_to(address: str, subject: str, body: str, about: str, **logged: int) -> bool:
    """Send a message to an address; return False if that failed. `logged` names a row, say."""
    fields = {"about": about, **logged}
    try:
        send_mail(" ".join(subject.split()), body, None, [address])
    except (OSError, SMTPException, ValueError) as error:  # ValueError: the address is invalid
        log.warning("mail failed", extra={**fields, "kind": failure_kind(error)})
        MailService.objects.get_or_create(pk=1)
        MailService.objects.filter(pk=1).update(
            failed_at=timezone.now(), failure=failure_kind(error)[:100], failures=F("failures") + 1
        )
        return False
    log.info("mail sent", extra=fields)
    MailService.objects.update_or_create(pk=1, defaults={"sent_at": timezone.now(), "failures": 0})
    return True


def failure_kind(error: Exception) -> str:
    """Return what went wrong, without the message of the server, which may contain addresses."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__} {code}" if code else type(error).__name__
