"""Forgotten passwords: a mail contains a link to set a new one."""

from typing import Any

from django.contrib.auth import forms, views
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from accounts import rate_limits
from accounts.retry_after import retry_sentence, too_many_requests
from accounts.tasks import send_password_reset_mail


class PasswordResetForm(forms.PasswordResetForm):
    """Django's form; the worker sends the mail, so the answer's time reveals no account."""

    def save(self, **_options: Any) -> None:  # type: ignore[override]
        for user in self.get_users(self.cleaned_data["email"]):
            send_password_reset_mail.enqueue(user.pk)


class PasswordResetView(views.PasswordResetView):
    """Django's view, with a limit by the typed address, whether or not it has an account."""

    form_class = PasswordResetForm

    def form_valid(self, form: Any) -> HttpResponse:
        email = form.cleaned_data["email"].lower()
        ip_address = rate_limits.address_key(self.request)
        try:
            wait = rate_limits.register_attempt(rate_limits.PASSWORD_RESET, email, ip_address)
            if wait:
                why = _("Too many requests. Check your inbox and spam folder for the last email.")
                form.add_error(None, f"{why} {retry_sentence(wait)}")
                return too_many_requests(self.form_invalid(form), wait)
            return super().form_valid(form)
        except (DatabaseError, RedisError):
            form.add_error(None, _("Email can't be sent right now. Please try again in a minute."))
            return self.form_invalid(form)


class PasswordResetConfirmView(views.PasswordResetConfirmView):
    """Django's view. Whoever reads the account's mail may log in from a new address at once."""

    def form_valid(self, form: Any) -> HttpResponse:
        rate_limits.remember_login(form.user.get_username(), rate_limits.address_key(self.request))
        return super().form_valid(form)
