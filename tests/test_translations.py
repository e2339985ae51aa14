"""The interface is completely translated into German, Spanish and Japanese."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

FOLDER = Path(settings.LOCALE_PATHS[0])
LANGUAGES = sorted(path.name for path in FOLDER.iterdir())
NEEDS_GETTEXT = pytest.mark.skipif(
    not (shutil.which("msgfmt") and shutil.which("xgettext")),
    reason="no gettext found: install Debian's package gettext",
)


def catalogue(folder: Path, language: str) -> Path:
    return folder / language / "LC_MESSAGES" / "django.po"


def test_german_spanish_and_japanese_are_available() -> None:
    assert LANGUAGES == ["de", "es", "ja"]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Update the catalogues with all strings of the code, in a copy of the project."""
    copy = tmp_path_factory.mktemp("copy")
    for part in (*settings.PROJECT_PACKAGES, "locale", "templates"):
        shutil.copytree(settings.BASE_DIR / part, copy / part)
    locale = copy / FOLDER.relative_to(settings.BASE_DIR)
    with pytest.MonkeyPatch.context() as patch, override_settings(LOCALE_PATHS=[locale]):
        patch.chdir(copy)
        kinds = ["html", "py", "txt"]
        call_command("makemessages", locale=LANGUAGES, extensions=kinds, verbosity=0)
    return locale


@NEEDS_GETTEXT
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str, fresh: Path) -> None:
    for flag in ("--untranslated", "--only-fuzzy"):
        asked = ["msgattrib", flag, "--no-obsolete", catalogue(fresh, language)]
        missing = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603  (gettext, with our own files)
        assert missing == ""


@NEEDS_GETTEXT
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_up_to_date(language: str, tmp_path: Path) -> None:
    source, made = catalogue(FOLDER, language), tmp_path / "made.mo"
    asked = ["msgfmt", "--check", "-o", made, source]  # this also checks placeholders
    subprocess.run(asked, check=True)  # noqa: S603  (gettext, with our own files)
    assert source.with_suffix(".mo").read_bytes() == made.read_bytes()
