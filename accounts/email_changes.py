"""A new e-mail address for an account: it counts once a link that was mailed to it is opened.

The link is signed and names the moment it was asked for, so the next request ends it.
"""

from typing import Any

from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.models import EMAIL_CHANGE_LIFETIME, EmailChange

SALT = "accounts.email_change"


def request_change(user: Any, email: str) -> None:
    """Store the address that a person wants instead of theirs."""
    EmailChange.objects.update_or_create(
        user=user, defaults={"email": email, "requested_at": timezone.now()}
    )


def pending_change(user: Any) -> EmailChange | None:
    """Return the change that waits for its link to be opened, or None."""
    since = timezone.now() - EMAIL_CHANGE_LIFETIME
    return EmailChange.objects.filter(user=user, requested_at__gt=since).first()


def cancel_change(user: Any) -> None:
    """Forget the address; its link no longer works."""
    EmailChange.objects.filter(user=user).delete()


def link_token(change: EmailChange) -> str:
    """Return what the link to confirm an address contains."""
    content = {"change": change.pk, "requested": change.requested_at.isoformat()}
    return signing.dumps(content, salt=SALT)


def find_change(token: str) -> EmailChange | None:
    """Return the change of a link, or None if the link does not work (any more)."""
    try:
        content = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    since = timezone.now() - EMAIL_CHANGE_LIFETIME
    waiting = EmailChange.objects.filter(requested_at__gt=since, user__is_active=True)
    found = waiting.filter(pk=content["change"], requested_at=content["requested"])
    return found.select_related("user").first()


@transaction.atomic
def apply_change(change: EmailChange) -> bool:
    """Give the account its new address; return False if the link has been used meanwhile."""
    same = EmailChange.objects.filter(pk=change.pk, requested_at=change.requested_at)
    deleted, _rows = same.delete()
    if deleted:
        change.user.email = change.email
        change.user.save(update_fields=["email"])
    return bool(deleted)


def purge() -> None:
    """Delete the addresses whose links have expired."""
    since = timezone.now() - EMAIL_CHANGE_LIFETIME
    EmailChange.objects.filter(requested_at__lte=since).delete()
