"""Taking a comment: refusing duplicates and floods, and saving it with its first status."""

import hashlib
import uuid
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.rendering import renderer_version
from comments import moderation
from comments.forms import render_body
from comments.models import Comment, CommentSettings, RuleAction, Status
from comments.screening import akismet, classifier, rules

DOUBLE_CLICK = timedelta(minutes=1)  # the same text within this time is the same submission


class Refused(Exception):
    """A submission that is not taken: `status` is that of HTTP, `sentence` is for the sender."""

    status = 403

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Duplicate(Refused):
    """The same person has sent the same text here before (WordPress answers 409 too)."""

    status = 409


class TooFast(Refused):
    """One address or e-mail sends too fast; `seconds` until it may send again."""

    status = 429

    def __init__(self, seconds: int) -> None:
        sentence = ngettext(
            "You're commenting too quickly. Please wait %(seconds)d second and post again.",
            "You're commenting too quickly. Please wait %(seconds)d seconds and post again.",
            seconds,
        )
        super().__init__(sentence % {"seconds": seconds})
        self.seconds = seconds


class ThreadClosed(Refused):
    """Nobody may reply in the thread any more."""


def submit(comment: Comment, settings: CommentSettings, act: uuid.UUID | None = None) -> str:
    """Save a new comment; return its receipt's token. Raise a subclass of Refused.

    With `act`, the comment is part of that moderation action.
    """
    token = prepare(comment)
    first_status = initial_status(comment, settings)
    with transaction.atomic():
        lock_sender(comment)
        if first_click := find_double_click(comment):
            return receipt_token(first_click)
        if comment.parent:
            refuse_closed_thread(comment)
        if not comment.user:
            refuse_flood(comment, settings)
        moderation.record_submission(comment, *first_status, act=act)
    return token


def prepare(comment: Comment) -> str:
    """Set HTML, thread, fingerprint, receipt and stored address; return the receipt's token."""
    comment.body_html = comment.body_html or render_body(comment.body).html
    comment.renderer = renderer_version()
    comment.update_search_text()
    if comment.parent:
        comment.thread_id = comment.parent.thread_id or comment.parent_id
    comment.address = Comment._meta.get_field("address").get_prep_value(comment.address)
    comment.fingerprint = fingerprint(comment)
    token = receipt_token(comment)
    comment.receipt = hash_token(token)
    return token


def lock_sender(comment: Comment) -> None:
    """Let no other transaction save the same text, or a comment from the same address or e-mail.

    Otherwise two submissions could pass the checks at once, before either row is saved. The lock
    is PostgreSQL's advisory one, which ends with the transaction; SQLite's transactions run one
    after another.
    """
    if connection.vendor == "postgresql":
        names = filter(None, (comment.fingerprint, comment.address, comment.email))
        # Everybody locks in the same order, so that no two transactions wait for each other. If
        # two names have the same key by chance, one waits for the other: that does no harm.
        keys = sorted(lock_key(name) for name in names)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(k) FROM unnest(%s::bigint[]) AS k", [keys])


def lock_key(name: str) -> int:
    """Return the signed 64-bit integer that stands for a name in PostgreSQL's advisory locks."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def team_name(user: User) -> str:
    """Return the name under which a logged-in author or moderator comments."""
    return (user.get_full_name() or user.get_username())[:100]


def initial_status(comment: Comment, settings: CommentSettings) -> tuple[Status, str]:
    """Return a new comment's first status and the reason for it; name its `rule`, if one applies.

    What a rule moves to spam or trash is not sent to Akismet; what one holds is checked all the
    same, and keeps the reason. Only the team's own comments are approved here.
    """
    if comment.user:
        return Status.APPROVED, ""
    verdict = rules.judge(comment, settings)
    held = verdict.reason if verdict else ""
    comment.rule = verdict.rule if verdict else None
    if verdict and verdict.action != RuleAction.HOLD:
        return rules.STATUS_OF[verdict.action], held
    if akismet.is_configured():
        return Status.CHECKING, held
    reason = " ".join([held, _("Spam checking is off (no Akismet key).")]).strip()
    return classifier.first_status(comment, reason)


def fingerprint(comment: Comment) -> str:
    """Return a hash that is the same for the same text by the same person in the same place."""
    person = (comment.name, comment.email)
    if not any(person):  # readers may be allowed to leave both empty
        person = (str(comment.address), "")
    parts = (comment.post_id, comment.parent_id, *person, comment.body)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def find_double_click(comment: Comment) -> Comment | None:
    """Return the comment that a second click repeats; raise Duplicate for an older one."""
    # What is in the trash may be sent again, but not to meet the same rule once more.
    trashed_by_rule = Q(rule__isnull=False, decided_at=None)
    kept = Comment.objects.filter(~Q(status=Status.TRASH) | trashed_by_rule)
    same = kept.filter(fingerprint=comment.fingerprint).order_by("-created_at").first()
    if same is None:
        return None
    is_same_sender = bool(comment.email) or same.address == comment.address
    if is_same_sender and same.created_at > comment.created_at - DOUBLE_CLICK:
        return same
    raise Duplicate(_("You've already posted this. We have your first comment."))


def refuse_flood(comment: Comment, settings: CommentSettings) -> None:
    """Raise TooFast if this address or e-mail has just sent another comment."""
    pause = timedelta(seconds=settings.flood_seconds)
    last = last_submission(comment, pause)
    if last:
        raise TooFast(max(1, round((last + pause - timezone.now()).total_seconds())))


def refuse_closed_thread(comment: Comment) -> None:
    """Raise ThreadClosed if the thread of a reply was locked or moved away meanwhile.

    The thread stays as it is until the reply is saved.
    """
    thread = Comment.objects.select_for_update().get(pk=comment.thread_id or 0)
    if thread.is_locked:
        raise ThreadClosed(_("This thread is locked. You can post a new comment instead."))
    if thread.post_id != comment.post_id:
        raise ThreadClosed(
            _("The comment you were replying to has been removed. You can post a new one below.")
        )


def last_submission(comment: Comment, pause: timedelta) -> datetime | None:
    """Return when the same address or e-mail last sent a comment (aware), within a pause.

    Only times within the pause before or after count: a time that a wrong clock has stored must
    not stop anybody.
    """
    same_sender = Q()
    if comment.address:
        same_sender |= Q(address=comment.address)
    if comment.email:
        same_sender |= Q(email=comment.email)
    if not same_sender:
        return None
    recent = Comment.objects.filter(
        same_sender,
        created_at__gt=comment.created_at - pause,
        created_at__lt=comment.created_at + pause,
    )
    return recent.order_by("-created_at").values_list("created_at", flat=True).first()


def receipt_token(comment: Comment) -> str:
    """Return the token in the address of a comment's receipt.

    Nobody can guess it, and a second click gets the same one. Only its hash is stored, which finds
    the receipt even after a change of SECRET_KEY.
    """
    value = f"{comment.fingerprint}{comment.created_at.timestamp()}"
    digest = salted_hmac("comments.receipt", value, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:24]).decode()


def hash_token(token: str) -> str:
    """Return the hash that is stored for a receipt's token."""
    return hashlib.sha256(token.encode()).hexdigest()
