"""manage.py clear_login_attempts [NAME]: let somebody try again before the limit allows it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import LoginAttempt


class Command(BaseCommand):
    help = "Deletes the counted login attempts: all, or those for one user name."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", help="the user name")

    def handle(self, *_args: Any, **options: Any) -> None:
        attempts = LoginAttempt.objects.all()
        if options["name"]:
            attempts = attempts.filter(username=options["name"])
        self.stdout.write(f"Cleared: {attempts.delete()[0]}")
