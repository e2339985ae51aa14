"""python -m operations.bootstrap: what `make run` and `make dev` do once the packages are there.

Makes what is missing (secret key, tables, static files, and on the first day the demo), touches
nothing that is there, and goes over into `manage.py serve`, in the same process: to load Django
once more would take a second.
"""

import hashlib
import os
import secrets
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from environs import Env

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
    """`manage.py serve`, until it is ended."""
    from django.core.management import CommandError, call_command
    from django.db import connections

    connections.close_all()
    sys.argv = ["manage.py", "serve"]  # as it names itself to its parts
    try:
        call_command("serve")
    except CommandError as error:
        sys.exit(f"CommandError: {error}")


def make_secret_key() -> None:
    """Makes the secret key of this site, once, where the settings look for it."""
    env = Env()
    env.read_env(ROOT / ".env", recurse=False)
    if env.str("SECRET_KEY", ""):
        return
    # What is wrong with DATA_DIR the settings say, together with all else.
    with suppress(OSError, RuntimeError, ValueError):
        file = Path(env.str("DATA_DIR", "") or ROOT / "var").expanduser() / KEY_FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, and never in place of one that is there: also if killed meanwhile.
        descriptor, new = tempfile.mkstemp(prefix=KEY_FILE, dir=file.parent)  # for us alone: 600
        os.write(descriptor, secrets.token_urlsafe(50).encode())
        os.close(descriptor)
        with suppress(FileExistsError):
            os.link(new, file)
        os.unlink(new)


def prepare() -> None:
    """Tables, static files, demo."""
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db import DatabaseError

    try:
        django.setup()
        say("bringing the database up to date")
        migrate()
        collect_static()
        call_command("demo", first=True)
        render_again()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except DatabaseError as error:
        sys.exit(f"The database (DATABASE_URL) can't be used: {error}")


def migrate() -> None:
    """The tables; a new SQLite database comes whole or not at all. Django commits a migration and
    notes it in two steps: killed between these, it would never get past it again."""
    from django.core.management import call_command
    from django.db import connection

    file = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor != "sqlite" or connection.is_in_memory_db() or file.exists():
        call_command("migrate", verbosity=0)
        return
    new = file.with_name(f"{file.name}.new")
    for part in ("", "-wal", "-shm"):
        new.with_name(new.name + part).unlink(missing_ok=True)
    connection.settings_dict["NAME"] = str(new)
    call_command("migrate", verbosity=0)
    connection.close()  # the last to close it: what lies beside it goes into the file
    connection.settings_dict["NAME"] = str(file)
    os.replace(new, file)


def collect_static() -> None:
    """Compresses and names the static files, if any of them has changed."""
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
        say("preparing the static files")
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(digest.hexdigest())


def render_again() -> None:
    """Writes stored HTML anew after an upgrade, or a change of language or address."""
    from django.conf import settings
    from django.core.management import call_command

    from blog.rendering import renderer_version

    stamp = settings.DATA_DIR / "renderer.stamp"
    if not stamp.exists() or stamp.read_text() != renderer_version():
        say("bringing texts up to date")
        call_command("render_again", verbosity=0)
        stamp.write_text(renderer_version())


def say(step: str) -> None:
    print(f"  {step}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
