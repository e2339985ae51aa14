"""A forgotten password: a mail brings a link, by which a new one is set."""

from typing import Any

from django.contrib.auth import forms, views
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts import rate_limits
from accounts.retry_after import in_time, slowed
from accounts.tasks import mail_password_reset


class MailLater(forms.PasswordResetForm):
    """The mail is the worker's: a slow mail server holds up nobody, nor does its time tell
    which addresses have an account."""

    def save(self, **_options: Any) -> None:  # type: ignore[override]
        for user in self.get_users(self.cleaned_data["email"]):
            mail_password_reset.enqueue(user.pk)


class PasswordReset(views.PasswordResetView):
    """Asks for the mail; where nothing can be queued now it says so. Throttled by the address that
    was typed, whether an account has it or not."""

    form_class = MailLater

    def form_valid(self, form: Any) -> HttpResponse:
        typed, sender = form.cleaned_data["email"].lower(), rate_limits.address_key(self.request)
        try:
            if wait := rate_limits.guess(rate_limits.RESET, typed, sender):
                why = _("Too many mails were asked for. Look for the last, also where spam goes.")
                form.add_error(None, f"{why} {in_time(wait)}")
                return slowed(self.form_invalid(form), wait)
            return super().form_valid(form)
        except (DatabaseError, RedisError):
            form.add_error(None, _("No mail can be sent just now. Please try again in a minute."))
            return self.form_invalid(form)


class PasswordResetConfirm(views.PasswordResetConfirmView):
    """Sets the new password. Who reads the account's mail is no stranger, wherever they are: the
    login that follows is heard."""

    def form_valid(self, form: Any) -> HttpResponse:
        rate_limits.welcome(form.user.get_username(), rate_limits.address_key(self.request))
        return super().form_valid(form)
