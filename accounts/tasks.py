"""Mail about accounts, sent by the worker."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django_tasks import task

from blog.models import SiteSettings
from core import mail

# Between two attempts of a mail that somebody waits for; its link lives longer.
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 20, 60)]


@task()
def mail_password_reset(user_id: int, attempt: int = 0) -> None:
    """Mails the link to set a new password. It is made here: no queue ever holds it. The queue
    itself repeats nothing: while the mail server is away the task asks for itself again."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:  # deleted, or shut out, while the mail waited
        return
    context = {
        "user": user.get_username(),
        "site_name": SiteSettings.load().name,
        "site_url": settings.SITE_URL,
        "uid": urlsafe_base64_encode(force_bytes(user.pk)),
        "token": default_token_generator.make_token(user),
    }
    subject = render_to_string("registration/password_reset_subject.txt", context)
    body = render_to_string("registration/password_reset_email.html", context)
    sent = mail.send(user, subject, body, "password reset")
    if not sent and attempt < len(PAUSES):
        later = mail_password_reset.using(run_after=timezone.now() + PAUSES[attempt])
        later.enqueue(user_id, attempt + 1)
