"""The worker's part in the way of a comment: what is due is claimed, asked and settled.

The row is the truth. A queued `check_due` only wakes the worker; whatever was missed (a lost
queue, a killed worker, Akismet away for a day) is due in the table and found by the clock.
"""

import logging
import secrets
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from blog.questions import Question, update
from comments import moderation
from comments.models import Comment, CommentSettings, Result, Status
from comments.screening import akismet, circuit_breaker

CHECKS_AT_ONCE = 32
TOGETHER = 0.1  # seconds that the first answer waits for others, to be kept with them
LEASE = timedelta(seconds=30)  # longer than spam.CHECK_DEADLINE: then the row is anyone's again
REPORT_AFTER = timedelta(seconds=10)  # time to undo a decision before the outside hears of it
NUDGED = "nudged"  # a key in Redis that stands while a nudge lies in its queue
NUDGED_FOR = 10  # seconds at most, for the queue may be lost and the key not
REPORT_AGAIN_AFTER = timedelta(minutes=10)
REPORTS_AT_ONCE = 10
TOLD = {
    Status.APPROVED: Result.HAM,
    Status.PENDING: Result.HAM,
    Status.SPAM: Result.SPAM,
}
# Where what a person decided and what Akismet was told differ.
UNTOLD = Q(status=Status.SPAM, told=Result.HAM) | Q(
    status__in=[Status.APPROVED, Status.PENDING], told=Result.SPAM
)

log = logging.getLogger(__name__)
wake = threading.Event()  # set by a nudge, waited for by the worker's clock


@task()
def check_due() -> None:
    """The nudge: something may be due. What comes from now on needs another one."""
    if settings.REDIS_URL:
        cache.delete(NUDGED)
    wake.set()


def nudge() -> None:
    """Queues a nudge, unless one lies in the queue already that will find the row as well."""
    if cache.add(NUDGED, True, NUDGED_FOR) if settings.REDIS_URL else not lying():
        check_due.enqueue()


@Question
def lying():  # type: ignore[no-untyped-def]
    """The nudge that lies in the database's queue, if there is one. None is ever put off."""
    nudges = DBTaskResult.objects.filter(status="READY", task_path=check_due.module_path)
    return nudges.values_list("pk", flat=True).order_by()[:1]


# --- Checks -----------------------------------------------------------------------------------


def drain(stopping: threading.Event) -> None:
    """Checks everything that is due, several at once, until nothing is or `stopping` is set."""
    if not akismet.is_configured():
        ids = Comment.objects.filter(status=Status.CHECKING).values_list("pk", flat=True)
        moderation.stop_checking(ids, _("No Akismet key is set: comments come straight to you."))
        return
    asked: dict[Future, tuple[Comment, datetime]] = {}
    with ThreadPoolExecutor(CHECKS_AT_ONCE, thread_name_prefix="check") as pool:
        while True:
            free = CHECKS_AT_ONCE - len(asked)
            if free >= CHECKS_AT_ONCE // 2 and not stopping.is_set():
                for comment in claim(free):
                    asked[pool.submit(akismet.check, comment.sent or {})] = comment, timezone.now()
            if not asked:
                return
            # Not for ever: one slow answer must not keep what arrives meanwhile from being asked.
            wait(asked, timeout=1, return_when=FIRST_COMPLETED)
            answered = wait(asked, timeout=TOGETHER).done
            settle([(*asked.pop(future), future) for future in answered])


def claim(wanted: int) -> list[Comment]:
    """Takes up to so many due comments, the longest due first, each for as long as its lease.

    Whoever's conditional UPDATE finds a row due has it. What is about to be sent is stored before
    it is sent, so that a killed worker leaves a row that says so.
    """
    now = timezone.now()
    due = Comment.objects.filter(status=Status.CHECKING, next_check_at__lte=now)
    ids = list(due.order_by("next_check_at", "pk").values_list("pk", flat=True)[:wanted])
    if not ids:
        return []
    allowed = ids[: circuit_breaker.allowed(len(ids))]
    mark = now + LEASE + timedelta(microseconds=secrets.randbelow(1_000_000))  # ours alone
    some = Comment.objects.filter(pk__in=allowed).still(Status.CHECKING)
    some.filter(next_check_at__lte=now).update(next_check_at=mark, failure="")
    comments = list(some.filter(next_check_at=mark).select_related("post").order_by("pk"))
    for comment in comments:
        reason = "recheck" if comment.recheck else ""
        comment.sent = akismet.what_is_sent(comment, recheck_reason=reason)
    with transaction.atomic():
        update(comments, "sent")
    return comments


