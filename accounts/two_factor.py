"""The second factor of a login: codes by time (TOTP) from an app, and recovery codes on paper.

An account has one once a code from its app has confirmed it. django-otp keeps the secrets, hears a
code once, and makes each wrong one cost a pause twice as long as the one before.
"""

from base64 import b32encode
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import segno
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

HALF_WAY = "half_way"  # where a session holds who has given the password and not yet the code
CODES = 10
# The pause after a wrong code grows up to 2 ** 9 seconds: who has stolen a password can guess a
# few codes an hour, and hold up its owner by minutes, not for ever.
LONGEST = 10


class Checked(NamedTuple):
    """Whether a code was right; if none is heard just now, for how long."""

    right: bool
    wait: timedelta | None = None


def device_of(user: Any, confirmed: bool = True) -> TOTPDevice | None:
    """The app of an account; not `confirmed`: the one that is being set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=confirmed).order_by("pk").last()


def begin(user: Any) -> None:
    """Makes a secret for an app, in place of one that was never confirmed."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def check(user: Any, typed: str, confirmed: bool = True) -> Checked:
    """Looks at a code, six digits from the app or else a recovery code, and uses it up. Not
    `confirmed`: a code from the app that is being set up."""
    code = "".join(typed.split()).replace("-", "").lower()
    from_app = len(code) == 6 and code.isdigit()
    model = TOTPDevice if from_app or not confirmed else StaticDevice
    with transaction.atomic():
        devices = model.objects.select_for_update().filter(user=user, confirmed=confirmed)
        if not (device := devices.order_by("pk").last()):
            return Checked(False)
        heard, why = device.verify_is_allowed()
        if not heard:
            return Checked(False, why["locked_until"] - timezone.now())
        right = device.verify_token(code)
        devices.filter(throttling_failure_count__gt=LONGEST).update(
            throttling_failure_count=LONGEST
        )
    return Checked(right)


def confirm(user: Any) -> list[str]:
    """Switches it on, the app having shown a right code; returns the recovery codes."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user).order_by("pk").last()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        return new_codes(user)


def new_codes(user: Any) -> list[str]:
    """Recovery codes in place of the old ones, as they are shown, this once."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery codes")
        codes = [StaticToken.random_token() for _number in range(CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def codes_left(user: Any) -> int:
    """How many recovery codes are not used yet."""
    return StaticToken.objects.filter(device__user=user).count()


def switch_off(user: Any) -> None:
    """Leaves the password alone; recovery codes go too."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()


def log_out(user: Any, but: str | None = None) -> None:
    """Ends the sessions of an account, those half-way to a login too; `but` is the key of one that
    stays. Only people with an account have sessions: there are few."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        found = session.get_decoded()
        owners = {found.get(SESSION_KEY), str(found.get(HALF_WAY, {}).get("user"))}
        if str(user.pk) in owners and session.session_key != but:
            session.delete()


def picture(device: TOTPDevice, site: str) -> str:
    """The QR code of a secret, as an SVG element; apps show the name of the site beside it."""
    address = f"{device.config_url}&issuer={quote(site.replace(':', ' '), safe='')}"
    return segno.make(address).svg_inline(
        svgclass="qr", lineclass=None, light="#fff", omitsize=True
    )


def secret(device: TOTPDevice) -> str:
    """The secret as people type it: groups of four."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
