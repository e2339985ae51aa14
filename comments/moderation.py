"""The only way to change a comment's status: a conditional UPDATE that leaves an event."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.rendering import renderer_version
from comments.forms import render_body
from comments.models import Comment, CommentSettings, Event, Kind, Report, Result, Status
from comments.screening import classifier
from pagecache.version import invalidate_pages

BATCH_SIZE = 500  # comments in one transaction, so that nobody waits long for the write lock
EDITED_FIELDS = ["name", "website", "body", "body_html", "renderer", "search_text"]
EDITED_FIELDS += ["likelihood_version"]  # it is scored anew
Person = User | None
# The kind of a person's act that moves comments to a status, where its function names no other.
KINDS = {
    Status.APPROVED: Kind.APPROVE,
    Status.SPAM: Kind.SPAM,
    Status.TRASH: Kind.TRASH,
    Status.PENDING: Kind.HOLD,
}
# A restored comment is not checked again, because a person has seen it: it becomes pending.
RESTORE_TO = {"": Status.PENDING, Status.CHECKING: Status.PENDING}


def record_submission(
    comment: Comment, status: Status, reason: str, act: uuid.UUID | None = None
) -> None:
    """Save a new comment with its first status and event, in the transaction of its submission.

    With `act`, it is part of that moderation action.
    """
    comment.status = status
    comment.reason = reason
    comment.next_check_at = comment.created_at if status == Status.CHECKING else None
    comment.save(force_insert=True)
    Event.objects.create(
        comment=comment,
        act=act or uuid.uuid4(),
        kind=Kind.SUBMIT,
        by=comment.user,
        status_to=status,
        why=reason,
    )
    if status == Status.APPROVED:
        invalidate_pages()


class ModerationAction:
    """One action on one or many comments. `moved` holds the ids that it moved; `id` undoes it.

    An action on very many comments consists of several of these, with one `id`.
    """

    def __init__(self, id: uuid.UUID | None = None) -> None:
        self.id = id or uuid.uuid4()
        self.moved: list[int] = []

    def move(
        self,
        comments: list[Comment],
        to: str,
        by: Person,
        why: str = "",
        reason: str = "",
        kind: str = "",
    ) -> None:
        """Move locked comments from the status that they were read in, and record the events.

        A person's decision also closes the readers' reports of these comments.
        """
        now = timezone.now()
        fields: dict[str, Any] = {
            "status": to,
            "reason": reason,
            "next_check_at": None,
            "claimed_by": "",
        }
        if by:
            fields["decided_at"] = now
        moving = [comment for comment in comments if comment.status != to]
        for status in {comment.status for comment in moving}:
            ids = [comment.pk for comment in moving if comment.status == status]
            if Comment.objects.filter(pk__in=ids, status=status).update(**fields) != len(ids):
                raise RuntimeError("Comments have changed although they were locked.")
        kind = kind or (KINDS[Status(to)] if by else Kind.AUTOMATIC)
        self.record(moving, by, kind, to=to, at=now, why=why)
        self.moved += [comment.pk for comment in moving]
        if by and kind != Kind.UNDO:
            close_reports([comment.pk for comment in moving], self.id)
        if any(Status.APPROVED in (comment.status, to) for comment in moving):
            invalidate_pages()

    def record(
        self, comments: Iterable[Comment], by: Person, kind: str, to: str = "", **values: Any
    ) -> None:
        """Record an event for each comment; without `to`, the act leaves its status alone."""
        values.setdefault("at", timezone.now())
        Event.objects.bulk_create(
            Event(
                comment=comment,
                act=self.id,
                kind=kind,
                by=by,
                status_from=comment.status,
                status_to=to or comment.status,
                **values,
            )
            for comment in comments
        )


def close_reports(ids: list[int], act: uuid.UUID) -> None:
    """Close the open reports of comments; undoing the act opens them again."""
    Report.objects.open().filter(comment__in=ids).update(act=act)


Action = ModerationAction | None

# --- What a person does. Each function returns the action, by whose id it can be undone. ---------
# --- With `seen`, they move only comments that still have that status; `action` is continued. ----


def approve(
    ids: Iterable[int], by: Person, seen: str | None = None, action: Action = None
) -> ModerationAction:
    """Approve comments."""
    return set_status(ids, Status.APPROVED, by, seen, action)


def reject(
    ids: Iterable[int], by: Person, seen: str | None = None, action: Action = None
) -> ModerationAction:
    """Move comments to the trash."""
    return set_status(ids, Status.TRASH, by, seen, action)


def mark_as_spam(
    ids: Iterable[int], by: Person, seen: str | None = None, action: Action = None
) -> ModerationAction:
    """Mark comments as spam. Akismet is told if its result was another one."""
    return set_status(ids, Status.SPAM, by, seen, action)


def set_status(
    ids: Iterable[int], to: str, by: Person, seen: str | None, action: Action
) -> ModerationAction:
    """Move comments to one status."""
    action = action or ModerationAction()
    with transaction.atomic():
        action.move(lock_comments(ids, seen, checked_too=True), to, by)
    return action


def restore(
    ids: Iterable[int], by: Person, seen: str | None = None, action: Action = None
) -> ModerationAction:
    """Move each comment back to the status before its present one."""
    action = action or ModerationAction()
    with transaction.atomic():
        comments = lock_comments(ids, seen, checked_too=True)
        move_back(action, comments, by, _("restored"), Kind.RESTORE)
    return action


# The actions by the names that forms have for them.
ACTIONS = {"approve": approve, "reject": reject, "spam": mark_as_spam, "restore": restore}


def undo(
    action_id: uuid.UUID, by: Person, ids: Iterable[int] | None = None, action: Action = None
) -> ModerationAction:
    """Undo an action for every comment, or for those with `ids`, that has not moved since."""
    action = action or ModerationAction()
    with transaction.atomic():
        if ids is None:
            ids = Event.objects.filter(act=action_id).values_list("comment_id", flat=True)
        move_back(action, lock_comments(ids), by, _("undone"), Kind.UNDO, only=action_id)
        Report.objects.filter(act=action_id, comment__in=action.moved).update(act=None)
    return action


def move_back(
    action: ModerationAction,
    comments: list[Comment],
    by: Person,
    why: str,
    kind: str,
    only: uuid.UUID | None = None,
) -> None:
    """Move locked comments to their previous status; with `only`, if that action moved them."""
    changes = last_changes(comments)
    targets: dict[str, list[Comment]] = {}
    for comment in comments:
        change = changes.get(comment.pk)
        if only and (change is None or change.act != only):
            continue
        previous = change.status_from if change else ""
        targets.setdefault(RESTORE_TO.get(previous, previous), []).append(comment)
    for target, group in targets.items():
        action.move(group, target, by, why=why, kind=kind)


def last_changes(comments: list[Comment]) -> dict[int, Event]:
    """Return the last event that changed each comment's status, by the comment's id."""
    events = Event.objects.filter(comment__in=comments).exclude(status_from=F("status_to"))
    return {event.comment_id: event for event in events.order_by("at", "id") if event.comment_id}


def edit(pk: int, by: Person, *, name: str, website: str, body: str) -> None:
    """Save a moderator's edit; the event keeps the text before it."""
    with transaction.atomic():
        for comment in lock_comments([pk]):
            text_before = text_of_edit(comment, name, website)
            comment.name, comment.website, comment.body = name, website, body
            comment.body_html = render_body(body).html
            comment.renderer = renderer_version()
            comment.update_search_text()
            comment.likelihood_version = 0
            comment.save(update_fields=EDITED_FIELDS)
            ModerationAction().record([comment], by, Kind.EDIT, why=_("edited"), text=text_before)
            if comment.status == Status.APPROVED:
                invalidate_pages()


