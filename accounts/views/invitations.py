"""The owner's page of invitations, and the page behind the link that an invited person got."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import auth, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, transaction
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from redis.exceptions import RedisError

from accounts.invitations import (
    create_account,
    find_invitation,
    renew_invitation,
    withdraw_invitation,
)
from accounts.models import Invitation
from accounts.tasks import send_invitation_mail
from accounts.views.login import PASSWORD_BACKEND
from core.submitted_text import login_required_for_form

TOKEN = "invitation"  # noqa: S105  (a session key)
SHOWN = 100  # accepted invitations on the page

log = logging.getLogger(__name__)


class InvitationForm(ModelForm):
    """An address and a role."""

    class Meta:
        model = Invitation
        fields = ["email", "role"]

    def clean_email(self) -> str:
        """Refuse an address that has an account or an open invitation."""
        email: str = self.cleaned_data["email"]
        if get_user_model().objects.filter(email__iexact=email).exists():
            raise ValidationError(_("Somebody with this email address already has an account."))
        if Invitation.objects.filter(email__iexact=email, accepted_at=None).exists():
            raise ValidationError(already_invited())
        return email


class AcceptanceForm(UserCreationForm):
    """Who was invited chooses a user name, the name that readers see, and a password."""

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name"]

    def __init__(self, *args: Any, invitation: Invitation) -> None:
        super().__init__(*args)
        self.instance.email = invitation.email  # passwords like it are refused
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        self.fields["first_name"].widget.attrs["autocomplete"] = "given-name"
        self.fields["last_name"].widget.attrs["autocomplete"] = "family-name"


def already_invited() -> str:
    """Return what to do about an address with an open invitation."""
    return _("This address is already invited. You can send the invitation again below.")


def owner_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Raise PermissionDenied for everyone but owners."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapper


@never_cache
@login_required_for_form(lambda: reverse("invitations"))
@owner_required
@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """Show the invitations, or invite an address."""
    if request.method != "POST":
        return render_invitations(request, InvitationForm())
    form = InvitationForm(request.POST)
    form.instance.invited_by = cast("User", request.user)
    if not form.is_valid():
        return render_invitations(request, form, status=400)
    try:
        with transaction.atomic():
            invitation = form.save()
    except IntegrityError:  # another owner has just invited the same address
        form.add_error("email", already_invited())
        return render_invitations(request, form, status=400)
    log.info("person invited", extra={"invitation": invitation.pk, "user": request.user.pk})
    send_mail(request, invitation.pk)
    return redirect("invitations")


def render_invitations(
    request: HttpRequest, form: InvitationForm, status: int = 200
) -> HttpResponse:
    """Render the page: the form, what is open, and what was accepted last."""
    known = Invitation.objects.select_related("invited_by")
    context = {
        "form": form,
        "open": known.filter(accepted_at=None).order_by("-sent_at"),
        "accepted": known.exclude(accepted_at=None).order_by("-accepted_at")[:SHOWN],
    }
    return render(request, "registration/invitations.html", context, status=status)


@never_cache
@login_required_for_form(lambda pk: reverse("invitations"))
@owner_required
@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an open invitation again, or take it back."""
    name = request.POST.get("act")
    if name not in ("send", "withdraw"):
        return render_invitations(request, InvitationForm(), status=400)
    is_open = renew_invitation(pk) if name == "send" else withdraw_invitation(pk)
    if not is_open:
        messages.warning(request, _("This invitation has been accepted or taken back meanwhile."))
    elif name == "send":
        send_mail(request, pk)
    else:
        messages.success(request, _("The invitation was taken back. Its link no longer works."))
    return redirect("invitations")


def send_mail(request: HttpRequest, pk: int) -> None:
    """Queue the mail of an invitation, and tell the owner."""
    try:
        send_invitation_mail.enqueue(pk)
    except (DatabaseError, RedisError):
        messages.error(request, _("Email can't be sent right now. Please try again in a minute."))
    else:
        messages.success(request, _("The invitation is on its way."))


@never_cache
@require_safe
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """Move a working token into the session: no log and no referrer then contains the address."""
    if not find_invitation(token):
        return render_unusable(request)
    request.session[TOKEN] = token
    return redirect("accept_invitation")


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Create the account of an invited person and log them in."""
    invitation = find_invitation(request.session.get(TOKEN, ""))
    if invitation is None:
        return render_unusable(request)
    if request.method != "POST":
        return render_acceptance(request, AcceptanceForm(invitation=invitation), invitation)
    form = AcceptanceForm(request.POST, invitation=invitation)
    if not form.is_valid():
        return render_acceptance(request, form, invitation)
    user = form.save(commit=False)
    try:
        is_created = create_account(invitation, user)
    except IntegrityError:
        form.add_error("username", form.instance.unique_error_message(User, ["username"]))
        return render_acceptance(request, form, invitation)
    if not is_created:
        return render_unusable(request)
    request.session.pop(TOKEN, None)
    log.info("invitation accepted", extra={"invitation": invitation.pk, "user": user.pk})
    auth.login(request, user, PASSWORD_BACKEND)
    return redirect("after_login")


def render_acceptance(
    request: HttpRequest, form: AcceptanceForm, invitation: Invitation
) -> HttpResponse:
    """Render the page on which an invited person makes their account."""
    context = {"form": form, "invitation": invitation}
    return render(request, "registration/accept_invitation.html", context)


def render_unusable(request: HttpRequest) -> HttpResponse:
    """Say that a link does not work, without telling why."""
    return render(request, "registration/invitation_unusable.html", status=410)
