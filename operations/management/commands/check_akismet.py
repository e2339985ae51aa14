"""manage.py check_akismet: the checks of comments on the status page, and the key and its usage.

Exits with 0 if all is well and with 1 if somebody should look, for use by a monitor.
"""

from typing import Any

from asgiref.sync import async_to_sync
from django.core.management.base import BaseCommand, CommandError

from comments.screening import akismet
from operations.status.checks import Section, State, run_section


class Command(BaseCommand):
    help = "Checks the key and its usage, and reports waiting comments. Exits with 1 on problems."

    def handle(self, *_args: Any, **_options: Any) -> None:
        results = run_section(Section.COMMENTS)
        for result in results:
            self.stdout.write(f"{result.name}: {result.sentence}")
        problems = [result.sentence for result in results if result.state == State.CRITICAL]
        problems += self.account()
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("All is well.")

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
