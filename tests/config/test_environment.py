"""Environment variables: valid values, and explanations for wrong ones."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from config.environment import VARIABLES, Environment

PASSWORD = "hunter2-swordfish"
NAMES = [variable.name for variable in VARIABLES]

WRONG = [
    ("TYPOGRAPHY", "perhaps"),
    ("DEBUG", "maybe"),
    ("DEBUG", "2"),
    ("SECRET_KEY", "  "),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "80a"),
    ("PORT", "-1"),
    ("PORT", "٨٠"),
    ("SITE_URL", "example.org"),
    ("SITE_URL", "ftp://example.org"),
    ("SITE_URL", "https://"),
    ("SITE_URL", "https://example.org/blog"),
    ("SITE_URL", "https://example.org?x=1"),
    ("SITE_URL", "https://example.org:port"),
    ("SITE_URL", "https://exa mple.org"),
    ("SITE_URL", f"https://ada:{PASSWORD}@example.org"),
    ("ALLOWED_HOSTS", "https://example.org"),
    ("ALLOWED_HOSTS", "example.org:8000"),
    ("DATA_DIR", "/dev/null/verdict"),
    ("DATABASE_URL", f"mysql://ada:{PASSWORD}@db/verdict"),
    ("DATABASE_URL", f"postgres://ada:{PASSWORD}@db"),
    ("DATABASE_URL", f"postgres://ada:{PASSWORD}@db:port/verdict"),
    ("DATABASE_URL", f"postgres://ada:{PASSWORD}@[db/verdict"),
    ("DATABASE_URL", PASSWORD),
    ("REDIS_URL", f"http://:{PASSWORD}@redis:6379"),
    ("REDIS_URL", PASSWORD),
    ("REDIS_URL", f"redis://:{PASSWORD}@redis:port/0"),
    ("REDIS_URL", f"redis://:{PASSWORD}@[redis/0"),
    ("AKISMET_API_KEY", "two words"),
    ("AKISMET_API_KEY", "kéy"),
    ("AKISMET_API_URL", "rest.akismet.com"),
    ("AKISMET_API_URL", "http://rest.akismet.com"),
    ("AKISMET_API_URL", "http://akismet.com:8080/x"),
    ("AKISMET_API_URL", "HTTP://REST.AKISMET.COM."),
    ("AKISMET_API_URL", "ftp://127.0.0.1"),
    ("AKISMET_API_URL", "http://"),
    ("AKISMET_API_URL", "http://[::1"),
    ("EMAIL_URL", f"imap://ada:{PASSWORD}@mail"),
    ("EMAIL_URL", f"smtp://ada:{PASSWORD}@mail:port"),
    ("EMAIL_URL", PASSWORD),
    ("EMAIL_FROM", "nobody"),
    ("EMAIL_FROM", "a@b@"),
    ("TRUSTED_PROXIES", "proxy.local"),
    ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("TIME_ZONE", "Middle/Earth"),
    ("TIME_ZONE", "../../etc/passwd"),
    ("LANGUAGE_CODE", "klingon"),
    ("MEDIA_STORAGE_URL", PASSWORD),
    ("MEDIA_STORAGE_URL", "s3://s3.example/reviews"),
    ("MEDIA_STORAGE_URL", "s3://ada@s3.example/reviews"),
    ("MEDIA_STORAGE_URL", f"s3://:{PASSWORD}@s3.example/reviews"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example/reviews/../x"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example//reviews"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}/x@s3.example/reviews"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example:port/reviews"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}%0A@s3.example/reviews"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example/reviews?regoin=x"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example/reviews?region=a&region=b"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example/reviews?region=a/b"),
    ("MEDIA_STORAGE_URL", f"s3://ada:{PASSWORD}@s3.example/reviews?tls=maybe"),
    ("MEDIA_STORAGE_URL", f"https://ada:{PASSWORD}@s3.example/reviews"),
]

RIGHT = [
    ("DEBUG", "on", True),
    ("DEBUG", "False", False),
    ("PORT", "8080", 8080),
    ("SITE_URL", "https://example.org/", "https://example.org"),
    ("SITE_URL", "http://[::1]:8000", "http://[::1]:8000"),
    ("ALLOWED_HOSTS", " example.org , .example.net,[::1],* ", [
        "example.org", ".example.net", "[::1]", "*",
    ]),
    ("AKISMET_API_KEY", " 0123456789ab ", "0123456789ab"),
    ("AKISMET_API_URL", "http://127.0.0.1:9999/", "http://127.0.0.1:9999"),
    ("REDIS_URL", "redis://:secret@127.0.0.1:6379/0", "redis://:secret@127.0.0.1:6379/0"),
    ("EMAIL_FROM", "Ada <ada@example.org>", "Ada <ada@example.org>"),
    ("TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8, ::1", ["127.0.0.1", "10.0.0.0/8", "::1"]),
    ("TIME_ZONE", "Europe/Berlin", "Europe/Berlin"),
    ("LANGUAGE_CODE", "DE", "de"),
]  # fmt: skip


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> tuple[dict[str, Any], list[str]]:
    """Return the parsed values, and the sentences about wrong ones."""
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    env = Environment(Path("/nowhere/.env"))
    return {name: env.read(name) for name in variables}, env.problems


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_value_is_refused_with_a_sentence_that_names_the_variable(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _values, sentences = read(monkeypatch, **{name: text})
    assert len(sentences) == 1
    assert sentences[0].startswith(f"{name} ")
    assert sentences[0].endswith((".", ")."))
    assert PASSWORD not in sentences[0]


@pytest.mark.parametrize(("name", "text", "value"), RIGHT)
def test_a_valid_value_is_parsed(
    name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, sentences = read(monkeypatch, **{name: text})
    assert sentences == []
    assert values[name] == value


def test_all_wrong_values_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = dict(reversed(WRONG))
    assert set(wrong) == set(NAMES)
    _values, sentences = read(monkeypatch, **wrong)
    assert [sentence.split()[0] for sentence in sentences] == list(wrong)


def test_addresses_of_services_become_django_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    values, _none = read(
        monkeypatch,
        DATABASE_URL="postgres://ada:p%40ss@db.example:5433/verdict",
        EMAIL_URL="smtp://ada:p%40ss@mail.example:587/?tls=True",
    )
    database, mail = values["DATABASE_URL"], values["EMAIL_URL"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["NAME"], database["USER"], database["PASSWORD"]) == ("verdict", "ada", "p@ss")
    assert (database["HOST"], database["PORT"]) == ("db.example", 5433)
    assert mail["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"]) == ("mail.example", 587)
    assert (mail["EMAIL_HOST_PASSWORD"], mail["EMAIL_USE_TLS"]) == ("p@ss", True)


def test_the_address_of_a_bucket_becomes_options_of_the_storage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    amazon = "s3://KEY:p%40ss%2Fw%2Brd@s3.eu-central-1.amazonaws.com/my-reviews?region=eu-central-1"
    values, _none = read(monkeypatch, MEDIA_STORAGE_URL=amazon)
    assert values["MEDIA_STORAGE_URL"] == {
        "access_key": "KEY",
        "secret_key": "p@ss/w+rd",
        "endpoint_url": "https://s3.eu-central-1.amazonaws.com",
        "bucket_name": "my-reviews",
        "region_name": "eu-central-1",
        "location": "",
    }
    own = "s3://KEY:secret@127.0.0.1:9000/reviews/blog/one/?tls=off"
    values, _none = read(monkeypatch, MEDIA_STORAGE_URL=own)
    found = values["MEDIA_STORAGE_URL"]
    assert found["endpoint_url"] == "http://127.0.0.1:9000"
    assert (found["region_name"], found["location"]) == ("us-east-1", "blog/one")
    assert read(monkeypatch, MEDIA_STORAGE_URL="")[0]["MEDIA_STORAGE_URL"] == {}


ANYTHING = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
ALMOST = st.builds(
    "{}{}{}".format,
    st.sampled_from(
        [
            "http://",
            "https://",
            "postgres://",
            "sqlite://",
            "smtp://",
            "redis://",
            "s3://",
            "a@",
            "10.",
            "[",
        ]
    ),
    ANYTHING,
    st.sampled_from(["", "/", "/x", ":1", "@x/y", "]", "?a=b", "%"]),
)


@with_settings(max_examples=60, deadline=None)
@given(text=ANYTHING | ALMOST)
@pytest.mark.parametrize("name", sorted({*NAMES} - {"DATA_DIR"}))
def test_any_text_is_parsed_or_refused_with_an_explanation(name: str, text: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        _values, sentences = read(monkeypatch, **{name: text})
    assert all(sentence.startswith(f"{name} ") for sentence in sentences)


SECRETIVE = ["DATABASE_URL", "EMAIL_URL", "REDIS_URL", "SITE_URL", "AKISMET_API_URL"]


@with_settings(max_examples=40, deadline=None)
@given(before=ANYTHING | ALMOST, after=ANYTHING)
@pytest.mark.parametrize("name", [*SECRETIVE, "SECRET_KEY", "AKISMET_API_KEY"])
def test_no_error_message_contains_a_password(name: str, before: str, after: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        _values, sentences = read(monkeypatch, **{name: f"{before}{PASSWORD}{after}"})
    assert PASSWORD not in "".join(sentences)


@pytest.mark.parametrize("text", ["x" * 5000, "a/" * 5000, "~nobody-here/x", "bad\udcffbytes"])
def test_any_folder_is_accepted_or_refused_with_an_explanation(
    text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    _values, sentences = read(monkeypatch, DATA_DIR=text)
    assert len(sentences) <= 1


# --- The whole settings, in a process of their own ------------------------------------------


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with these variables; all others are set but empty."""
    names = {*NAMES, *variables}
    clean = {name: value for name, value in os.environ.items() if name not in names}
    for set_by_tests in ("DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE"):
        clean.pop(set_by_tests, None)
    empty = dict.fromkeys(NAMES, "")
    return subprocess.run(  # noqa: S603  (our own program)
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**clean, **empty, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


def setting(name: str, **variables: str) -> str:
    variables = {"SECRET_KEY": "for this test", **variables}
    done = manage("shell", "-v0", "-c", f"from django.conf import settings; print(settings.{name})",
                  **variables)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


def test_options_in_the_address_reach_postgresql(tmp_path: Path) -> None:
    address = "postgres://ada:secret@db.example/verdict?sslmode=require"
    options = setting("DATABASES['default']['OPTIONS']", DATABASE_URL=address)
    assert "'sslmode': 'require'" in options


def test_wrong_settings_print_explanations_and_no_traceback(tmp_path: Path) -> None:
    done = manage(
        "check",
        DATA_DIR=str(tmp_path),
        PORT="many",
        SITE_URL="example.org",
        DATABASE_URL=f"mysql://ada:{PASSWORD}@db/verdict",
        LANGUAGE_CODE="klingon",
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stderr
    first, *sentences = done.stderr.strip().splitlines()
    assert first == "The site can't start with these settings:"
    named = [sentence.split()[0] for sentence in sentences]
    assert sorted(named) == ["DATABASE_URL", "LANGUAGE_CODE", "PORT", "SECRET_KEY", "SITE_URL"]


def test_a_missing_secret_key_is_explained(tmp_path: Path) -> None:
    done = manage("check", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    (sentence,) = done.stderr.strip().splitlines()[1:]
    assert sentence.startswith("SECRET_KEY must be set to a long random text")


def test_every_command_uses_the_key_from_the_first_start(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("made once and kept")
    assert setting("SECRET_KEY", SECRET_KEY="", DATA_DIR=str(tmp_path)) == "made once and kept"
    assert setting("SECRET_KEY", SECRET_KEY="own", DATA_DIR=str(tmp_path)) == "own"


def test_a_production_site_passes_djangos_deployment_check(tmp_path: Path) -> None:
    done = manage(
        "check",
        "--deploy",
        SITE_URL="https://example.org",
        SECRET_KEY="kY3-" + "r8Xw_Zq5" * 8,
        DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.startswith("System check identified no issues")


DEFAULTS = {
    "DEBUG": "False",
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "['localhost', '127.0.0.1', '[::1]', '127.0.0.1']",
    "DATABASES['default']['ENGINE']": "django.db.backends.sqlite3",
    "CACHES['default']['BACKEND']": "django.core.cache.backends.dummy.DummyCache",
    "TASKS['default']['BACKEND']": "django_tasks_db.DatabaseBackend",
    "AKISMET_API_KEY": "",
    "AKISMET_API_URL": "https://rest.akismet.com",
    "EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
    "TRUSTED_PROXIES": "[]",
    "TIME_ZONE": "UTC",
    "LANGUAGE_CODE": "en",
    "SECURE_SSL_REDIRECT": "False",
    "SESSION_COOKIE_SECURE": "False",
}


def test_unset_variables_have_their_documented_defaults(tmp_path: Path) -> None:
    names = [*DEFAULTS, "DATABASES['default']['NAME']", "MEDIA_ROOT"]
    whole = "[" + ", ".join(f"str(s.{name})" for name in names) + "]"
    code = f"import json; from django.conf import settings as s; print(json.dumps({whole}))"
    done = manage("shell", "-v0", "-c", code, SECRET_KEY="x", DATA_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    *values, database, media = json.loads(done.stdout.strip().splitlines()[-1])
    assert dict(zip(DEFAULTS, values, strict=True)) == DEFAULTS
    assert Path(database).parent == Path(media).parent == tmp_path


def test_the_default_address_follows_the_port_and_its_host_is_allowed(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert setting("SITE_URL", PORT="9000", DATA_DIR=folder) == "http://127.0.0.1:9000"
    hosts = setting("ALLOWED_HOSTS", SITE_URL="https://reviews.example", DATA_DIR=folder)
    assert "reviews.example" in hosts


def test_redis_is_used_for_cache_and_queue(tmp_path: Path) -> None:
    redis = {"REDIS_URL": "redis://127.0.0.1:6379/8", "DATA_DIR": str(tmp_path)}
    both = "CACHES['default']['BACKEND'], settings.TASKS['default']['BACKEND']"
    assert setting(both, **redis) == "django_redis.cache.RedisCache django_tasks_rq.RQBackend"


def test_a_bucket_stores_pictures_and_originals_in_separate_folders(tmp_path: Path) -> None:
    bucket = {"MEDIA_STORAGE_URL": f"s3://ada:{PASSWORD}@s3.example/reviews/blog"}
    places = "[storage['OPTIONS']['location'] for name, storage in settings.STORAGES.items()"
    found = setting(
        f"STORAGES and {places} if name != 'staticfiles']", **bucket, DATA_DIR=str(tmp_path)
    )
    assert found == "['blog/media', 'blog/originals']"
