"""The page “Your account”: name, e-mail address, and the second factor."""

from datetime import timedelta
from typing import Any

from django.contrib import auth, messages
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.forms import CharField, EmailField, EmailInput, Form, PasswordInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from redis.exceptions import RedisError

from accounts import email_changes, rate_limits, two_factor
from accounts.retry_after import retry_sentence, too_many_requests
from accounts.tasks import send_email_change_mail
from accounts.views.login import CodeForm
from accounts.views.preferences import NameForm, save_name, set_shortcuts
from blog import context_processors
from core.submitted_text import login_required_for_form


class ReauthenticationForm(Form):
    """The password, or a code from the app, because an open session alone proves nothing."""

    proof = CharField(
        label=gettext_lazy("Your password"),
        max_length=4096,
        strip=False,
        widget=PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    wait: timedelta | None = None  # how long nothing is accepted

    def __init__(self, *args: Any, accepts_code: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if accepts_code:
            self.fields["proof"].label = _("Your password, or a code")


class EmailForm(ReauthenticationForm):
    """A new address, with proof that it is the owner of the account who asks."""

    email = EmailField(
        label=gettext_lazy("New email address"),
        max_length=254,
        widget=EmailInput(attrs={"autocomplete": "email"}),
    )
    field_order = ["email", "proof"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="id_email_%s", **kwargs)  # the page has another `proof`


@never_cache
@login_required_for_form(lambda: reverse("account"))
@sensitive_post_parameters("proof", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Show the page, or carry out the action of one of its buttons."""
    actions = {
        "begin": start_setup,
        "confirm": confirm_setup,
        "codes": renew_recovery_codes,
        "off": disable,
        "shortcuts": set_shortcuts,
        "name": change_name,
        "email": change_email,
        "keep email": keep_email,
    }
    if request.method != "POST":
        return render_account(request)
    action = actions.get(request.POST.get("act", ""))
    return action(request) if action else render_account(request, status=400)


def render_account(request: HttpRequest, status: int = 200, **forms: Form) -> HttpResponse:
    """Render the page; `forms` are those that were refused, by their names in the template."""
    device = two_factor.get_device(request.user)
    new_device = None if device else two_factor.get_device(request.user, confirmed=False)
    context: dict[str, Any] = {
        "on": device,
        "proof": ReauthenticationForm(accepts_code=bool(device)),
        "name": NameForm(instance=request.user),
        "email": EmailForm(accepts_code=bool(device)),
        "email_change": email_changes.pending_change(request.user),
    }
    if device:
        context["left"] = two_factor.count_recovery_codes(request.user)
    elif new_device:
        svg = two_factor.qr_code(new_device, context_processors.load_site().name)
        context["picture"] = mark_safe(svg)  # noqa: S308  (segno draws paths, no text)
        context["secret"] = two_factor.readable_secret(new_device)
        context["code"] = CodeForm()
    return render(request, "registration/account.html", {**context, **forms}, status=status)


def change_name(request: HttpRequest) -> HttpResponse:
    """Save the name that readers see."""
    form = NameForm(request.POST, instance=request.user)
    if not form.is_valid():
        return render_refused(request, name=form)
    save_name(form)
    messages.success(request, _("Your name was saved."))
    return redirect("account")


def change_email(request: Any) -> HttpResponse:
    """Mail a link to the new address; the old one stays until the link is opened."""
    form = EmailForm(request.POST, accepts_code=bool(two_factor.get_device(request.user)))
    if not reauthenticate(request, form) or not is_new_address(request, form):
        return render_refused(request, email=form)
    email_changes.request_change(request.user, form.cleaned_data["email"])
    try:
        send_email_change_mail.enqueue(request.user.pk)
    except (DatabaseError, RedisError):
        form.add_error("email", _("Email can't be sent right now. Please try again in a minute."))
        return render_refused(request, email=form)
    messages.success(request, _("Open the link that we send to the new address."))
    return redirect("account")


def is_new_address(request: HttpRequest, form: EmailForm) -> bool:
    """Return True if a link may be mailed to the address; add an error if not."""
    email = form.cleaned_data["email"]
    if get_user_model().objects.filter(email__iexact=email).exclude(email="").exists():
        form.add_error("email", _("This address already belongs to an account."))
        return False
    form.wait = rate_limits.register_attempt(
        rate_limits.EMAIL_CHANGE, email.lower(), rate_limits.address_key(request)
    )
    if form.wait:
        why = _("Too many requests. Check your inbox and spam folder for the last email.")
        form.add_error("email", f"{why} {retry_sentence(form.wait)}")
    return form.wait is None


def keep_email(request: HttpRequest) -> HttpResponse:
    """Forget the new address."""
    email_changes.cancel_change(request.user)
    messages.success(request, _("Your email address stays as it was."))
    return redirect("account")


def start_setup(request: HttpRequest) -> HttpResponse:
    """Create a secret, which the page then shows."""
    form = ReauthenticationForm(request.POST)
    if two_factor.get_device(request.user):
        return redirect("account")
    if not reauthenticate(request, form):
        return render_refused(request, proof=form)
    two_factor.start_setup(request.user)
    return redirect("account")


def confirm_setup(request: HttpRequest) -> HttpResponse:
    """Switch the second factor on if the app shows the right code."""
    form = CodeForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            code = form.cleaned_data["code"]
            check = two_factor.check_code(request.user, code, confirmed=False)
            recovery_codes = two_factor.enable(request.user) if check.is_right else []
        if recovery_codes:
            end_other_sessions(request)
            return render_recovery_codes(request, recovery_codes)
        form.add_code_error(check)
    return render_refused(request, code=form)


def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Replace the recovery codes and show the new ones."""
    form = ReauthenticationForm(request.POST, accepts_code=True)
    if not two_factor.get_device(request.user):
        return redirect("account")
    if not reauthenticate(request, form):
        return render_refused(request, proof=form)
    recovery_codes = two_factor.create_recovery_codes(request.user)
    end_other_sessions(request)
    return render_recovery_codes(request, recovery_codes)


def disable(request: HttpRequest) -> HttpResponse:
    """Switch the second factor off."""
    form = ReauthenticationForm(request.POST, accepts_code=True)
    if not reauthenticate(request, form):
        return render_refused(request, proof=form)
    two_factor.disable(request.user)
    end_other_sessions(request)
    messages.success(
        request, _("Two-step verification is off. You log in with your password only.")
    )
    return redirect("account")


def reauthenticate(request: Any, form: ReauthenticationForm) -> bool:
    """Return True if the form holds the user's password or a code; add an error if not."""
    if not form.is_valid():
        return False
    proof, user = form.cleaned_data["proof"], request.user
    if len(proof.replace(" ", "")) == 6 and two_factor.get_device(user):
        is_right, wait = two_factor.check_code(user, proof)
    else:
        username = user.get_username()
        is_right = auth.authenticate(request, username=username, password=proof) == user
        wait = request.login_wait
        if is_right:
            rate_limits.clear_failures(username, rate_limits.address_key(request))
    if wait:
        form.add_error("proof", _("Too many wrong attempts.") + " " + retry_sentence(wait))
        form.wait = wait
    elif not is_right:
        form.add_error("proof", _("That's not correct. Please try again."))
    return bool(is_right)


def render_refused(request: HttpRequest, **forms: Any) -> HttpResponse:
    """Render the page with a form that says what is wrong; 429 if its sender has to wait."""
    response = render_account(request, **forms)
    waits = (getattr(form, "wait", None) for form in forms.values())
    wait = next(filter(None, waits), None)
    return too_many_requests(response, wait) if wait else response


def end_other_sessions(request: HttpRequest) -> None:
    """End all other sessions of this account."""
    request.session.cycle_key()
    two_factor.end_sessions(request.user, keep=request.session.session_key)


def render_recovery_codes(request: HttpRequest, recovery_codes: list[str]) -> HttpResponse:
    """Render the page that shows the recovery codes, once."""
    return render(request, "registration/recovery_codes.html", {"codes": recovery_codes})
