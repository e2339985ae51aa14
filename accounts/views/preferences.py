"""What people choose in *Your account*."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.models import Preferences


def set_shortcuts(request: HttpRequest) -> HttpResponse:
    """Switch the keyboard shortcuts of the moderation queue on or off."""
    are_on = request.POST.get("shortcuts") == "on"
    user = cast("User", request.user)  # the page requires a login
    Preferences.objects.update_or_create(user=user, defaults={"shortcuts": are_on})
    messages.success(
        request, _("Keyboard shortcuts are on.") if are_on else _("Keyboard shortcuts are off.")
    )
    return redirect("account")
