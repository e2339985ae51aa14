"""The settings, commands, files and addresses that the docs name exist."""

import re

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import resolve

from config.environment import VARIABLES, Variable
from tools.write_settings_docs import render_files


@pytest.mark.parametrize("name", ["docs/settings.md", ".env.example"])
def test_the_docs_of_the_settings_are_up_to_date(name: str) -> None:
    text = (settings.BASE_DIR / name).read_text()
    assert text == render_files()[name], f"{name} is old: “make docs” writes it again"
    assert str(settings.BASE_DIR) not in text


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_each_example_and_each_written_default_is_accepted(variable: Variable) -> None:
    if variable.name != "DATA_DIR":  # its parser would create the folder
        variable.parse(variable.example)
    if value := re.match("`(.+?)`$", variable.default):
        variable.parse(value[1])


# --- Names in the docs ---------------------------------------------------------

COMMAND = r"(?:^    |`)verdict ([a-z_]+)"
EXAMPLES = {
    "/about/",
    settings.STATIC_URL,
    settings.MEDIA_URL,
}  # the address of a page, and of files
DOCS = sorted((settings.BASE_DIR / "docs").glob("*.md"))


def named(pattern: str) -> list[tuple[str, str]]:
    """Return what a pattern finds in the docs: pairs of page and match, each once."""
    return sorted(
        {(doc.name, found) for doc in DOCS for found in re.findall(pattern, doc.read_text(), re.M)}
    )


@pytest.mark.parametrize(("page", "command"), named(COMMAND))
def test_each_command_exists(page: str, command: str) -> None:
    assert command in {*get_commands(), "help"}


def test_commands_are_found_in_the_docs() -> None:
    found = {command for _page, command in named(COMMAND)}
    assert {"migrate", "backup", "check_akismet", "render_again"} <= found


@pytest.mark.parametrize(("page", "name"), named(r"\b([A-Z]{2,}(?:_[A-Z]+)+)\b"))
def test_each_variable_exists(page: str, name: str) -> None:
    assert name in {variable.name for variable in VARIABLES}


@pytest.mark.parametrize(("page", "path"), named(r"`(/[a-z]*/?)`"))
def test_each_address_exists(page: str, path: str) -> None:
    assert (
        path in EXAMPLES or resolve(path).url_name != "page"
    )  # any word matches the pattern of pages


@pytest.mark.parametrize(
    ("page", "file"), named(r"(?:^|[\s`(])((?:deploy|docs|config)/[\w@./-]*\w)")
)
def test_each_file_exists(page: str, file: str) -> None:
    assert (settings.BASE_DIR / file).exists()


@pytest.mark.parametrize(("page", "link"), named(r"\]\(([\w./-]+\.md)\)"))
def test_each_link_has_a_target(page: str, link: str) -> None:
    assert (settings.BASE_DIR / "docs" / link).exists()


def test_each_link_and_picture_in_the_readme_exists() -> None:
    told = (settings.BASE_DIR / "README.md").read_text()
    found = re.findall(r"\]\(([\w./-]+)\)", told)
    assert len(found) > 10
    assert [name for name in found if not (settings.BASE_DIR / name).exists()] == []


def test_each_file_named_in_contributing_exists() -> None:
    told = (settings.BASE_DIR / "CONTRIBUTING.md").read_text()
    found = re.findall(r"`((?:blog|comments|config|markup|static|templates|tests)/[\w./-]*)`", told)
    assert len(found) > 20
    assert [name for name in found if not (settings.BASE_DIR / name).exists()] == []


# --- Security -----------------------------------------------------------------

SECURITY = (settings.BASE_DIR / "docs" / "security.md").read_text()
PROMISES = [row for row in SECURITY.splitlines() if row.startswith("| ")][1:]


@pytest.mark.parametrize("promise", PROMISES)
def test_each_security_guarantee_names_existing_tests(promise: str) -> None:
    files = re.findall(r"`(tests/[\w/]+\.py)`", promise.rpartition(" | ")[2])
    assert files
    for name in files:
        assert "def test_" in (settings.BASE_DIR / name).read_text()


def test_the_security_policy_says_how_to_report_a_vulnerability() -> None:
    told = (settings.BASE_DIR / "SECURITY.md").read_text()
    for section in ("## Supported", "## Report a vulnerability", "## Scope"):
        assert section in told
    assert "/.well-known/security.txt" in told


def test_each_exception_to_the_security_rules_has_a_reason() -> None:
    folders = ("blog", "comments", "config", "markup", "tests", "bench")
    files = [file for name in folders for file in (settings.BASE_DIR / name).rglob("*.py")]
    found = [
        line
        for file in files
        for line in file.read_text().splitlines()
        if re.search(r"# noqa: S\d", line)
    ]
    assert len(found) > 20
    assert [
        line for line in found if not re.search(r"# noqa: S\d+(, S\d+)*  \(.{5,}\)", line)
    ] == []
