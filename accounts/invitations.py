"""Invitations: an owner asks an address to join, and whoever reads its mail makes the account.

The link is signed and names the moment it was asked for, so it works until it is asked for again,
taken back, accepted, or too old. Nothing else is stored about somebody who was invited.
"""

from typing import Any

from django.contrib.auth.models import Group
from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation
from core.groups import AUTHORS, MODERATORS

SALT = "accounts.invitation"
GROUPS = {Invitation.Role.AUTHOR: AUTHORS, Invitation.Role.MODERATOR: MODERATORS}
USES_ADMIN = (Invitation.Role.AUTHOR, Invitation.Role.OWNER)


def link_token(invitation: Invitation) -> str:
    """Return what the link of an invitation contains."""
    content = {"invitation": invitation.pk, "sent": invitation.sent_at.isoformat()}
    return signing.dumps(content, salt=SALT)


def find_invitation(token: str) -> Invitation | None:
    """Return the open invitation of a link, or None if the link does not work (any more)."""
    try:
        content = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    invitation = Invitation.objects.filter(
        pk=content["invitation"], sent_at=content["sent"], accepted_at=None
    ).first()
    return None if invitation is None or invitation.is_expired else invitation


def renew_invitation(pk: int) -> bool:
    """Begin the days of an open invitation anew, and end its old links; False if it isn't open."""
    is_open = Invitation.objects.filter(pk=pk, accepted_at=None)
    return bool(is_open.update(sent_at=timezone.now()))


def withdraw_invitation(pk: int) -> bool:
    """Delete an open invitation; return False if it isn't open."""
    deleted, _rows = Invitation.objects.filter(pk=pk, accepted_at=None).delete()
    return bool(deleted)


@transaction.atomic
def create_account(invitation: Invitation, user: Any) -> bool:
    """Save the user of an invitation, with its address and role; False if it's no longer open.

    Raise IntegrityError if somebody has taken the user name meanwhile.
    """
    still_open = Invitation.objects.filter(
        pk=invitation.pk, sent_at=invitation.sent_at, accepted_at=None
    )
    if not still_open.update(accepted_at=timezone.now()):
        return False
    role = Invitation.Role(invitation.role)
    user.email = invitation.email
    user.is_staff = role in USES_ADMIN
    user.is_superuser = role == Invitation.Role.OWNER
    user.save()
    if name := GROUPS.get(role):
        user.groups.add(Group.objects.get_or_create(name=name)[0])
    return True
