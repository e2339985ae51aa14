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

# Pauses between attempts to send a mail. Their sum is shorter than the time for which its link is
# valid (PASSWORD_RESET_TIMEOUT).
RETRY_PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 20, 60)]


@task()
def send_password_reset_mail(user_id: int, attempt: int = 0) -> None:
    """Mail a link to set a new password; enqueue the next attempt if the mail server fails.

    The link is made here, so that the queue never holds a token.
    """
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if user is None:  # deleted or deactivated while the task was waiting
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
    is_sent = mail.send(user, subject, body, "password reset")
    if not is_sent and attempt < len(RETRY_PAUSES):
        run_after = timezone.now() + RETRY_PAUSES[attempt]
        send_password_reset_mail.using(run_after=run_after).enqueue(user_id, attempt + 1)
