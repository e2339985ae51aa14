"""The environment variables of the site: what each means, and how its text is parsed.

`docs/settings.md` and `.env.example` are written from them (`make docs`). A parser takes a text, ""
if it is unset, and returns the value for the settings; it raises InvalidValueError with a sentence
that follows the variable's name and quotes no address, which may hold a password.
"""

import ipaddress
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
import dj_email_url
from django.conf.global_settings import LANGUAGES
from dotenv import load_dotenv

KEY_FILE = "secret_key"  # in DATA_DIR
YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}
DATABASES = {"sqlite", "postgres", "postgresql"}
REDIS = {"redis", "rediss", "unix"}
NAME = r"(?!\.)[\w.-]+"  # of a bucket, a folder, a region or a host
BUCKET = re.compile(rf"{NAME}//{NAME}/({NAME})((?:/{NAME})*)/?", re.ASCII)
HOST = re.compile(r"\*|\.?[\w-]+(\.[\w-]+)*\.?|\[[0-9a-fA-F:.]+\]")


class InvalidValueError(ValueError):
    """The value of a variable is wrong; its message continues a sentence after the name."""


@dataclass(frozen=True)
class Variable:
    """An environment variable. Its meaning and default are Markdown."""

    name: str
    meaning: str
    default: str
    example: str
    parse: Callable[[str], Any]


def parse_flag(text: str) -> bool:
    """Return True for on, False for off or an empty text."""
    if text.lower() not in YES | NO:
        raise InvalidValueError(f"must be on or off, not “{text}”.")
    return text.lower() in YES


def parse_port(text: str) -> int:
    """Return a port number; 8000 for an empty text."""
    if not text:
        return 8000
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise InvalidValueError(f"must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def parse_secret_key(text: str) -> str:
    """Return the secret key as it is."""
    if not text.strip():
        raise InvalidValueError(
            "must be set to a long random text that nobody else knows"
            " (“make run” makes one and keeps it in DATA_DIR)."
        )
    return text


def stored_secret_key(data_dir: Path | None) -> str:
    """Return the key that `make run` made and stored in DATA_DIR; "" if there is none."""
    try:
        return (data_dir / KEY_FILE).read_text() if data_dir else ""
    except OSError:
        return ""


def parse_web_address(text: str) -> str:
    """Return an http or https address without a slash at its end."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if not fine or parts.username or parts.query or parts.fragment or re.search(r"\s", text):
        raise InvalidValueError(
            "must be an address such as https://example.org, starting with http(s)://."
        )
    return text.rstrip("/")


def parse_site_url(text: str) -> str:
    """Return an address without a path."""
    address = parse_web_address(text)
    if urlsplit(address).path:
        raise InvalidValueError("must end after the host (and port): the site lives at its root.")
    return address


def parse_akismet_url(text: str) -> str:
    """Return the address of a service; plain http is refused for Akismet itself."""
    address = parse_web_address(text)
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme == "http" and f".{host}".endswith(".akismet.com"):
        raise InvalidValueError(
            "must start with https:// for Akismet itself: http would show the key."
        )
    return address


def parse_akismet_key(text: str) -> str:
    """Return the key without spaces around it."""
    text = text.strip()
    if text and not re.fullmatch(r"[!-~]+", text):
        raise InvalidValueError("must be the key alone, as Akismet shows it, without spaces.")
    return text


def split_list(text: str) -> list[str]:
    """Return the entries of a comma-separated list, stripped of spaces."""
    return [entry.strip() for entry in text.split(",") if entry.strip()]


def parse_hosts(text: str) -> list[str]:
    """Return a list of host names."""
    for host in split_list(text):
        if not HOST.fullmatch(host):
            raise InvalidValueError(f"must list host names such as example.org, not “{host}”.")
    return split_list(text)


def parse_networks(text: str) -> list[str]:
    """Return a list of IP addresses and networks."""
    for entry in split_list(text):
        try:
            ipaddress.ip_network(entry)
        except ValueError:
            raise InvalidValueError(
                f"must list addresses or networks such as 10.0.0.0/8, not “{entry}”."
            ) from None
    return split_list(text)


def parse_data_dir(text: str) -> Path:
    """Return a folder, which is created if it is missing."""
    try:
        path = Path(text).expanduser().resolve()
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise OSError("it can't be written to")
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidValueError(f"must be a folder this user may write to ({error}).") from None
    return path


def parse_database_url(text: str) -> dict[str, Any]:
    """Return a dictionary for DATABASES."""
    try:
        if urlsplit(text).scheme not in DATABASES:
            raise ValueError
        found = dict(dj_database_url.parse(text))
        if not found["NAME"]:
            raise ValueError
    except ValueError:
        raise InvalidValueError(
            "must be sqlite:///path/to/file or postgres://user:password@host:5432/name."
        ) from None
    return found


def parse_redis_url(text: str) -> str:
    """Return the address of a Redis server; an empty text stays empty."""
    try:
        parts = urlsplit(text)
        fine = not text or (parts.scheme in REDIS and parts.port != 0)
    except ValueError:
        fine = False
    if not fine:
        raise InvalidValueError("must be an address such as redis://127.0.0.1:6379/0.")
    return text


def parse_email_url(text: str) -> dict[str, Any]:
    """Return Django's EMAIL_ settings."""
    try:
        if urlsplit(text).scheme not in dj_email_url.SCHEMES:
            raise ValueError
        found = dj_email_url.parse(text)
    except ValueError:
        raise InvalidValueError(
            "must be an address such as smtp://user:password@host:587/?tls=True."
        ) from None
    return {name: value for name, value in found.items() if name.startswith("EMAIL_")}


def parse_sender(text: str) -> str:
    """Return the text if it contains an e-mail address."""
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address) or "\n" in text:
        raise InvalidValueError("must be an address such as Verdict <verdict@example.org>.")
    return text


