"""The second factor of a login: time-based codes (TOTP) from an app, and recovery codes on paper.

An account has a second factor once a code from its app has confirmed it. django-otp stores the
secrets, accepts each code once, and doubles the pause after each wrong code.
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

PENDING_LOGIN = "pending_login"  # session key: the password was right, the code is still missing
RECOVERY_CODES = 10
# The pause after a wrong code grows to at most 2 ** 9 seconds. Somebody who has stolen the password
# can then try a few codes an hour, and delays the owner by minutes only.
MAX_FAILURE_COUNT = 10


class CodeCheck(NamedTuple):
    """Whether a code was right; `wait` is how long no code is accepted, or None."""

    is_right: bool
    wait: timedelta | None = None


def get_device(user: Any, confirmed: bool = True) -> TOTPDevice | None:
    """Return the app of an account, or with `confirmed=False` the one that is being set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=confirmed).order_by("pk").last()


def start_setup(user: Any) -> None:
    """Create a secret for an app and delete one that was never confirmed."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user, confirmed=False).delete()
        TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def check_code(user: Any, text: str, confirmed: bool = True) -> CodeCheck:
    """Check a code, which is then used up: six digits from the app, or a recovery code.

    With `confirmed=False` only a code from the app that is being set up counts.
    """
    code = "".join(text.split()).replace("-", "").lower()
    is_from_app = len(code) == 6 and code.isdigit()
    model = TOTPDevice if is_from_app or not confirmed else StaticDevice
    with transaction.atomic():
        devices = model.objects.select_for_update().filter(user=user, confirmed=confirmed)
        if not (device := devices.order_by("pk").last()):
            return CodeCheck(False)
        is_allowed, reason = device.verify_is_allowed()
        if not is_allowed:
            return CodeCheck(False, reason["locked_until"] - timezone.now())
        is_right = device.verify_token(code)
        devices.filter(throttling_failure_count__gt=MAX_FAILURE_COUNT).update(
            throttling_failure_count=MAX_FAILURE_COUNT
        )
    return CodeCheck(is_right)


def enable(user: Any) -> list[str]:
    """Confirm the app that is being set up; return the recovery codes."""
    with transaction.atomic():
        device = TOTPDevice.objects.select_for_update().filter(user=user).order_by("pk").last()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        return create_recovery_codes(user)


def create_recovery_codes(user: Any) -> list[str]:
    """Replace an account's recovery codes; return the new ones in the form that is shown once."""
    with transaction.atomic():
        StaticDevice.objects.filter(user=user).delete()
        device = StaticDevice.objects.create(user=user, name="recovery codes")
        codes = [StaticToken.random_token() for _number in range(RECOVERY_CODES)]
        StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return [f"{code[:4]}-{code[4:]}" for code in codes]


def count_recovery_codes(user: Any) -> int:
    """Return how many recovery codes of an account have not been used yet."""
    return StaticToken.objects.filter(device__user=user).count()


def disable(user: Any) -> None:
    """Switch the second factor of an account off and delete its recovery codes."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()


def end_sessions(user: Any, keep: str | None = None) -> None:
    """End all sessions of an account (there are few) but the one with the key `keep`."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        data = session.get_decoded()
        users = {data.get(SESSION_KEY), str(data.get(PENDING_LOGIN, {}).get("user"))}
        if str(user.pk) in users and session.session_key != keep:
            session.delete()


def qr_code(device: TOTPDevice, site_name: str) -> str:
    """Return the QR code of a secret as an SVG element; apps show the site's name beside it."""
    url = f"{device.config_url}&issuer={quote(site_name.replace(':', ' '), safe='')}"
    return segno.make(url).svg_inline(svgclass="qr", lineclass=None, light="#fff", omitsize=True)


def readable_secret(device: TOTPDevice) -> str:
    """Return the secret as people type it, in groups of four characters."""
    text = b32encode(device.bin_key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
