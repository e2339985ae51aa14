"""manage.py demo: load the demo content and create the first logins."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from blog.models import Post
from operations import demo


class Command(BaseCommand):
    help = "Creates logins, and five posts with comments on an empty site; --remove deletes them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="delete the demo's posts")
        parser.add_argument("--first", action="store_true", help="only on a site without users")

    def handle(self, *_args: Any, remove: bool, first: bool, **_options: Any) -> None:
        if remove:
            self.stdout.write(f"Removed posts: {demo.remove()}. Logins stay.")
            self.stdout.write("A post that was edited or commented on since stays too.")
            return
        # One transaction: if the process is killed, the next start is a first start again. The
        # passwords are printed before the commit, because they can't be looked up afterwards.
        with transaction.atomic():
            logins = demo.make_logins()
            if first and not logins:
                return
            if Post.objects.exists():
                self.stdout.write("There are posts already: the demo was not added.")
            else:
                demo.load(lambda step: self.stdout.write(f"  demo: {step}"))
            for what, name, password in logins:
                self.stdout.write(f"Login for the {what}: {name} / {password}")
            self.stdout.flush()
