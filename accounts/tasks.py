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

from accounts import email_changes, invitations
from accounts.models import INVITATION_DAYS, EmailChange, Invitation
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


@task()
def send_invitation_mail(invitation_id: int, attempt: int = 0) -> None:
    """Mail the link of an open invitation; enqueue the next attempt if the mail server fails."""
    invitation = Invitation.objects.select_related("invited_by").filter(pk=invitation_id).first()
    if invitation is None or invitation.accepted_at:  # taken back or accepted meanwhile
        return
    by = invitation.invited_by
    context = {
        "by": (by.get_full_name() or by.get_username()) if by else "",
        "role": invitation.get_role_display(),
        "days": INVITATION_DAYS,
        "site_name": SiteSettings.load().name,
        "site_url": settings.SITE_URL,
        "token": invitations.link_token(invitation),
    }
    subject = render_to_string("registration/invitation_subject.txt", context)
    body = render_to_string("registration/invitation_email.html", context)
    is_sent = mail.send_to(invitation.email, subject, body, "invitation", invitation=invitation.pk)
    if not is_sent and attempt < len(RETRY_PAUSES):
        run_after = timezone.now() + RETRY_PAUSES[attempt]
        send_invitation_mail.using(run_after=run_after).enqueue(invitation_id, attempt + 1)


@task()
def send_email_change_mail(user_id: int, attempt: int = 0) -> None:
    """Mail the link that confirms a new address to it; enqueue the next attempt if that fails."""
    change = EmailChange.objects.select_related("user").filter(user=user_id).first()
    if change is None:  # confirmed or cancelled meanwhile
        return
    context = {
        "user": change.user.get_username(),
        "site_name": SiteSettings.load().name,
        "site_url": settings.SITE_URL,
        "token": email_changes.link_token(change),
    }
    subject = render_to_string("registration/email_change_subject.txt", context)
    body = render_to_string("registration/email_change_email.html", context)
    is_sent = mail.send_to(change.email, subject, body, "email change", user=user_id)
    if not is_sent and attempt < len(RETRY_PAUSES):
        run_after = timezone.now() + RETRY_PAUSES[attempt]
        send_email_change_mail.using(run_after=run_after).enqueue(user_id, attempt + 1)


@task()
def send_email_changed_mail(user_id: int, old_email: str, attempt: int = 0) -> None:
    """Tell the old address of an account that it has a new one."""
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None:
        return
    site = SiteSettings.load()
    context = {"user": user.get_username(), "site_name": site.name, "site_url": settings.SITE_URL}
    subject = render_to_string("registration/email_changed_subject.txt", context)
    body = render_to_string("registration/email_changed_email.html", context)
    is_sent = mail.send_to(old_email, subject, body, "email changed", user=user_id)
    if not is_sent and attempt < len(RETRY_PAUSES):
        run_after = timezone.now() + RETRY_PAUSES[attempt]
        send_email_changed_mail.using(run_after=run_after).enqueue(user_id, old_email, attempt + 1)
