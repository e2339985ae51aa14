"""manage.py check_akismet: is the key good, how much of it is used, what waits."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from comments import spam
from comments.models import Comment, SpamService, Status


class Command(BaseCommand):
    help = "Asks Akismet about the key and its use, and tells what waits for a check."

    def handle(self, *_args: Any, **_options: Any) -> None:
        waiting = Comment.objects.filter(status=Status.CHECKING).count()
        self.stdout.write(f"Comments that wait for their check: {waiting}")
        service = SpamService.objects.filter(pk=1).first()
        if service and service.failure:
            self.stdout.write(f"Last failure: {service.failure}")
        if service and service.alert:
            self.stdout.write(f"Alert {service.alert_code}: {service.alert}")
        if not spam.is_configured():
            raise CommandError("AKISMET_API_KEY is not set: comments go straight to moderation.")
        try:
            if not spam.verify_key():
                raise CommandError("Akismet does not know this key for this site.")
            usage = spam.usage()
        except spam.CheckFailed as error:
            raise CommandError(error.message) from None
        limit = usage["limit"] if usage["limit"] is not None else "no limit"
        self.stdout.write(f"The key is good. Used this month: {usage['usage']} of {limit}.")
