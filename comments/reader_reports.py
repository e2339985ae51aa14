"""Taking a reader's report of a comment: one a person, not too fast; enough of them may hide it."""

import ipaddress
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import ngettext

from comments import moderation
from comments.models import Comment, CommentSettings, Report
from comments.submission import Refused

IPV6_NETWORK = 64  # bits: what one household has, and could draw ever new addresses from


class TooFast(Refused):
    """One person reports too fast; `seconds` until it may send again."""

    status = 429

    def __init__(self, seconds: int) -> None:
        sentence = ngettext(
            "You're reporting too quickly. Please wait %(seconds)d second and send it again.",
            "You're reporting too quickly. Please wait %(seconds)d seconds and send it again.",
            seconds,
        )
        super().__init__(sentence % {"seconds": seconds})
        self.seconds = seconds


def take(
    comment: Comment, address: str | None, rules: CommentSettings, *, reason: str, words: str
) -> None:
    """Save a report, unless this person has reported the comment before. Raise TooFast."""
    person, now = person_of(address), timezone.now()
    with transaction.atomic():
        # Of several reports at once, each sees the number of those before it.
        Comment.objects.select_for_update().get(pk=comment.pk)
        if Report.objects.filter(comment=comment, person=person).exists():
            return
        refuse_flood(person, now, rules)
        report = Report(comment=comment, person=person, reason=reason, words=words, at=now)
        Report.objects.bulk_create([report], ignore_conflicts=True)
        hide_if_enough(comment, rules)


def refuse_flood(person: str, now: datetime, rules: CommentSettings) -> None:
    """Raise TooFast if this person has just reported another comment."""
    pause = timedelta(seconds=rules.flood_seconds)
    recent = Report.objects.filter(person=person, at__gt=now - pause, at__lt=now + pause)
    if last := recent.order_by("-at").values_list("at", flat=True).first():
        raise TooFast(max(1, round((last + pause - now).total_seconds())))


def hide_if_enough(comment: Comment, rules: CommentSettings) -> None:
    """Hide a comment that has as many open reports as the owner has set; never the team's own."""
    if rules.hide_after_reports is None or comment.is_by_team:
        return
    number = Report.objects.open().filter(comment=comment).count()
    if number >= rules.hide_after_reports:
        reason = ngettext(
            "Hidden after %(n)d report by readers.",
            "Hidden after %(n)d reports by readers.",
            number,
        )
        moderation.hide_reported(comment.pk, reason % {"n": number})


def person_of(address: str | None) -> str:
    """Return a hash for an IP address, which nobody can reverse without SECRET_KEY."""
    return salted_hmac("comments.report", network_of(address), algorithm="sha256").hexdigest()


def network_of(address: str | None) -> str:
    """Return what stands for one person: an IPv4 address, or the network of an IPv6 one."""
    if not address or ":" not in address:
        return address or ""
    return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