def parse_storage_url(text: str) -> dict[str, str]:
    """Return the options of a bucket for django-storages; {} for an empty text."""
    try:
        return bucket_options(text) if text else {}
    except ValueError:
        raise InvalidValueError(
            "must be an address such as s3://KEY:SECRET@endpoint/bucket?region=eu-central-1, with"
            " special characters of the secret percent-encoded; beside region it takes tls=off."
        ) from None


def bucket_options(text: str) -> dict[str, str]:
    """Return the options of a bucket for django-storages; raise ValueError for anything else."""
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
        "endpoint_url": f"{'https' if parse_flag(tls) else 'http'}://{parts.netloc.rpartition('@')[2]}",
        "bucket_name": place[1],
        "region_name": region,
        "location": place[2].strip("/"),
    }


def parse_time_zone(text: str) -> str:
    """Return the name of a time zone of the tz database."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise InvalidValueError(
            f"must be a time zone such as Europe/Berlin, not “{text}”."
        ) from None
    return text


def parse_language(text: str) -> str:
    """Return the code of a language that Django knows, in lower case."""
    if text.lower() not in dict(LANGUAGES):
        raise InvalidValueError(f"must be a language code such as en, de or ja, not “{text}”.")
    return text.lower()


# In the order of docs/settings.md.
VARIABLES = [
    Variable(
        name="DEBUG",
        meaning="Development mode, on or off. It shows the site's insides: never for the public.",
        default="`off`",
        example="on",
        parse=parse_flag,
    ),
    Variable(
        name="PORT",
        meaning="The port that the web server listens at, on 127.0.0.1.",
        default="`8000`",
        example="8001",
        parse=parse_port,
    ),
    Variable(
        name="SITE_URL",
        meaning=(
            "The public address, with nothing behind the host: feeds, mail and Akismet use it. An "
            "https address turns on what TLS allows; then name your proxy in TRUSTED_PROXIES, or "
            "the site can't tell that TLS is there."
        ),
        default="`http://127.0.0.1:8000`, or with your PORT",
        example="https://reviews.example.org",
        parse=parse_site_url,
    ),
    Variable(
        name="ALLOWED_HOSTS",
        meaning="The host names that may be asked for, with commas, without scheme or port.",
        default="localhost, 127.0.0.1, [::1] and the host of SITE_URL",
        example="reviews.example.org,www.example.org",
        parse=parse_hosts,
    ),
    Variable(
        name="DATA_DIR",
        meaning="The folder of database, pictures and static files; made where it is missing.",
        default="the folder `var` of the project",
        example="/var/lib/verdict",
        parse=parse_data_dir,
    ),
    Variable(
        name="SECRET_KEY",
        meaning="A long random text that nobody else knows; it signs logins and links in mail.",
        default="the one that `make run` keeps in DATA_DIR; elsewhere it must be set",
        example="fifty-or-more-random-characters",
        parse=parse_secret_key,
    ),
    Variable(
        name="DATABASE_URL",
        meaning=(
            "The database, sqlite:///path/to/file or postgres://user:password@host:5432/name; "
            "special characters of a password are percent-encoded."
        ),
        default="SQLite, `verdict.sqlite3` in DATA_DIR",
        example="postgres://verdict:password@127.0.0.1:5432/verdict",
        parse=parse_database_url,
    ),
    Variable(
        name="REDIS_URL",
        meaning="A Redis for page cache and task queue, so that several machines share both.",
        default="none, each process keeps pages and the database holds the queue",
        example="redis://127.0.0.1:6379/0",
        parse=parse_redis_url,
    ),
    Variable(
        name="AKISMET_API_KEY",
        meaning="The key that Akismet gave you, alone, without spaces.",
        default="none, comments go straight to the moderators",
        example="0123456789ab",
        parse=parse_akismet_key,
    ),
    Variable(
        name="AKISMET_API_URL",
        meaning=(
            "The address of another service that speaks Akismet's protocol. Akismet's own must "
            "start with https://, for plain http would show the key to all on the way."
        ),
        default="`https://rest.akismet.com`",
        example="https://spam.example.org",
        parse=parse_akismet_url,
    ),
    Variable(
        name="EMAIL_URL",
        meaning=(
            "The server that mail goes to; `?tls=True` for STARTTLS (port 587), `?ssl=True` for "
            "TLS from the start (port 465). Special characters of a password are percent-encoded."
        ),
        default="`console://`, mail is only printed to the log",
        example="smtp://user:password@mail.example.org:587/?tls=True",
        parse=parse_email_url,
    ),
    Variable(
        name="EMAIL_FROM",
        meaning="Who mail is from: an address, with or without a name before it.",
        default="`Verdict <verdict@localhost>`",
        example="Verdict <verdict@example.org>",
        parse=parse_sender,
    ),
    Variable(
        name="TRUSTED_PROXIES",
        meaning=(
            "Addresses or networks, separated by commas, of the proxies whose X-Forwarded-For and "
            "X-Forwarded-Proto are believed; a proxy must send both."
        ),
        default="none",
        example="127.0.0.1",
        parse=parse_networks,
    ),
    Variable(
        name="TIME_ZONE",
        meaning="The time zone of the site, by its name in the tz database.",
        default="`UTC`",
        example="Europe/Berlin",
        parse=parse_time_zone,
    ),
    Variable(
        name="LANGUAGE_CODE",
        meaning="The language of the site: one of those Django knows.",
        default="`en`",
        example="de",
        parse=parse_language,
    ),
    Variable(
        name="TYPOGRAPHY",
        meaning=(
            "Typographic quotation marks, dashes and ellipses in posts and pages, as the language "
            "of the site has them, on or off. Texts stay as they were typed; code and addresses "
            "are left alone."
        ),
        default="`on`",
        example="off",
        parse=parse_flag,
    ),
    Variable(
        name="MEDIA_STORAGE_URL",
        meaning=(
            "An S3 bucket for pictures, s3://KEY:SECRET@endpoint/bucket with your service's "
            "endpoint (host and port); a folder may follow the bucket. `?region=` names the "
            "region (us-east-1 unless named), `?tls=off` is for a service that speaks only plain "
            "http. Special characters of the secret are percent-encoded, a slash as %2F. "
            "docs/growing.md tells the rest."
        ),
        default="none, pictures are files in DATA_DIR",
        example="s3://KEY:SECRET@s3.eu-central-1.amazonaws.com/my-reviews?region=eu-central-1",
        parse=parse_storage_url,
    ),
]


class Environment:
    """Read variables from the environment and the `.env` file. An empty one counts as unset."""

    def __init__(self, dotenv: Path) -> None:
        load_dotenv(dotenv)
        self.problems: list[str] = []

    def read(self, name: str, default: str = "") -> Any:
        """Return the parsed value; for a wrong one add a sentence to `problems`, return None."""
        (variable,) = (variable for variable in VARIABLES if variable.name == name)
        try:
            return variable.parse(os.environ.get(name) or default)
        except InvalidValueError as error:
            self.problems.append(f"{name} {error}")
            return None
