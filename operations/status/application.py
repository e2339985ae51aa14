"""Checks of comments, mail, pictures, search, worker and queue, by our own tables alone."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blog.models import Picture, Post
from comments.models import Comment, SpamServiceState, Status
from comments.screening import akismet as spam_check
from core import scheduler
from core.models import MailService
from operations import queue as task_queue
from operations.models import ErrorRecord
from operations.status.checks import CheckResult, Section, State, age, register, state_by_age

ERRORS_OF = timedelta(days=7)
ADDRESSES_OF = timedelta(days=1)
STUCK = 3  # attempts to process a picture after which the owner should look at it


@register(Section.COMMENTS)
def comments() -> list[CheckResult]:
    rows = Comment.objects.filter(status__in=[Status.CHECKING, Status.PENDING]).values("status")
    found = {row["status"]: row for row in rows.annotate(n=Count("pk"), oldest=Min("created_at"))}
    return [
        checking(found.get(Status.CHECKING)),
        failed_checks(),
        akismet(),
        pending(found.get(Status.PENDING)),
        *addresses(),
    ]


def checking(waiting: Any) -> CheckResult:
    name = _("Waiting for the spam check")
    if waiting is None:
        return CheckResult(name, State.OK, _("No comments are waiting for the spam check."))
    sentence = ngettext(
        "%(n)d comment has been waiting for the spam check for %(age)s.",
        "%(n)d comments are waiting for the spam check, the oldest for %(age)s.",
        waiting["n"],
    ) % {"n": waiting["n"], "age": age(waiting["oldest"])}
    return CheckResult(name, state_by_age(waiting["oldest"], warning=5, critical=60), sentence)


def failed_checks() -> CheckResult:
    name = _("Failed spam checks")
    rows = (
        Comment.objects.filter(status=Status.CHECKING).exclude(check_error="").values("check_error")
    )
    sentence = [f"{row['n']} × {row['check_error']}" for row in rows.annotate(n=Count("pk"))[:5]]
    if not sentence:
        return CheckResult(name, State.OK, _("No comments are waiting because of a failed check."))
    return CheckResult(name, State.WARNING, " ".join(sentence))


def akismet() -> CheckResult:
    """Check the last known state of Akismet and of the circuit breaker."""
    name, service = _("Akismet"), SpamServiceState.objects.filter(pk=1).first()
    if not spam_check.is_configured():
        sentence = _("Spam checking is off: no key is set (AKISMET_API_KEY).")
        return CheckResult(name, State.WARNING, sentence)
    if service and service.next_probe_at:
        at = date_format(timezone.localtime(service.next_probe_at), "TIME_FORMAT")
        sentence = _("%(failure)s Next try at %(at)s.")
        return CheckResult(name, State.CRITICAL, sentence % {"failure": service.failure, "at": at})
    if service and service.alert:
        sentence = _("Message from Akismet (alert %(code)s): %(message)s")
        values = {"code": service.alert_code, "message": service.alert}
        return CheckResult(name, State.CRITICAL, sentence % values)
    if service and service.failure:
        return CheckResult(name, State.WARNING, service.failure)
    if service and service.last_answer_at:
        sentence = _(
            "Last response %(age)s ago. Run manage.py check_akismet to check the key and quota."
        )
        return CheckResult(name, State.OK, sentence % {"age": age(service.last_answer_at)})
    return CheckResult(name, State.OK, _("A key is set. No comment has been checked yet."))


def pending(waiting: Any) -> CheckResult:
    name = _("Waiting for review")
    if waiting is None:
        return CheckResult(name, State.OK, _("No comments to review"))
    sentence = ngettext(
        "%(n)d comment has been waiting for review for %(age)s.",
        "%(n)d comments are waiting for review, the oldest for %(age)s.",
        waiting["n"],
    ) % {"n": waiting["n"], "age": age(waiting["oldest"])}
    return CheckResult(name, state_by_age(waiting["oldest"], warning=48 * 60), sentence)


def addresses() -> list[CheckResult]:
    """Check that comments come with an IP address; no line if they do.

    What is deleted after a time, or was never there, is the browser's name together with it.
    """
    recent = Comment.objects.filter(created_at__gt=timezone.now() - ADDRESSES_OF, address=None)
    number = recent.exclude(user_agent="").count()
    if not number:
        return []
    sentence = ngettext(
        "%(n)d comment in the last 24 hours came without a valid IP address, which limits on "
        "comments and logins need. Does your proxy set X-Forwarded-For?",
        "%(n)d comments in the last 24 hours came without a valid IP address, which limits on "
        "comments and logins need. Does your proxy set X-Forwarded-For?",
        number,
    )
    return [CheckResult(_("IP addresses"), State.WARNING, sentence % {"n": number})]


@register(Section.WORK)
def mail() -> CheckResult:
    name, service = _("Email delivery"), MailService.objects.filter(pk=1).first()
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        sentence = _("No mail server is set (EMAIL_URL). Emails are only printed and reach nobody.")
        return CheckResult(name, State.WARNING, sentence)
    if service and service.failed_at:
        values = {"n": service.failures, "kind": service.failure, "age": age(service.failed_at)}
        if not service.failures:
            sentence = _("Email works again. The last failure was %(age)s ago (%(kind)s).")
            return CheckResult(name, State.OK, sentence % values)
        sentence = ngettext(
            "%(n)d email couldn't be sent, %(age)s ago (%(kind)s).",
            "%(n)d emails in a row couldn't be sent, the last %(age)s ago (%(kind)s).",
            service.failures,
        )
        return CheckResult(name, State.CRITICAL, sentence % values)
    if service and service.sent_at:
        sentence = _("The last email was sent %(age)s ago. None has failed.")
        return CheckResult(name, State.OK, sentence % {"age": age(service.sent_at)})
    return CheckResult(name, State.OK, _("No email has been sent yet."))


@register(Section.WORK)
def worker() -> CheckResult:
    name, seen = _("Worker"), scheduler.last_run("mail")
    if seen is None:
        return CheckResult(name, State.CRITICAL, _("It has never run. Start manage.py worker."))
    sentence = _("Last ran %(age)s ago.") % {"age": age(seen)}
    state = state_by_age(seen, warning=3, critical=10)
    if state != State.OK:
        sentence += " " + _("It should run every minute. Is manage.py worker running?")
    return CheckResult(name, state, sentence)


@register(Section.WORK, readiness="queue")
def queue() -> CheckResult:
    name, tasks = _("Task queue"), task_queue.queue_state()
    if tasks is None:
        sentence = _("The queue doesn't respond.")
        return CheckResult(name, State.CRITICAL, sentence, unready="does not answer")
    sentence = _("%(waiting)d waiting, %(failed)d failed in the last 24 hours.") % tasks._asdict()
    state = State.WARNING if tasks.failed else State.OK
    if tasks.oldest:
        sentence += " " + _("The oldest has been waiting for %(age)s.") % {"age": age(tasks.oldest)}
        state = max(
            state, state_by_age(tasks.oldest, warning=5, critical=60), key=list(State).index
        )
    return CheckResult(name, state, sentence)


@register(Section.WORK)
def pictures() -> CheckResult:
    found = Picture.objects.aggregate(
        due=Count("pk", filter=Q(renditions_due_at__isnull=False)),
        stuck=Count("pk", filter=Q(renditions_due_at__isnull=False, attempts__gte=STUCK)),
    )
    sentence = _("%(due)d waiting for smaller copies, %(stuck)d failed repeatedly.")
    state = State.WARNING if found["stuck"] else State.OK
    return CheckResult(_("Pictures"), state, sentence % found)


@register(Section.WORK)
def search() -> CheckResult:
    name = _("Search")
    found = Post.objects.filter(index_due=True).aggregate(n=Count("pk"), oldest=Min("updated_at"))
    if not found["n"]:
        return CheckResult(name, State.OK, _("All posts are indexed."))
    sentence = ngettext(
        "%(n)d post is waiting to be indexed.", "%(n)d posts are waiting to be indexed.", found["n"]
    )
    return CheckResult(
        name, state_by_age(found["oldest"], warning=15), sentence % {"n": found["n"]}
    )


@register(Section.WORK)
def errors() -> CheckResult:
    name = _("Errors in the last seven days")
    since = timezone.now() - ERRORS_OF
    found = ErrorRecord.objects.filter(last_at__gt=since).aggregate(n=Count("pk"), all=Sum("count"))
    if not found["n"]:
        return CheckResult(name, State.OK, _("None."))
    sentence = ngettext(
        "%(n)d kind of error, %(all)d times so far. See below.",
        "%(n)d kinds of errors, %(all)d times so far. See below.",
        found["n"],
    )
    return CheckResult(name, State.CRITICAL, sentence % found)
