"""manage.py login_attempts: list or clear what the limits on login attempts have counted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import LoginAttempt


class Command(BaseCommand):
    help = "Lists the login attempts that are counted; with --clear deletes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", help="only those for one user name")
        parser.add_argument("--address", help="only those from one IP address (IPv6: its network)")
        parser.add_argument("--clear", action="store_true", help="delete them")

    def handle(self, *_args: Any, **options: Any) -> None:
        attempts = LoginAttempt.objects.order_by("first_at")
        if options["name"]:
            attempts = attempts.filter(username=options["name"])
        if options["address"]:
            attempts = attempts.filter(ip_address=options["address"])
        if options["clear"]:
            self.stdout.write(f"Cleared: {attempts.delete()[0]}")
            return
        for attempt in attempts:
            since = f"{attempt.first_at:%F %T} UTC"
            self.stdout.write(f"{attempt.attempts} × {attempt}, since {since}")
