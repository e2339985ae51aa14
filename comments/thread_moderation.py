"""What moderators do with whole threads and conversations. Each act leaves an event.

No act here changes a comment's status. Each function returns the action, by whose id it can be
undone, or None if it changed nothing.
"""

import uuid
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from blog.models import Post
from comments.models import Comment, Event, Kind, Status
from comments.moderation import ModerationAction
from comments.submission import fingerprint
from pagecache.version import invalidate_pages

BATCH_SIZE = 100  # comments in one statement


def lock_thread(pk: int) -> list[Comment]:
    """Lock and return a thread, the top-level comment first; [] if `pk` is none."""
    comments = Comment.objects.select_for_update().filter(Q(pk=pk) | Q(thread=pk)).order_by("pk")
    thread = sorted(comments, key=lambda comment: comment.pk != pk)
    return thread if thread and thread[0].parent_id is None else []


def change_thread(
    pk: int, by: User, field: str, value: bool, kind: Kind
) -> ModerationAction | None:
    """Set a field of a top-level comment, if that changes it."""
    action = ModerationAction()
    with transaction.atomic():
        comments = Comment.objects.select_for_update().exclude(body="")
        comment = comments.filter(pk=pk, parent=None, **{field: not value}).first()
        if comment is None:
            return None
        if value and field == "is_pinned":
            make_room_for_pin(comment, by, action)
        setattr(comment, field, value)
        comment.save(update_fields=[field])
        action.record([comment], by, kind)
        action.moved.append(pk)
        invalidate_pages()
    return action


def make_room_for_pin(comment: Comment, by: User, action: ModerationAction) -> None:
    """Unpin the comment that is pinned on the same post: there is one at most."""
    # Of two moderators who pin at once, one waits for the other.
    Post.objects.select_for_update().get(pk=comment.post_id)
    pinned = Comment.objects.select_for_update().filter(post=comment.post_id, is_pinned=True)
    for other in pinned:
        other.is_pinned = False
        other.save(update_fields=["is_pinned"])
        action.record([other], by, Kind.UNPIN)


def lock(pk: int, by: User) -> ModerationAction | None:
    """Let nobody reply in a thread any more."""
    return change_thread(pk, by, "is_locked", True, Kind.LOCK)


def unlock(pk: int, by: User) -> ModerationAction | None:
    """Let people reply in a thread again."""
    return change_thread(pk, by, "is_locked", False, Kind.UNLOCK)


def pin(pk: int, by: User) -> ModerationAction | None:
    """Show a thread first below its post, in place of the one that was pinned there."""
    return change_thread(pk, by, "is_pinned", True, Kind.PIN)


def unpin(pk: int, by: User) -> ModerationAction | None:
    """Show a thread in its usual place again."""
    return change_thread(pk, by, "is_pinned", False, Kind.UNPIN)


def move(pk: int, post: Post, by: User) -> ModerationAction | None:
    """Move a thread with all its comments to another post. It is no longer pinned there."""
    action = ModerationAction()
    with transaction.atomic():
        comments = lock_thread(pk)
        if not comments or comments[0].post_id == post.pk:
            return None
        left = comments[0].post_id
        for comment in comments:
            sent_to = comment.moved_from_id or left
            comment.moved_from_id = None if sent_to == post.pk else sent_to
            comment.post, comment.is_pinned = post, False
            comment.fingerprint = fingerprint(comment)
        fields = ["post", "moved_from", "is_pinned", "fingerprint"]
        Comment.objects.bulk_update(comments, fields, batch_size=BATCH_SIZE)
        action.record(comments, by, Kind.MOVE, post_id=left)
        action.moved = [comment.pk for comment in comments]
        if any(comment.status == Status.APPROVED for comment in comments):
            invalidate_pages()
    return action


def close(post_id: int, by: User) -> ModerationAction | None:
    """Close the whole conversation of a post."""
    return set_open(post_id, False, by)


def reopen(post_id: int, by: User) -> ModerationAction | None:
    """Open the conversation of a post again."""
    return set_open(post_id, True, by)


def set_open(post_id: int, is_open: bool, by: User) -> ModerationAction | None:
    """Open or close the conversation of a post, if that changes it."""
    action, now = ModerationAction(), timezone.now()
    with transaction.atomic():
        posts = Post.objects.filter(pk=post_id, comments_open=not is_open)
        # With a new time, the editor of the post does not overwrite this without a word.
        if not posts.update(comments_open=is_open, updated_at=now):
            return None
        kind = Kind.OPEN if is_open else Kind.CLOSE
        Event.objects.create(post_id=post_id, act=action.id, kind=kind, at=now, by=by)
        invalidate_pages()
    return action


# What takes back each kind of act.
OPPOSITES: dict[str, Callable[[int, User], ModerationAction | None]] = {
    Kind.LOCK: unlock,
    Kind.UNLOCK: lock,
    Kind.PIN: unpin,
    Kind.UNPIN: pin,
    Kind.CLOSE: reopen,
    Kind.OPEN: close,
}


def undo(action_id: uuid.UUID, by: User) -> ModerationAction | None:
    """Take back an act of this module; None if there is nothing left to take back."""
    # Of a pin that took the place of another one, the first event is that of the other.
    event = Event.objects.filter(act=action_id).select_related("post").order_by("id").first()
    if event is None:
        return None
    if event.kind == Kind.MOVE and event.post and event.comment_id:
        root = Comment.objects.filter(pk=event.comment_id).values_list("thread", flat=True).first()
        return move(root or event.comment_id, event.post, by)
    target = event.comment_id or event.post_id
    return OPPOSITES[event.kind](target, by) if target else None
