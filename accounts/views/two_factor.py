"""Your account: where each sets up their second factor, renews its codes and switches it off."""

from datetime import timedelta
from typing import Any

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import CharField, Form, PasswordInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import rate_limits, two_factor
from accounts.retry_after import in_time, slowed
from accounts.views.login import CodeForm
from blog import context_processors


class ProofForm(Form):
    """Who sits at an open session is asked for more before the second factor changes: the
    password, or a code from the app where there is one."""

    proof = CharField(
        label=gettext_lazy("Your password"),
        max_length=4096,
        strip=False,
        widget=PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    wait: timedelta | None = None  # how long nothing is heard

    def __init__(self, *args: Any, on: bool = False) -> None:
        super().__init__(*args)
        if on:
            self.fields["proof"].label = _("Your password, or a code")


@never_cache
@login_required
@sensitive_post_parameters("proof", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """The page, and what its buttons do."""
    acts = {"begin": begin, "confirm": confirm, "codes": codes, "off": off}
    if request.method != "POST":
        return page(request)
    act = acts.get(request.POST.get("act", ""))
    return act(request) if act else page(request, status=400)


def page(request: HttpRequest, status: int = 200, **forms: Form) -> HttpResponse:
    """Where the account stands: on, being set up, or off; `forms` are those that were refused."""
    on = two_factor.device_of(request.user)
    begun = None if on else two_factor.device_of(request.user, confirmed=False)
    shown: dict[str, Any] = {"on": on, "proof": ProofForm(on=bool(on))}
    if on:
        shown["left"] = two_factor.codes_left(request.user)
    elif begun:
        # segno escapes nothing of ours: an SVG of paths alone.
        shown["picture"] = mark_safe(two_factor.picture(begun, context_processors.load().name))  # noqa: S308  (all of it is our own HTML)
        shown["secret"] = two_factor.secret(begun)
        shown["code"] = CodeForm()
    return render(request, "registration/account.html", {**shown, **forms}, status=status)


def begin(request: HttpRequest) -> HttpResponse:
    """Makes a secret, which the page then shows."""
    form = ProofForm(request.POST)
    if two_factor.device_of(request.user):
        return redirect("account")
    if not proven(request, form):
        return refused(request, proof=form)
    two_factor.begin(request.user)
    return redirect("account")


def confirm(request: HttpRequest) -> HttpResponse:
    """Switches the second factor on once the app shows the right code."""
    form = CodeForm(request.POST)
    if form.is_valid():
        with transaction.atomic():
            typed = form.cleaned_data["code"]
            checked = two_factor.check(request.user, typed, confirmed=False)
            made = two_factor.confirm(request.user) if checked.right else []
        if made:
            changed(request)
            return codes_page(request, made)
        form.refuse(checked)
    return refused(request, code=form)


def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes; the old ones are void."""
    form = ProofForm(request.POST, on=True)
    if not two_factor.device_of(request.user):
        return redirect("account")
    if not proven(request, form):
        return refused(request, proof=form)
    made = two_factor.new_codes(request.user)
    changed(request)
    return codes_page(request, made)


def off(request: HttpRequest) -> HttpResponse:
    """Switches the second factor off."""
    form = ProofForm(request.POST, on=True)
    if not proven(request, form):
        return refused(request, proof=form)
    two_factor.switch_off(request.user)
    changed(request)
    messages.success(request, _("The second factor is off. Your password alone logs you in."))
    return redirect("account")


def proven(request: Any, form: ProofForm) -> bool:
    """Whether the form holds the password, or a code; if not it says so."""
    if not form.is_valid():
        return False
    typed, user = form.cleaned_data["proof"], request.user
    if len(typed.replace(" ", "")) == 6 and two_factor.device_of(user):
        checked = two_factor.check(user, typed)
        right, wait = checked
    else:
        name = user.get_username()
        right = auth.authenticate(request, username=name, password=typed) == user
        wait = request.login_wait
        if right:
            rate_limits.forgive(name, rate_limits.address_key(request))
    if wait:
        sentence = _("That was wrong too often.") + " " + in_time(wait)
        form.add_error("proof", sentence)
        form.wait = wait
    elif not right:
        form.add_error("proof", _("This is not right. Please type it anew."))
    return bool(right)


def refused(request: HttpRequest, **forms: Any) -> HttpResponse:
    """The page with a form that says what is wrong."""
    response = page(request, **forms)
    wait = next((form.wait for form in forms.values() if form.wait), None)
    return slowed(response, wait) if wait else response


def changed(request: HttpRequest) -> None:
    """Everybody else who is logged in to this account is not any more."""
    request.session.cycle_key()
    two_factor.log_out(request.user, but=request.session.session_key)


def codes_page(request: HttpRequest, made: list[str]) -> HttpResponse:
    """The recovery codes, shown once."""
    return render(request, "registration/recovery_codes.html", {"codes": made})
