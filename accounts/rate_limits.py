"""Limits on login attempts and on requests for mails with links.

Attempts are counted by name and address together, so that a stranger who guesses a password locks
nobody out. Wider limits for an address with many names and a name from many addresses ignore people
who have logged in from that address before. An attempt is counted before the password is checked,
by a conditional UPDATE; a refused one is not counted, so trying again does not lengthen the wait.
"""

import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import F, Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import KnownLogin, LoginAttempt
from blog.models import SiteSettings
from core.request_origin import client_ip

UNKNOWN_ADDRESS = "::"  # for requests whose proxy did not pass on an IP address
MAX_USERNAME_LENGTH = 150  # of django.contrib.auth.models.User

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How many attempts of a kind are allowed within a window of time."""

    kind: LoginAttempt.Kind
    window: timedelta
    per_pair: int  # one name from one address
    per_address: int
    per_username: int


LOGIN = Limits(
    LoginAttempt.Kind.LOGIN, timedelta(minutes=15), per_pair=5, per_address=20, per_username=50
)
PASSWORD_RESET = Limits(
    LoginAttempt.Kind.PASSWORD_RESET, timedelta(hours=1), per_pair=3, per_address=10, per_username=5
)
# For a new address of an account: its link is mailed there, to somebody who may know nothing of it.
EMAIL_CHANGE = Limits(
    LoginAttempt.Kind.EMAIL_CHANGE, timedelta(hours=1), per_pair=3, per_address=10, per_username=5
)


def address_key(request: HttpRequest) -> str:
    """Return the sender's IPv4 address, or the network (/64) that a household has in IPv6."""
    ip = ipaddress.ip_address(client_ip(request) or UNKNOWN_ADDRESS)
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.IPv6Address(int(ip) >> 64 << 64))


def register_attempt(limits: Limits, username: str, ip_address: str) -> timedelta | None:
    """Count an attempt and return None; if a limit is reached, return how long to wait instead."""
    now = timezone.now()
    window_start = now - limits.window
    attempts = LoginAttempt.objects.filter(kind=limits.kind)
    own = attempts.filter(username=username, ip_address=ip_address)
    groups = [(own, limits.per_pair)]
    if not KnownLogin.objects.filter(username=username, ip_address=ip_address).exists():
        groups += [
            (attempts.filter(ip_address=ip_address), limits.per_address),
            (attempts.filter(username=username), limits.per_username),
        ]
    for group, limit in groups:
        if reached_at := limit_reached_at(group.filter(first_at__gt=window_start), limit):
            return reached_at + limits.window - now
    own.filter(first_at__lte=window_start).update(attempts=0, first_at=now)
    LoginAttempt.objects.get_or_create(kind=limits.kind, username=username, ip_address=ip_address)
    is_counted = own.filter(attempts__lt=limits.per_pair).update(attempts=F("attempts") + 1)
    return None if is_counted else limits.window


def limit_reached_at(group: QuerySet[LoginAttempt], limit: int) -> datetime | None:
    """Return when the last of these rows began if together they hold `limit` attempts."""
    totals = group.aggregate(attempts=Sum("attempts", default=0), last=Max("first_at"))
    return totals["last"] if totals["attempts"] >= limit else None


def clear_failures(username: str, ip_address: str) -> None:
    """Delete the failed logins of somebody who has proved who they are."""
    LoginAttempt.objects.filter(kind=LOGIN.kind, username=username, ip_address=ip_address).delete()


def remember_login(username: str, ip_address: str) -> None:
    """Clear a person's failures and store the login's address; if that fails, only log it."""
    try:
        clear_failures(username, ip_address)
        if ip_address != UNKNOWN_ADDRESS:
            KnownLogin.objects.update_or_create(
                username=username, ip_address=ip_address, defaults={"last_at": timezone.now()}
            )
    except DatabaseError as error:
        log.warning("The address of a login could not be stored: %s", error)


def purge() -> None:
    """Delete old attempts, and known logins after as many days as the addresses of comments."""
    now = timezone.now()
    LoginAttempt.objects.filter(first_at__lte=now - PASSWORD_RESET.window).delete()
    kept = timedelta(days=SiteSettings.load().keep_address_days)
    KnownLogin.objects.filter(last_at__lte=now - kept).delete()
