"""What the environment may say: one reader for each variable, each refusal a sentence.

A reader takes the text of the variable ("" when it is unset) and returns the value that
`settings.py` uses; it raises `EnvError` with what is wrong and what to do. No sentence quotes
an address that may hold a password. Its docstring declares the variable: name, meaning, default
and example. `docs/settings.md` and `.env.example` are made from it (`make docs`).
"""

import ipaddress
import os
import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
import dj_email_url
from django.conf.global_settings import LANGUAGES
from environs import Env, EnvError, EnvValidationError

KEY_FILE = "secret_key"  # in DATA_DIR
YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}
DATABASES = {"sqlite", "postgres", "postgresql"}
REDIS = {"redis", "rediss", "unix"}
NAME = r"(?!\.)[\w.-]+"  # a bucket's, a folder's, its region's, its host's
BUCKET = re.compile(rf"{NAME}//{NAME}/({NAME})((?:/{NAME})*)/?", re.ASCII)
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]")


def flag(text: str) -> bool:
    """DEBUG: development mode, on or off. It shows the insides of the site: never for the public.

    Default: `off`. Example: `on`
    """
    if text.lower() not in YES | NO:
        raise EnvError(f"must be on or off, not “{text}”.")
    return text.lower() in YES


def port(text: str) -> int:
    """PORT: the port that the web server listens at, on 127.0.0.1.

    Default: `8000`. Example: `8001`
    """
    if not text:
        return 8000
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise EnvError(f"must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def secret(text: str) -> str:
    """SECRET_KEY: a long random text that nobody else knows; it signs logins and links in mail.

    Default: the one that `make run` makes once and keeps in DATA_DIR; elsewhere it must be set.
    Example: `fifty-or-more-random-characters`
    """
    if not text.strip():
        raise EnvError(
            "must be set to a long random text that nobody else knows"
            " (“make run” makes one and keeps it in DATA_DIR)."
        )
    return text


def kept_secret(data_dir: Path | None) -> str:
    """The key that `make run` made once and kept in DATA_DIR; "" where there is none."""
    try:
        return (data_dir / KEY_FILE).read_text() if data_dir else ""
    except OSError:
        return ""


def web_address(text: str) -> str:
    """An http or https address without a slash at its end."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if not fine or parts.username or parts.query or parts.fragment or re.search(r"\s", text):
        raise EnvError("must be an address such as https://example.org, starting with http(s)://.")
    return text.rstrip("/")


def site_address(text: str) -> str:
    """SITE_URL: the public address, with nothing behind the host: feeds, mail and Akismet use it.
    An https address turns on what TLS allows; then name your proxy in TRUSTED_PROXIES, or the
    site can't tell that TLS is there.

    Default: `http://127.0.0.1:8000`, or with your PORT. Example: `https://reviews.example.org`
    """
    address = web_address(text)
    if urlsplit(address).path:
        raise EnvError("must end after the host (and port): the site lives at its root.")
    return address


def service_address(text: str) -> str:
    """AKISMET_API_URL: the address of another service that speaks Akismet's protocol. Akismet's
    own must start with https://, for plain http would show the key to all on the way.

    Default: `https://rest.akismet.com`. Example: `https://spam.example.org`
    """
    address = web_address(text)
    host = urlsplit(address).hostname or ""
    if address.startswith("http:") and (host == "akismet.com" or host.endswith(".akismet.com")):
        raise EnvError("must start with https:// for Akismet itself: http would show the key.")
    return address


def key(text: str) -> str:
    """AKISMET_API_KEY: the key that Akismet gave you, alone, without spaces.

    Default: none, comments go straight to the moderators. Example: `0123456789ab`
    """
    text = text.strip()
    if text and not re.fullmatch(r"[!-~]+", text):
        raise EnvError("must be the key alone, as Akismet shows it, without spaces.")
    return text


def entries(text: str) -> list[str]:
    """A comma-separated list, spaces around its entries dropped."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def hosts(text: str) -> list[str]:
    """ALLOWED_HOSTS: the host names that may be asked for, separated by commas, without scheme
    or port.

    Default: localhost, 127.0.0.1, [::1] and the host of SITE_URL.
    Example: `reviews.example.org,www.example.org`
    """
    for host in entries(text):
        if not HOST.fullmatch(host):
            raise EnvError(f"must list host names such as example.org, not “{host}”.")
    return entries(text)


def networks(text: str) -> list[str]:
    """TRUSTED_PROXIES: addresses or networks, separated by commas, of the proxies whose
    X-Forwarded-For and X-Forwarded-Proto are believed; a proxy must send both.

    Default: none. Example: `127.0.0.1`
    """
    for entry in entries(text):
        try:
            ipaddress.ip_network(entry)
        except ValueError:
            raise EnvError(
                f"must list addresses or networks such as 10.0.0.0/8, not “{entry}”."
            ) from None
    return entries(text)


def folder(text: str) -> Path:
    """DATA_DIR: the folder of database, pictures and static files; made where it is missing.

    Default: the folder `var` of the project. Example: `/var/lib/verdict`
    """
    try:
        path = Path(text).expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise OSError("it can't be written to")
    except (OSError, RuntimeError, ValueError) as error:
        raise EnvError(f"must be a folder this user may write to ({error}).") from None
    return path


def database(text: str) -> dict[str, Any]:
    """DATABASE_URL: the database, sqlite:///path/to/file or postgres://user:password@host:5432/name;
    special characters of a password are percent-encoded.

    Default: SQLite, `verdict.sqlite3` in DATA_DIR.
    Example: `postgres://verdict:password@127.0.0.1:5432/verdict`
    """
    try:
        if urlsplit(text).scheme not in DATABASES:
            raise ValueError
        found = dict(dj_database_url.parse(text))
        if not found["NAME"]:
            raise ValueError
    except ValueError:
        raise EnvError(
            "must be sqlite:///path/to/file or postgres://user:password@host:5432/name."
        ) from None
    return found


def redis(text: str) -> str:
    """REDIS_URL: a Redis for page cache and task queue, so that several machines share both.

    Default: none, each process keeps pages and the database holds the queue.
    Example: `redis://127.0.0.1:6379/0`
    """
    try:
        parts = urlsplit(text)
        fine = not text or (parts.scheme in REDIS and parts.port != 0)
    except ValueError:
        fine = False
    if not fine:
        raise EnvError("must be an address such as redis://127.0.0.1:6379/0.")
    return text


def mail(text: str) -> dict[str, Any]:
    """EMAIL_URL: the server that mail goes to; `?tls=True` for STARTTLS (port 587), `?ssl=True`
    for TLS from the start (port 465). Special characters of a password are percent-encoded.

    Default: `console://`, mail is only printed to the log.
    Example: `smtp://user:password@mail.example.org:587/?tls=True`
    """
    try:
        if urlsplit(text).scheme not in dj_email_url.SCHEMES:
            raise ValueError
        found = dj_email_url.parse(text)
    except ValueError:
        raise EnvError(
            "must be an address such as smtp://user:password@host:587/?tls=True."
        ) from None
    return {name: value for name, value in found.items() if name.startswith("EMAIL_")}


def sender(text: str) -> str:
    """EMAIL_FROM: who mail is from: an address, with or without a name before it.

    Default: `Verdict <verdict@localhost>`. Example: `Verdict <verdict@example.org>`
    """
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or "\n" in text:
        raise EnvError("must be an address such as Verdict <verdict@example.org>.")
    return text


def bucket(text: str) -> dict[str, str]:
    """MEDIA_STORAGE_URL: an S3 bucket for pictures, s3://KEY:SECRET@endpoint/bucket with your
    service's endpoint (host and port); a folder may follow the bucket. `?region=` names the region
    (us-east-1 unless named), `?tls=off` is for a service that speaks only plain http. Special
    characters of the secret are percent-encoded, a slash as %2F. docs/growing.md tells the rest.

    Default: none, pictures are files in DATA_DIR.
    Example: `s3://KEY:SECRET@s3.eu-central-1.amazonaws.com/my-reviews?region=eu-central-1`
    """
    try:
        return bucket_options(text) if text else {}
    except ValueError:
        raise EnvError(
            "must be an address such as s3://KEY:SECRET@endpoint/bucket?region=eu-central-1, with"
            " special characters of the secret percent-encoded; beside region it takes tls=off."
        ) from None


def bucket_options(text: str) -> dict[str, str]:
    """What django-storages needs to know of a bucket; ValueError for anything else."""
    parts = urlsplit(text)
    asked = {"region": ["us-east-1"], "tls": ["on"]}
    asked |= parse_qs(parts.query, strict_parsing=bool(parts.query))
    (region,), (tls,) = asked.pop("region"), asked.pop("tls")
    place = BUCKET.fullmatch(f"{region}//{parts.hostname}{parts.path}")
    keys = [unquote(key or "", errors="strict") for key in (parts.username, parts.password)]
    if parts.scheme != "s3" or not place or asked or parts.fragment or parts.port == 0:
        raise ValueError
    if not all(re.fullmatch("[!-~]+", key) for key in keys):
        raise ValueError
    return {
        "access_key": keys[0],
        "secret_key": keys[1],
        "endpoint_url": f"{'https' if flag(tls) else 'http'}://{parts.netloc.rpartition('@')[2]}",
        "bucket_name": place[1],
        "region_name": region,
        "location": place[2].strip("/"),
    }


def time_zone(text: str) -> str:
    """TIME_ZONE: the time zone of the site, by its name in the tz database.

    Default: `UTC`. Example: `Europe/Berlin`
    """
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise EnvError(f"must be a time zone such as Europe/Berlin, not “{text}”.") from None
    return text


def language(text: str) -> str:
    """LANGUAGE_CODE: the language of the site: one of those Django knows.

    Default: `en`. Example: `de`
    """
    if text.lower() not in dict(LANGUAGES):
        raise EnvError(f"must be a language code such as en, de or ja, not “{text}”.")
    return text.lower()


def unsupported(text: str) -> None:
    """A variable whose feature this version does not have: better refused than ignored."""
    if text:
        raise EnvError("is not supported by this version yet: leave it unset.")


class Environment(Env):
    """Reads variables, also from the `.env` file; an empty one counts as unset."""

    def __init__(self, dotenv: Path) -> None:
        super().__init__(eager=False)
        self.read_env(dotenv, recurse=False)
        # By variable, in reading order: its reader, and the text that it gets when unset.
        self.declared: dict[str, tuple[Callable[[str], Any], str]] = {}
        self.add_parser("reading", lambda text, reader, unset: reader(text or unset))

    def read(self, name: str, reader: Callable[[str], Any], default: str = "") -> Any:
        """What `reader` makes of the variable; None if it refuses, and `sentences` will say why."""
        self.declared[name] = reader, default
        return self.reading(name, "", reader=reader, unset=default)

    def sentences(self) -> list[str]:
        """Ends the reading; returns one sentence for each variable that is wrong."""
        try:
            self.seal()
        except EnvValidationError as error:
            found = error.error_messages
            assert isinstance(found, dict)  # noqa: S101  (a list only where one variable is read)
            return [f"{name} {why}" for name, whys in found.items() for why in whys]
        return []
