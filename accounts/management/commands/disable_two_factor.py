"""manage.py disable_two_factor NAME: for somebody who has lost phone and recovery codes."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import two_factor


class Command(BaseCommand):
    help = "Turns off an account's second factor and ends all its sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the user name")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["name"]).first()
        if not user:
            raise CommandError(f"Nobody here has the name “{options['name']}”.")
        two_factor.disable(user)
        two_factor.end_sessions(user)
        self.stdout.write(f"{user.get_username()} now logs in with the password alone.")