def settle(answered: list[tuple[Comment, datetime, Future]]) -> None:
    """Stores what checks came to; what failed last, for then it is known that others did not."""
    results = [(one, future.result()) for one, _at, future in answered if not future.exception()]
    keep(sorted(results, key=lambda result: result[0].pk))
    for comment, asked_at, future in answered:
        if not (error := future.exception()):
            seconds = round((timezone.now() - asked_at).total_seconds(), 3)
            said = {"comment": comment.pk, "result": future.result().verdict, "seconds": seconds}
            log.info("comment checked", extra=said)
            continue
        try:
            if not isinstance(error, akismet.CheckFailed):
                raise error
            put_off(comment, error, asked_at)
        except Exception:  # its lease ends, and it is tried again; the rest goes on now
            log.exception("The check of comment %s went wrong.", comment.pk)


def keep(results: list[tuple[Comment, akismet.Answer]]) -> None:
    """Stores results in one transaction, or, if it fails, each in one of its own."""
    try:
        with transaction.atomic():
            store(results)
    except Exception:
        if len(results) > 1:
            for result in results:
                keep([result])
        else:  # its lease ends, and it is tried again; the rest goes on now
            log.exception("The result for comment %s could not be kept.", results[0][0].pk)


def store(results: list[tuple[Comment, akismet.Answer]]) -> None:
    """Moves comments by their results. A late one is stored, too, but moves nobody's decision.

    In the order of the keys: moderators lock theirs in the same.
    """
    final: dict[Result, list[int]] = {}
    for comment, answer in results:
        comment.result = answer.verdict
        comment.told = Result.HAM if answer.verdict == akismet.Verdict.HAM else Result.SPAM
        comment.guid, comment.headers, comment.failure = answer.guid[:100], answer.headers, ""
        if answer.recheck_after and not comment.recheck:
            # Provisional: asked again after twice the time, as WordPress does.
            again = timezone.now() + timedelta(seconds=2 * answer.recheck_after)
            row = Comment.objects.filter(pk=comment.pk, status=Status.CHECKING)
            row.update(next_check_at=again, recheck=True)
        else:
            final.setdefault(Result(answer.verdict), []).append(comment.pk)
    update(
        [comment for comment, _answer in results], "result", "told", "guid", "headers", "failure"
    )
    for result, ids in final.items():
        moderation.checked(ids, result)
    if results:
        circuit_breaker.succeeded(results[-1][1].alert)


def put_off(comment: Comment, error: akismet.CheckFailed, asked_at: datetime) -> None:
    """A check that failed is no result: the comment stays, to be tried again."""
    own = circuit_breaker.failed(comment, error, asked_at)
    attempts = comment.attempts + 1 if own else comment.attempts
    # Behind those that have waited untried: one bad row never stops the rest.
    again = timezone.now() + (circuit_breaker.pause(attempts) if own else timedelta())
    Comment.objects.filter(pk=comment.pk, status=Status.CHECKING).update(
        next_check_at=again, attempts=attempts, failure=str(error.message)[:300]
    )
    said = {"comment": comment.pk, "kind": error.kind, "own": own, "attempts": attempts}
    log.warning("spam check failed", extra=said)


def give_up() -> None:
    """After days of trying a comment waits for a person."""
    days = CommentSettings.load().keep_trying_days
    ids = Comment.objects.filter(
        status=Status.CHECKING, created_at__lt=timezone.now() - timedelta(days=days)
    ).values_list("pk", flat=True)
    moderation.stop_checking(ids, _("It could not be checked."))


# --- Reports ----------------------------------------------------------------------------------


def to_report(now: datetime) -> Q:
    """Where a person's decision, ten seconds old, and what Akismet was told differ."""
    return Q(
        UNTOLD,
        Q(next_check_at__isnull=True) | Q(next_check_at__lte=now),
        Q(decided_at__lte=now - REPORT_AFTER),
        Q(sent__isnull=False),
    )


def report(stopping: threading.Event) -> None:
    """Tells Akismet what people decided, repeating exactly what was sent at the check.

    A few at a time: new comments wait for their check meanwhile.
    """
    for _turn in range(REPORTS_AT_ONCE):
        if stopping.is_set() or not akismet.is_configured():
            return
        now = timezone.now()
        due = Comment.objects.filter(to_report(now)).order_by("decided_at")
        comment = due.first()
        if comment is None or not circuit_breaker.allowed(1):
            return
        # The lease, as in `claim`: whoever's UPDATE finds the row as it was read has it.
        mine = due.filter(pk=comment.pk, decided_at=comment.decided_at)
        if mine.order_by().update(next_check_at=now + LEASE):
            report_one(comment)
    wake.set()  # there may be more: the next round comes at once


def report_one(comment: Comment) -> None:
    """One report; a failed one is due again after a pause."""
    told, asked_at = TOLD[Status(comment.status)], timezone.now()
    row = Comment.objects.filter(pk=comment.pk)
    try:
        akismet.report(comment.sent or {}, akismet.Verdict(told))
    except akismet.CheckFailed as error:
        circuit_breaker.failed(comment, error, asked_at)
        row.exclude(status=Status.CHECKING).update(
            next_check_at=timezone.now() + REPORT_AGAIN_AFTER
        )
        return
    circuit_breaker.succeeded(None)
    row.exclude(status=Status.CHECKING).update(told=told, next_check_at=None)
