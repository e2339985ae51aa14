"""Taking a comment: the same one twice, too many at once, and where it starts its way."""

import hashlib
import logging
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.questions import Question
from blog.rendering import renderer_version
from comments import moderation
from comments.forms import render_body
from comments.models import Comment, CommentSettings, Status
from comments.screening import akismet, worker

DOUBLE_CLICK = timedelta(minutes=1)  # the same text again within it is the same submission

log = logging.getLogger(__name__)


class Refused(Exception):
    """A submission that is not taken: `status` is HTTP's, `sentence` for the sender."""

    status = 403

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Duplicate(Refused):
    """The same person has said the same thing here before (WordPress answers 409 too)."""

    status = 409


class TooFast(Refused):
    """One address or e-mail sends too fast; `seconds` until it may send again."""

    status = 429

    def __init__(self, seconds: int) -> None:
        sentence = ngettext(
            "You are commenting very fast. Please send it again in %(seconds)d second.",
            "You are commenting very fast. Please send it again in %(seconds)d seconds.",
            seconds,
        )
        super().__init__(sentence % {"seconds": seconds})
        self.seconds = seconds


def submit(comment: Comment, rules: CommentSettings) -> str:
    """Takes a new comment, all its fields about the submission filled in; returns its receipt.

    In one transaction: the checks, the row, its first event. Raises Duplicate or TooFast.
    """
    receipt = complete(comment)
    with transaction.atomic():
        hold(comment)
        if before := same_before(comment):
            return token(before)
        if not comment.user:
            refuse_flood(comment, rules)
        moderation.enter(comment, *first_status(comment))
        transaction.on_commit(nudge)
    return receipt


def hold(comment: Comment) -> None:
    """Until the transaction ends nobody else says the same here, or sends from the same address
    or e-mail: neither a duplicate nor a flood slips through between check and row.

    SQLite needs no such lock: its transactions are immediate, and so one after another.
    """
    if connection.vendor == "postgresql":
        known = filter(None, (comment.fingerprint, comment.address, comment.email))
        # All lock in one order, so that no two wait for each other. Two that share a number by
        # chance wait for nothing; that does no harm.
        keys = sorted(number_of(each) for each in known)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", [keys])


def number_of(text: str) -> int:
    """A number of 64 bits, with a sign, for a text: as PostgreSQL's locks are named."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)


def complete(comment: Comment) -> str:
    """Fills in what follows from the other fields: HTML where a form has not made it already,
    thread, the address as rows have it, fingerprint and receipt. Returns the receipt's token."""
    comment.body_html = comment.body_html or render_body(comment.body).html
    comment.renderer = renderer_version()
    if comment.parent:
        comment.thread_id = comment.parent.thread_id or comment.parent_id
    comment.address = Comment._meta.get_field("address").get_prep_value(comment.address)
    comment.fingerprint = fingerprint(comment)
    receipt = token(comment)
    comment.receipt = hashed(receipt)
    return receipt


def team_name(user: User) -> str:
    """The name under which a logged-in author or moderator appears."""
    return (user.get_full_name() or user.get_username())[:100]


def first_status(comment: Comment) -> tuple[Status, str]:
    """Where a new comment starts, and why it waits."""
    if comment.user:
        return Status.APPROVED, ""
    if akismet.is_configured():
        return Status.CHECKING, ""
    return Status.PENDING, _("No Akismet key is set: comments come straight to you.")


def fingerprint(comment: Comment) -> str:
    """The same for the same text by the same person in the same place."""
    parts = (comment.post_id, comment.parent_id, comment.name, comment.email, comment.body)
    return hashlib.sha256("\0".join(map(str, parts)).lower().encode()).hexdigest()


def same_before(comment: Comment) -> Comment | None:
    """The comment of which this one is a second click; Duplicate if it is an older one's copy."""
    before = next(iter(said_before(comment.fingerprint)), None)
    if before is None:
        return None
    if before.created_at > comment.created_at - DOUBLE_CLICK and before.address == comment.address:
        return before
    raise Duplicate(_("You have already said exactly this here: your first comment was taken."))


@Question
def said_before(fingerprint: str):  # type: ignore[no-untyped-def]
    """The last comment with this fingerprint that is not in the trash, with what a receipt is
    made of."""
    same = Comment.objects.filter(fingerprint=fingerprint).exclude(status=Status.TRASH)
    return same.only("fingerprint", "created_at", "address").order_by("-created_at")[:1]


def refuse_flood(comment: Comment, rules: CommentSettings) -> None:
    """Raises TooFast where this address or e-mail sent a comment moments ago."""
    known = tuple(name for name in ("address", "email") if getattr(comment, name))
    if not known:
        return
    pause = timedelta(seconds=rules.flood_seconds)
    # Within the pause on either side: what a clock noted that went wrong holds up nobody.
    around = comment.created_at - pause, comment.created_at + pause
    asked = comment.address or "", comment.email, *around
    last = next(iter(sent_around(*asked, known=known)), None)
    if last:
        raise TooFast(max(1, round((last + pause - timezone.now()).total_seconds())))


@Question
def sent_around(  # type: ignore[no-untyped-def]
    address: str, email: str, since: datetime, until: datetime, *, known: tuple[str, ...]
):
    """When this address or e-mail, as far as known, last sent a comment between two moments."""
    stored = Comment._meta.get_field("address")
    same = {
        "address": Q(address=Cast(Value(address, TextField()), stored)),
        "email": Q(email=email),
    }
    same_person = reduce(or_, (same[name] for name in known))
    found = Comment.objects.filter(same_person, created_at__gt=since, created_at__lt=until)
    return found.order_by("-created_at").values_list("created_at", flat=True)[:1]


def token(comment: Comment) -> str:
    """The address part of a comment's receipt. Nobody can guess it; a second click gets it again.

    Only its hash is stored (`hashed`), which still finds the receipt after a change of SECRET_KEY.
    """
    said = f"{comment.fingerprint}{comment.created_at.timestamp()}"
    digest = salted_hmac("comments.receipt", said, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:24]).decode()


def hashed(token: str) -> str:
    """What is stored of a receipt's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def nudge() -> None:
    """Wakes the worker. Where the queue is away the worker's own clock finds the row."""
    try:
        worker.nudge()
    except Exception:
        log.exception("The queue did not take a nudge; the worker's clock will find the comment.")
