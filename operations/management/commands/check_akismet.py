"""manage.py check_akismet: check the key and its usage, and report waiting comments and failures.

Exits with 0 if all is well and with 1 if somebody should look, for use by a monitor.
"""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Count, Min
from django.utils import timezone

from comments.models import Comment, SpamServiceState, Status
from comments.screening import akismet

LONG = 60 * 60  # seconds that a comment may wait for its check


class Command(BaseCommand):
    help = "Checks the key and its usage, and reports waiting comments. Exits with 1 on problems."

    def handle(self, *_args: Any, **_options: Any) -> None:
        problems = [*self.waiting(), *self.service(), *self.account()]
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("All is well.")

    def waiting(self) -> list[str]:
        """Print how many comments wait, and since when; return problems."""
        rows = Comment.objects.values("status").annotate(n=Count("pk"), oldest=Min("created_at"))
        found: dict[str, dict[str, Any]] = {
            row["status"]: dict(row) for row in rows.filter(status__in=("checking", "pending"))
        }
        pending = found.get(Status.PENDING, {"n": 0})["n"]
        checking: dict[str, Any] = found.get(Status.CHECKING, {"n": 0, "oldest": None})
        self.stdout.write(f"Comments that wait for their check: {checking['n']}")
        self.stdout.write(f"Comments that wait for a decision: {pending}")
        if not checking["oldest"]:
            return []
        minutes = (timezone.now() - checking["oldest"]).total_seconds() // 60
        self.stdout.write(f"The oldest has waited for its check for {minutes:.0f} minutes.")
        if minutes * 60 < LONG:
            return []
        return ["A comment has waited for its check for more than an hour. Does the worker run?"]

    def service(self) -> list[str]:
        """Print what the worker last heard from Akismet; return problems."""
        service = SpamServiceState.objects.filter(pk=1).first() or SpamServiceState()
        problems = []
        if service.last_answer_at:
            self.stdout.write(
                f"Akismet last answered a check at {service.last_answer_at:%F %T} UTC."
            )
        if service.failure:
            self.stdout.write(f"Last failure: {service.failure}")
        if service.next_probe_at:
            said = f"The breaker is open after {service.failures} failures in a row: comments wait."
            problems.append(f"{said} Akismet is asked again at {service.next_probe_at:%F %T} UTC.")
        else:
            self.stdout.write("The breaker is closed: comments are checked as they come.")
        if service.alert:
            problems.append(f"Akismet's alert {service.alert_code}: {service.alert}")
        return problems

    def account(self) -> list[str]:
        """Ask Akismet about the key and its usage; return problems."""
        if not akismet.is_configured():
            return ["AKISMET_API_KEY is not set: comments go straight to moderation."]
        try:
            if not async_to_sync(akismet.verify_key)():
                return ["Akismet does not know this key for this site."]
            usage = async_to_sync(akismet.usage)()
        except akismet.CheckFailed as error:
            return [error.message]
        limit = usage["limit"] if usage["limit"] is not None else "no limit"
        self.stdout.write(f"The key is good. Used this month: {usage['usage']} of {limit}.")
        if usage["throttled"]:
            return ["Akismet slows this key down: more is asked than the plan allows."]
        if usage["limit"] is not None and usage["usage"] >= usage["limit"]:
            return ["This month's checks are used up: Akismet may refuse more."]
        return []
