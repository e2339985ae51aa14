"""A moderator's reply, which may approve the comment that it answers."""

from django.db import transaction
from django.utils.translation import gettext as _

from comments import moderation, submission
from comments.models import Comment, CommentSettings, Status
from comments.moderation import ModerationAction


class NotApproved(submission.Refused):
    """The comment to reply to is not approved, and the act does not approve it."""

    status = 400


def publish_reply(
    reply: Comment, parent: Comment, rules: CommentSettings, approve_from: str = ""
) -> ModerationAction | None:
    """Save a team member's reply to `parent`; with `approve_from`, approve that one too.

    It is only approved if it still has the status `approve_from`. Both or neither is done, as one
    act: return it, or None without an approval. Its undo takes both back: the comment to where it
    was, and the reply to Pending, with every word of it. Raise a subclass of Refused.
    """
    action = None
    with transaction.atomic():
        if approve_from and approve_from != Status.APPROVED:
            approved = moderation.approve([parent.pk], reply.user, approve_from)
            action = approved if approved.moved else None
        if not Comment.objects.filter(pk=parent.pk, status=Status.APPROVED).exists():
            raise NotApproved(_("Approve this comment before replying."))
        submission.submit(reply, rules, act=action.id if action else None)
    return action
