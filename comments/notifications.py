"""The mail that tells moderators which comments have come to wait, as often as each has chosen."""

from datetime import datetime, timedelta
from textwrap import wrap

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import SiteSettings
from comments import mail_links
from comments.forms import render_body
from comments.models import Comment, Frequency, ModeratorMail, Status
from comments.screening.reports import REPORT_AFTER
from core import mail
from core.urls import absolute_url

RETRY_AFTER = timedelta(minutes=10)  # after a message that could not be sent
SHOWN = 20  # comments in a message
TEXT_LENGTH = 500  # characters of each
LINE_WIDTH = 72
# Permissions are asked of this backend; the other one only limits the rate of logins.
PERMISSIONS_BACKEND = "django.contrib.auth.backends.ModelBackend"


def notify_moderators() -> None:
    """Send a message to every moderator for whom one is due and comments have come to wait."""
    now = timezone.now()
    waiting = Comment.objects.filter(status=Status.PENDING)
    if not waiting.exists():
        return
    for user in moderators_with_address():
        choice = getattr(user, "moderator_mail", None) or ModeratorMail(user=user)
        if choice.is_due(now):
            notify(choice, now)


def moderators_with_address() -> list[User]:
    """Return the people to tell, each with their choice."""
    people = get_user_model().objects.with_perm("comments.moderate", backend=PERMISSIONS_BACKEND)
    return list(people.exclude(email="").select_related("moderator_mail"))


def notify(choice: ModeratorMail, now: datetime) -> None:
    """Send a moderator the message that is due, if there is anything to tell."""
    # As with reports to Akismet: what was decided less than ten seconds ago may still be undone.
    until = now - REPORT_AFTER
    new = choice.untold_comments(until)
    ids = list(new.in_queue_order(Status.PENDING).values_list("pk", flat=True)[:SHOWN])
    if not ids or not claim(choice, now):
        return
    mine = ModeratorMail.objects.filter(user=choice.user)
    if send_notification(choice.user, ids):
        mine.update(told_until=until, last_sent_at=now, retry_at=None)


def claim(choice: ModeratorMail, now: datetime) -> bool:
    """Return True if no other worker is sending the message; if sending fails, it is due later."""
    if choice.pk is None:
        ModeratorMail.objects.bulk_create([ModeratorMail(user=choice.user)], ignore_conflicts=True)
    due = ModeratorMail.objects.filter(
        Q(retry_at=None) | Q(retry_at__lte=now),
        user=choice.user,
        last_sent_at=choice.last_sent_at,
    ).exclude(frequency=Frequency.OFF)
    return bool(due.update(retry_at=now + RETRY_AFTER))


def send_notification(person: User, ids: list[int]) -> bool:
    """Send a moderator the message about the comments with these ids; return False if it failed."""
    waiting = Comment.objects.filter(status=Status.PENDING).count()
    subject = ngettext(
        "%(site)s: %(n)d comment to review", "%(site)s: %(n)d comments to review", waiting
    ) % {"site": SiteSettings.load().name, "n": waiting}
    # The events are read first: a comment that changes meanwhile has a link that doesn't work.
    events = mail_links.last_events(ids)
    comments = Comment.objects.filter(pk__in=ids, status=Status.PENDING).select_related("post")
    parts = [
        describe(comment, number, mail_links.decision_token(comment.pk, person, events[comment.pk]))
        for number, comment in enumerate(comments.in_queue_order(Status.PENDING), start=1)
    ]
    if not parts:  # all of them have just been decided
        return True
    body = "\n\n".join([introduction(), *parts, foot(waiting - len(parts))]) + "\n"
    return mail.send(person, subject, body, "moderation")


def introduction() -> str:
    """Return what a moderator must know of the links before using one."""
    return _(
        "Lines that begin with “>” were written by a commenter.\n"
        "Each link works once, for %(days)d days, without logging in, and decides in your\n"
        "name: please don't forward this email."
    ) % {"days": mail_links.LINK_DAYS}


def describe(comment: Comment, number: int, token: str) -> str:
    """Return a comment for a message: its post, why it waits, what was typed, and the link."""
    head = _("%(number)d. Comment on “%(title)s”") % {
        "number": number,
        "title": one_line(comment.post.title),
    }
    reason = one_line(render_to_string("comments/_status_reason.txt", {"comment": comment}))
    text = render_body(comment.body).masked_text
    typed = "\n".join(
        [
            quoted(comment.name or _("Anonymous")),
            ">",
            quoted(Truncator(one_line(text)).chars(TEXT_LENGTH)),
        ]
    )
    link = _("Approve, mark as spam, or trash:\n%(address)s") % {
        "address": mail_links.decision_address(token)
    }
    return "\n\n".join(["\n".join(wrap(f"{head} {reason}", LINE_WIDTH)), typed, link])


def foot(more: int) -> str:
    """Return where the rest is, and where to choose how often to get this message."""
    queue = _("The whole queue:\n%(address)s")
    if more:
        queue = ngettext(
            "%(n)d more comment in the queue:\n%(address)s",
            "%(n)d more comments in the queue:\n%(address)s",
            more,
        )
    choice = _("Choose how often you get this email:\n%(address)s")
    return "\n\n".join(
        [
            queue % {"n": more, "address": absolute_url(reverse("moderation"))},
            choice % {"address": absolute_url(reverse("moderation_mail"))},
        ]
    )


def one_line(text: str) -> str:
    """Return a text with all its line ends, of whatever kind, and other space as single spaces."""
    return " ".join(text.split())


def quoted(text: str) -> str:
    """Return what somebody typed so that none of its lines can pass for one of the message."""
    return "\n".join(wrap(one_line(text), LINE_WIDTH, initial_indent="> ", subsequent_indent="> "))
