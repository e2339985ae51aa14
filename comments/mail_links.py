"""The links in moderators' mail: each lets one moderator decide once about one comment, logged out.

A link holds the id of the comment's last event. So anything that happens to the comment makes all
links to it useless, and nothing has to be stored about them. It also holds a mark of the moderator,
as Django's links for new passwords do, which a new password or address makes useless.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from comments import moderation
from comments.models import Comment, Event, Status
from comments.moderation import ModerationAction
from core.urls import absolute_url

LINK_DAYS = 7
UNDO_FOR = timedelta(minutes=10)
# The acts that the page behind a link offers, by the names that forms have for them.
ACTS = {name: moderation.ACTIONS[name] for name in ("approve", "spam", "reject")}
TO_DECIDE, TO_UNDO = "comments.mail_links.decide", "comments.mail_links.undo"  # salts


class DeadLink(Exception):
    """A link that does nothing any more; `comment` is None if its holder must learn nothing."""

    def __init__(self, comment: Comment | None = None) -> None:
        super().__init__()
        self.comment = comment


@dataclass(frozen=True)
class Link:
    """What a link that works is for: who may decide about which comment."""

    comment: Comment
    by: User


@dataclass(frozen=True)
class Decision(Link):
    """What an undo link takes back: the action and the name of what it did."""

    name: str
    action_id: uuid.UUID


def signer_of(salt: str) -> TimestampSigner:
    """Return the signer of a kind of links."""
    return TimestampSigner(salt=salt, sep=".")  # some mail programs end a link at a colon


def last_events(ids: list[int]) -> dict[int | None, int]:
    """Return the id of the last event of each comment, by the comment's id."""
    events = Event.objects.filter(comment__in=ids).order_by().values("comment")
    return dict(events.annotate(last=Max("pk")).values_list("comment", "last"))


def decision_token(comment_id: int, by: User, last_event: int) -> str:
    """Return the token of a link by which a moderator decides about a comment as it is now."""
    return signer_of(TO_DECIDE).sign_object([comment_id, last_event, by.pk, mark_of(by)])


def decision_address(token: str) -> str:
    """Return the absolute address of a link."""
    return absolute_url(reverse("moderation_mail_link", args=[token]))


def undo_token(decision: Decision) -> str:
    """Return the token of the link that takes a decision back."""
    act = [decision.comment.pk, decision.name, str(decision.action_id)]
    return signer_of(TO_UNDO).sign_object([*act, decision.by.pk, mark_of(decision.by)])


def mark_of(user: User) -> str:
    """Return a value that changes with the user's password and address; it reveals neither."""
    value = f"{user.get_session_auth_hash()}{user.email}"
    return salted_hmac("comments.mail_links.mark", value, algorithm="sha256").hexdigest()[:20]


def read_token(salt: str, token: str, max_age: timedelta) -> list[Any]:
    """Return the values in a token and, last, its moderator; raise DeadLink.

    The moderator must still be one, with the same password and address.
    """
    try:
        *values, user_id, mark = signer_of(salt).unsign_object(token, max_age=max_age)
    except BadSignature as error:  # or it has expired
        raise DeadLink from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not constant_time_compare(mark, mark_of(user)):
        raise DeadLink
    if not user.has_perm("comments.moderate"):
        raise DeadLink
    return [*values, user]


def open_link(token: str) -> Link:
    """Return what a link is for; raise DeadLink if it was used, or anything else has happened."""
    pk, last_event, by = read_token(TO_DECIDE, token, timedelta(days=LINK_DAYS))
    comment = Comment.objects.select_related("post", "parent", "user").filter(pk=pk).first()
    is_as_told = last_events([pk]).get(pk) == last_event
    if comment is None or comment.status != Status.PENDING or not is_as_told:
        raise DeadLink(comment)
    return Link(comment, by)


def decide(token: str, name: str) -> Decision:
    """Carry out the act with a name of `ACTS` by a link; raise DeadLink."""
    pk, _last_event, _by = read_token(TO_DECIDE, token, timedelta(days=LINK_DAYS))
    with transaction.atomic():
        # From here on nobody else can decide about it, so that of two links only one works.
        moderation.lock_comments([pk])
        link = open_link(token)
        action = ACTS[name]([pk], link.by, Status.PENDING)
        if not action.moved:
            raise DeadLink(link.comment)
    return Decision(link.comment, link.by, name, action.id)


def open_undo(token: str) -> Decision:
    """Return what an undo link takes back; raise DeadLink if that isn't possible any more."""
    pk, name, action_id, by = read_token(TO_UNDO, token, UNDO_FOR)
    comment = Comment.objects.select_related("post", "parent", "user").filter(pk=pk).first()
    if comment is None:
        raise DeadLink
    change = moderation.last_changes([comment]).get(pk)
    if change is None or str(change.act) != action_id:
        raise DeadLink(comment)
    return Decision(comment, by, name, uuid.UUID(action_id))


def undo(token: str) -> tuple[Decision, ModerationAction]:
    """Take back a decision by its undo link; raise DeadLink."""
    decision = open_undo(token)
    action = moderation.undo(decision.action_id, decision.by)
    if not action.moved:
        raise DeadLink(decision.comment)
    return decision, action
