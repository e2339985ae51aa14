"""Spam checks: the worker claims the comments that are due, checks them, and stores the results.

The row is the truth. A comment whose check was missed (because a worker was killed, or Akismet was
away for a day) is still due, and the next round finds it.
"""

import asyncio
import logging
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comments import moderation
from comments.models import Comment, CommentSettings, Result, Status
from comments.screening import akismet, circuit_breaker

CHECKS_AT_ONCE = 32
BATCH_SECONDS = 0.1  # how long the first answer waits for others, to be saved with them
CLAIM_SECONDS = 1  # between two claims: a slow answer must not delay the comments that follow
LEASE = timedelta(seconds=30)  # longer than akismet.CHECK_DEADLINE; then any worker may claim it

Check = Future[akismet.Answer]

log = logging.getLogger(__name__)


def check_due_comments(stopping: threading.Event) -> None:
    """Check every comment that is due, several at once, until none is or `stopping` is set."""
    if not akismet.is_configured():
        ids = Comment.objects.filter(status=Status.CHECKING).values_list("pk", flat=True)
        moderation.hold_unchecked(ids, _("Spam checking is off (no Akismet key)."))
    elif comments := claim(CHECKS_AT_ONCE):
        with event_loop() as loop:
            check_all(comments, loop, stopping)


@contextmanager
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Run an event loop in a thread of its own: the calling thread is free for the database."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="akismet")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def check_all(
    comments: list[Comment], loop: asyncio.AbstractEventLoop, stopping: threading.Event
) -> None:
    """Check claimed comments, and claim more while there is room and `stopping` is not set."""
    checks: dict[Check, tuple[Comment, datetime]] = {}
    while comments or checks:
        for comment in comments:
            check = akismet.check(comment.akismet_request or {})
            checks[asyncio.run_coroutine_threadsafe(check, loop)] = comment, timezone.now()
        wait(checks, timeout=CLAIM_SECONDS, return_when=FIRST_COMPLETED)
        done = wait(checks, timeout=BATCH_SECONDS).done
        handle_answers([(*checks.pop(check), check) for check in done])
        free = CHECKS_AT_ONCE - len(checks)
        has_room = free >= CHECKS_AT_ONCE // 2 and not stopping.is_set()
        comments = claim(free) if has_room else []


def claim(limit: int) -> list[Comment]:
    """Claim up to `limit` due comments, those that are due longest first.

    Only one worker's conditional UPDATE finds a row due; `claimed_by` tells which. What will be
    sent is stored before it is sent, so that the row of a killed worker says so.
    """
    now = timezone.now()
    due = Comment.objects.filter(status=Status.CHECKING, next_check_at__lte=now)
    ids = list(due.order_by("next_check_at", "pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    permitted = ids[: circuit_breaker.permitted_calls(len(ids))]
    claim_id = uuid.uuid4().hex
    due.filter(pk__in=permitted).update(
        claimed_by=claim_id, next_check_at=now + LEASE, check_error=""
    )
    claimed = Comment.objects.filter(pk__in=permitted, claimed_by=claim_id)
    comments = list(claimed.select_related("post").order_by("pk"))
    choices = CommentSettings.load()
    for comment in comments:
        reason = "recheck" if comment.needs_recheck else ""
        comment.akismet_request = akismet.build_payload(comment, choices, recheck_reason=reason)
    Comment.objects.bulk_update(comments, ["akismet_request"])
    return comments


def handle_answers(answers: list[tuple[Comment, datetime, Check]]) -> None:
    """Save results; then, knowing whether others succeeded, reschedule failed checks."""
    succeeded = [answer for answer in answers if not answer[2].exception()]
    save_safely([(comment, check.result()) for comment, _called_at, check in succeeded])
    for comment, called_at, check in succeeded:
        seconds = round((timezone.now() - called_at).total_seconds(), 3)
        result = check.result().result
        log.info(
            "comment checked",
            extra={"comment": comment.pk, "result": str(result), "seconds": seconds},
        )
    for comment, called_at, check in answers:
        try:
            check.result()
        except akismet.CheckFailed as error:
            reschedule(comment, error, called_at)
        except Exception:  # it is checked again when its lease ends; the others go on now
            log.exception("The check of comment %s failed.", comment.pk)


def save_safely(results: list[tuple[Comment, akismet.Answer]]) -> None:
    """Save results in one transaction, or, if that fails, each in a transaction of its own."""
    try:
        with transaction.atomic():
            save_results(results)
    except Exception:
        if len(results) > 1:
            for result in results:
                save_safely([result])
        else:  # it is checked again when its lease ends; the others go on now
            log.exception("The result for comment %s was not saved.", results[0][0].pk)


def save_results(results: list[tuple[Comment, akismet.Answer]]) -> None:
    """Save results and move the comments accordingly.

    A late result is saved, too, but does not change what a person has decided meanwhile. Rows are
    locked in the order of their keys, as moderators lock them.
    """
    results = sorted(results, key=lambda result: result[0].pk)
    final: dict[Result, list[int]] = {}
    for comment, answer in results:
        comment.result = answer.result
        comment.reported_result = Result.HAM if answer.result == Result.HAM else Result.SPAM
        comment.guid, comment.akismet_headers = answer.guid[:100], answer.headers
        comment.check_error = ""
        if answer.recheck_after and not comment.needs_recheck:
            # A provisional ham is checked again after twice the time, as WordPress does.
            again = timezone.now() + timedelta(seconds=2 * answer.recheck_after)
            row = Comment.objects.filter(pk=comment.pk, status=Status.CHECKING)
            row.update(next_check_at=again, needs_recheck=True)
        else:
            final.setdefault(answer.result, []).append(comment.pk)
    Comment.objects.bulk_update(
        [comment for comment, _answer in results],
        ["result", "reported_result", "guid", "akismet_headers", "check_error"],
    )
    for result, ids in final.items():
        moderation.apply_check_result(ids, result)
    if results:
        circuit_breaker.record_success(results[-1][1].alert)


def reschedule(comment: Comment, error: akismet.CheckFailed, called_at: datetime) -> None:
    """Make a comment whose check failed due again: a failed check is no result."""
    is_own = circuit_breaker.record_failure(comment, error, called_at)
    attempts = comment.check_attempts + 1 if is_own else comment.check_attempts
    # It comes after all that have not been tried yet, so that one bad row never stops the rest.
    again = timezone.now() + (circuit_breaker.pause(attempts) if is_own else timedelta())
    Comment.objects.filter(pk=comment.pk, status=Status.CHECKING).update(
        next_check_at=again, check_attempts=attempts, check_error=str(error.message)[:300]
    )
    log.warning(
        "spam check failed",
        extra={"comment": comment.pk, "kind": error.kind, "own": is_own, "attempts": attempts},
    )


def expire_unchecked() -> None:
    """Hold comments for a moderator whose check has failed for `keep_trying_days`."""
    since = timezone.now() - timedelta(days=CommentSettings.load().keep_trying_days)
    old = Comment.objects.filter(status=Status.CHECKING, created_at__lt=since)
    moderation.hold_unchecked(
        old.values_list("pk", flat=True), _("This comment couldn't be checked for spam.")
    )
