"""Prepare the site and start it: `python -m operations.bootstrap`, for `make run` and `make dev`.

Continue as `manage.py serve` in the same process: loading Django again takes a second.
"""

import hashlib
import os
import secrets
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from dotenv import load_dotenv

from config.environment import KEY_FILE

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    os.chdir(ROOT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "--dev" in sys.argv:
        os.environ.setdefault("DEBUG", "on")
    make_secret_key()
    prepare()
    serve()


def serve() -> None:
    """Run `manage.py serve` until it ends."""
    from django.core.management import CommandError, call_command
    from django.db import connections

    connections.close_all()
    sys.argv = ["manage.py", "serve"]  # `serve` starts its parts by this name
    try:
        call_command("serve")
    except CommandError as error:
        sys.exit(f"CommandError: {error}")


def make_secret_key() -> None:
    """Create the secret key of this site where the settings look for it, unless there is one."""
    load_dotenv(ROOT / ".env")
    if os.environ.get("SECRET_KEY"):
        return
    # The settings report a wrong DATA_DIR, together with all other problems.
    with suppress(OSError, RuntimeError, ValueError):
        file = Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser() / KEY_FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        # Creating a hard link is atomic and never replaces an existing key.
        descriptor, new = tempfile.mkstemp(prefix=KEY_FILE, dir=file.parent)  # mode 600
        os.write(descriptor, secrets.token_urlsafe(50).encode())
        os.close(descriptor)
        with suppress(FileExistsError):
            os.link(new, file)
        os.unlink(new)


def prepare() -> None:
    """Migrate the database, collect static files, load the demo, render texts again."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        django.setup()
        print_step("bringing the database up to date")
        call_command("migrate", verbosity=0)
        collect_static()
        call_command("demo", first=True)
        render_again()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except DatabaseError as error:
        sys.exit(f"The database (DATABASE_URL) can't be used: {error}")


def collect_static() -> None:
    """Collect the static files if any of them has changed since the last start."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    if settings.DEBUG:
        return
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    stamp = settings.DATA_DIR / "static.stamp"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        print_step("preparing the static files")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest.hexdigest())


def render_again() -> None:
    """Render stored texts again after an upgrade, or a change of language or address."""
    from django.conf import settings
    from django.core.management import call_command

    from blog.rendering import renderer_version

    stamp = settings.DATA_DIR / "renderer.stamp"
    if not stamp.exists() or stamp.read_text() != renderer_version():
        print_step("bringing texts up to date")
        call_command("render_again", verbosity=0)
        stamp.write_text(renderer_version())


def print_step(step: str) -> None:
    print(f"  {step}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