def text_of_edit(comment: Comment, name: str, website: str) -> str:
    """Return what an edit replaces, for its event: the text, and a name or website that changes."""
    lines = []
    if comment.name != name:
        lines.append(_("Name: %(name)s") % {"name": comment.name})
    if comment.website != website:
        lines.append(_("Website: %(website)s") % {"website": comment.website})
    return "\n\n".join(["\n".join(lines), comment.body] if lines else [comment.body])


def dismiss_reports(pk: int, by: Person) -> ModerationAction:
    """Close the open reports of a comment that stays as it is. `moved` has it if there were any."""
    action = ModerationAction()
    with transaction.atomic():
        for comment in lock_comments([pk]):
            if Report.objects.open().filter(comment=comment).exists():
                close_reports([pk], action.id)
                action.record([comment], by, Kind.DISMISS, why=_("reports dismissed"))
                action.moved.append(pk)
    return action


def reopen_reports(action_id: uuid.UUID, by: Person) -> ModerationAction:
    """Undo a dismissal of readers' reports."""
    action = ModerationAction()
    with transaction.atomic():
        reports = Report.objects.filter(act=action_id)
        comments = lock_comments(list(reports.values_list("comment_id", flat=True)))
        action.moved = [comment.pk for comment in comments]
        reports.update(act=None)
        action.record(comments, by, Kind.UNDO, why=_("undone"))
    return action


