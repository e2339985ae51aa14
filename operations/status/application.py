"""What waits, and what failed: findings about comments, mail, pictures, search and the worker.

All of it is read from our own rows: nobody is asked over the network while the owner waits.
"""

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
from operations.status.checks import Finding, State, age, by_age

ERRORS_OF = timedelta(days=7)
STUCK = 3  # attempts at a picture after which somebody should look


def comments() -> list[Finding]:
    rows = Comment.objects.filter(status__in=[Status.CHECKING, Status.PENDING]).values("status")
    found = {row["status"]: row for row in rows.annotate(n=Count("pk"), oldest=Min("created_at"))}
    return [
        checking(found.get(Status.CHECKING)),
        failed_checks(),
        akismet(),
        pending(found.get(Status.PENDING)),
    ]


def checking(waiting: Any) -> Finding:
    name = _("Waiting for the spam check")
    if waiting is None:
        return Finding(name, State.OK, _("No comment waits for its check."))
    sentence = ngettext(
        "%(n)d comment waits for its check, for %(age)s.",
        "%(n)d comments wait for their check, the oldest for %(age)s.",
        waiting["n"],
    ) % {"n": waiting["n"], "age": age(waiting["oldest"])}
    return Finding(name, by_age(waiting["oldest"], look=5, bad=60), sentence)


def failed_checks() -> Finding:
    name = _("Failed checks")
    rows = (
        Comment.objects.filter(status=Status.CHECKING).exclude(check_error="").values("check_error")
    )
    said = [f"{row['n']} × {row['check_error']}" for row in rows.annotate(n=Count("pk"))[:5]]
    if not said:
        return Finding(name, State.OK, _("No comment waits because its check failed."))
    return Finding(name, State.LOOK, " ".join(said))


def akismet() -> Finding:
    """The service and its breaker, as last heard of."""
    name, service = _("Akismet"), SpamServiceState.objects.filter(pk=1).first()
    if not spam_check.is_configured():
        said = _("No key is set (AKISMET_API_KEY): nothing is checked for spam.")
        return Finding(name, State.LOOK, said)
    if service and service.next_probe_at:
        at = date_format(timezone.localtime(service.next_probe_at), "TIME_FORMAT")
        said = _("%(failure)s It is left alone until %(at)s.")
        return Finding(name, State.BAD, said % {"failure": service.failure, "at": at})
    if service and service.alert:
        said = _("Akismet says to you (alert %(code)s): %(message)s")
        values = {"code": service.alert_code, "message": service.alert}
        return Finding(name, State.LOOK, said % values)
    if service and service.failure:
        return Finding(name, State.LOOK, service.failure)
    if service and service.last_answer_at:
        said = _("It answered %(age)s ago. manage.py check_akismet asks about key and quota.")
        return Finding(name, State.OK, said % {"age": age(service.last_answer_at)})
    return Finding(name, State.OK, _("A key is set; nothing had to be asked yet."))


def pending(waiting: Any) -> Finding:
    name = _("Waiting for a decision")
    if waiting is None:
        return Finding(name, State.OK, _("No comment waits for a decision."))
    sentence = ngettext(
        "%(n)d comment waits for a decision, for %(age)s.",
        "%(n)d comments wait for a decision, the oldest for %(age)s.",
        waiting["n"],
    ) % {"n": waiting["n"], "age": age(waiting["oldest"])}
    return Finding(name, by_age(waiting["oldest"], look=48 * 60), sentence)


def mail() -> Finding:
    name, service = _("Mail"), MailService.objects.filter(pk=1).first()
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        said = _("No mail server is set (EMAIL_URL): mail is only printed, and reaches nobody.")
        return Finding(name, State.LOOK, said)
    if service and service.failed_at:
        values = {"n": service.failures, "kind": service.failure, "age": age(service.failed_at)}
        if not service.failures:
            said = _("Mail is sent again; the last failure was %(age)s ago (%(kind)s).")
            return Finding(name, State.OK, said % values)
        said = ngettext(
            "%(n)d mail could not be sent, %(age)s ago (%(kind)s).",
            "%(n)d mails in a row could not be sent, the last %(age)s ago (%(kind)s).",
            service.failures,
        )
        return Finding(name, State.BAD, said % values)
    if service and service.sent_at:
        said = _("The last mail was sent %(age)s ago; none has failed.")
        return Finding(name, State.OK, said % {"age": age(service.sent_at)})
    return Finding(name, State.OK, _("No mail had to be sent yet."))


def worker() -> Finding:
    name, seen = _("The worker"), scheduler.last_run("mail")
    if seen is None:
        return Finding(name, State.BAD, _("It has never run: start manage.py worker."))
    said = _("It came round %(age)s ago.") % {"age": age(seen)}
    state = by_age(seen, look=3, bad=10)
    if state != State.OK:
        said += " " + _("It should come every minute: is manage.py worker running?")
    return Finding(name, state, said)


def queue() -> Finding:
    name, found = _("Task queue"), task_queue.queue_state()
    if found is None:
        return Finding(name, State.BAD, _("The queue does not answer."))
    said = _("Tasks that wait: %(waiting)d; that failed in the last day: %(failed)d.") % found
    state = State.LOOK if found["failed"] else State.OK
    if found["oldest"]:
        said += " " + _("The oldest waits for %(age)s.") % {"age": age(found["oldest"])}
        state = max(state, by_age(found["oldest"], look=5, bad=60), key=list(State).index)
    return Finding(name, state, said)


def pictures() -> Finding:
    found = Picture.objects.aggregate(
        due=Count("pk", filter=Q(renditions_due_at__isnull=False)),
        stuck=Count("pk", filter=Q(renditions_due_at__isnull=False, attempts__gte=STUCK)),
    )
    said = _("Pictures that wait for smaller copies: %(due)d; that failed repeatedly: %(stuck)d.")
    state = State.LOOK if found["stuck"] else State.OK
    return Finding(_("Pictures"), state, said % found)


def search() -> Finding:
    name = _("Search")
    found = Post.objects.filter(index_due=True).aggregate(n=Count("pk"), oldest=Min("updated_at"))
    if not found["n"]:
        return Finding(name, State.OK, _("Every post is in the index."))
    said = ngettext(
        "%(n)d post waits to be indexed.", "%(n)d posts wait to be indexed.", found["n"]
    )
    return Finding(name, by_age(found["oldest"], look=15), said % {"n": found["n"]})


def errors() -> Finding:
    name = _("Errors of the last seven days")
    since = timezone.now() - ERRORS_OF
    found = ErrorRecord.objects.filter(last_at__gt=since).aggregate(n=Count("pk"), all=Sum("count"))
    if not found["n"]:
        return Finding(name, State.OK, _("There were none."))
    said = ngettext(
        "%(n)d kind, %(all)d times so far: see below.",
        "%(n)d kinds, %(all)d times so far: see below.",
        found["n"],
    )
    return Finding(name, State.BAD, said % found)
