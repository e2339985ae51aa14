"""How many guesses are heard: at logins, and at asking for mails that set a new password.

A login is throttled by name and address together, so a stranger who guesses elsewhere locks nobody
out. Two more bounds stand behind it: one for an address that tries many names, one for a name that
is tried from many addresses. Who has logged in from an address before is exempt from both there.
A guess is counted before it is looked at, by a conditional UPDATE: guesses sent at once are no way
round. What is refused is not counted, so no lock grows longer by knocking.

The rows are django-axes', whose commands take them back; the kind of guess is in `user_agent`.
"""

import ipaddress
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.db import DatabaseError
from django.db.models import F, Max, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone

from comments.models import CommentSettings
from core.request_origin import client_ip

NOWHERE = "::"  # stands for an address that the proxy did not pass on

LONGEST_NAME = 150  # signs, Django's limit for user names; the row of a guess holds 255

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """How many guesses of a kind are heard within `window`: by name and address together, from
    one address, for one name."""

    kind: str
    window: timedelta
    pair: int
    address: int
    name: int


LOGIN = Bounds("login", timedelta(minutes=15), pair=5, address=20, name=50)
RESET = Bounds("password reset", timedelta(hours=1), pair=3, address=10, name=5)


def address_key(request: HttpRequest) -> str:
    """What stands for the sender: the IP address; of IPv6 its first half, for whoever has one
    such address has the other 18 quintillions too."""
    ip = ipaddress.ip_address(client_ip(request) or NOWHERE)
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.IPv6Address(int(ip) >> 64 << 64))


def guess(bounds: Bounds, name: str, address: str) -> timedelta | None:
    """Counts one guess and returns None; or, where too many came before, how long to wait."""
    now = timezone.now()
    rows = AccessAttempt.objects.filter(user_agent=bounds.kind)
    row = rows.filter(username=name, ip_address=address)
    counted = [(bounds.pair, row)]
    if not AccessLog.objects.filter(username=name, ip_address=address).exists():
        counted += [(bounds.address, rows.filter(ip_address=address))]
        counted += [(bounds.name, rows.filter(username=name))]
    since = now - bounds.window
    for most, group in counted:
        if end := full(group.filter(attempt_time__gt=since), most):
            return end + bounds.window - now
    row.filter(attempt_time__lte=since).update(failures_since_start=0, attempt_time=now)
    if not row.exists():
        made = AccessAttempt(
            username=name, ip_address=address, user_agent=bounds.kind, failures_since_start=0
        )
        AccessAttempt.objects.bulk_create([made], ignore_conflicts=True)
    heard = row.filter(failures_since_start__lt=bounds.pair)
    taken = heard.update(failures_since_start=F("failures_since_start") + 1)
    return None if taken else bounds.window


def full(group: QuerySet[AccessAttempt], most: int) -> datetime | None:
    """When the last of these began, if together they hold as many guesses as may be."""
    found = group.aggregate(guesses=Sum("failures_since_start"), last=Max("attempt_time"))
    return found["last"] if (found["guesses"] or 0) >= most else None


def forgive(name: str, address: str) -> None:
    """Forgets the wrong logins of somebody who has shown who they are."""
    AccessAttempt.objects.filter(username=name, ip_address=address, user_agent=LOGIN.kind).delete()


def welcome(name: str, address: str) -> None:
    """Forgives, and remembers that this person came from there. Nobody is kept out because it
    can't be written down."""
    known = AccessLog.objects.filter(username=name, ip_address=address)
    try:
        forgive(name, address)
        if address != NOWHERE and not known.update(attempt_time=timezone.now()):
            AccessLog.objects.create(username=name, ip_address=address)
    except DatabaseError as error:
        log.warning("The address of a login could not be written down: %s", error)


def forget() -> None:
    """Deletes what is over: guesses after the longest window, and the addresses of logins when
    the addresses of comments go too."""
    now = timezone.now()
    AccessAttempt.objects.filter(attempt_time__lte=now - RESET.window).delete()
    days = CommentSettings.load().keep_address_days
    AccessLog.objects.filter(attempt_time__lte=now - timedelta(days=days)).delete()


class Throttle(AxesDatabaseHandler):
    """What django-axes asks before a password is looked at, and tells of logins afterwards."""

    def is_allowed(self, request: Any, credentials: Any = None) -> bool:
        """Counts the guess; `request.login_wait` says how long to wait if it is not heard."""
        name = (get_client_username(request, credentials) or "")[:LONGEST_NAME]
        request.login_wait = guess(LOGIN, name, address_key(request))
        return request.login_wait is None

    def user_logged_in(self, sender: Any, request: Any, user: Any, **_: Any) -> None:
        """Both steps are done."""
        welcome(user.get_username(), address_key(request))

    def user_login_failed(self, *_told: Any, **_more: Any) -> None:
        """It was counted before."""

    def user_logged_out(self, *_told: Any, **_more: Any) -> None:
        """Nothing is kept of it."""