# --- What readers' reports do. -------------------------------------------------------------------


def hide_reported(pk: int, reason: str) -> bool:
    """Let an approved comment wait for a moderator; return False if it is not approved."""
    action = ModerationAction()
    with transaction.atomic():
        action.move(
            lock_comments([pk], Status.APPROVED), Status.PENDING, None, why=reason, reason=reason
        )
    return bool(action.moved)


# --- What the worker does. Each function returns how many comments it moved: a person, who may ---
# --- decide while a check is under way, comes first. ---------------------------------------------


def apply_check_result(ids: Iterable[int], result: Result) -> int:
    """Move checked comments: ham waits for a moderator. The reason why a rule held it stays."""
    if result == Result.BLATANT:
        return finish_checking(ids, Status(CommentSettings.load().blatant_spam_to))
    return finish_checking(ids, Status.PENDING if result == Result.HAM else Status.SPAM)


def hold_unchecked(ids: Iterable[int], reason: str) -> int:
    """Let comments that cannot be checked wait for a moderator."""
    return finish_checking(ids, Status.PENDING, reason)


def finish_checking(ids: Iterable[int], to: Status, reason: str = "") -> int:
    """Move the comments that still have the status checking, in batches.

    The reason follows the one that a rule has given.
    """
    moved, ids = 0, list(ids)
    for start in range(0, len(ids), BATCH_SIZE):
        action = ModerationAction()
        with transaction.atomic():
            comments = lock_comments(ids[start : start + BATCH_SIZE], Status.CHECKING)
            classifier.score(comments)
            for given in sorted({comment.reason for comment in comments}):
                held = [comment for comment in comments if comment.reason == given]
                whole = f"{given} {reason}".strip()
                for status, why, group in classifier.sort_out(held, to, whole):
                    action.move(group, status, None, why=why, reason=why)
        moved += len(action.moved)
    return moved


def lock_comments(
    ids: Iterable[int], seen: str | None = None, *, checked_too: bool = False
) -> list[Comment]:
    """Lock and return comments until the transaction ends, always in the order of their keys.

    With `seen`, return only those that still have that status; with `checked_too`, also those that
    were being checked and that only the result of the check has moved: a person never has to wait
    for a machine. A comment whose text the purge has removed is only a place in its thread.
    """
    comments = Comment.objects.select_for_update().filter(pk__in=list(ids)).exclude(body="")
    if seen:
        unchanged = Q(status=seen)
        if checked_too and seen == Status.CHECKING:
            unchanged |= Q(decided_at=None)
        comments = comments.filter(unchanged)
    return list(comments.order_by("pk"))
