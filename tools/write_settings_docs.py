"""manage.py settings_page: writes docs/settings.md and .env.example from what declares them.

The variables are declared by the docstrings of their readers in `config/environment.py`, the
settings in the admin by the fields of their models.
"""

import inspect
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand
from django.db import models
from django.utils import translation
from django.utils.text import capfirst

from blog.models import SiteSettings
from comments.models import CommentSettings
from config import environment
from config import settings as declared

RECORDS: tuple[type[models.Model], ...] = (SiteSettings, CommentSettings)
DECLARATION = re.compile(
    r"(?P<name>[A-Z_]+): (?P<meaning>.+?) Default: (?P<default>.+?)\.? Example: `(?P<example>.+)`"
)

PAGE = """\
# Settings

*Written by `make docs` from the settings' own declarations; a change here is lost.*

## In the environment

Each can be set in the environment or in the file `.env` in the project's folder
(`.env.example` is one to copy); the environment goes first, and an empty variable counts as
unset. They are read at the start. A wrong value is refused then, all of them at once, each in a
sentence.

| variable | meaning | default | example |
|---|---|---|---|
{variables}

## In the admin

The owner changes these under `/admin/`; they hold from the next request on.
{records}"""

EXAMPLE = """\
# Written by "make docs" from the settings' own declarations.
# Copy this file to .env and change what you need. Everything is optional under "make run";
# elsewhere SECRET_KEY must be set. An empty variable counts as unset. The environment itself
# goes before this file.

{variables}
"""


class Variable(NamedTuple):
    """What a reader's docstring declares; a default that begins in backticks is the value."""

    name: str
    meaning: str
    default: str
    example: str


class Command(BaseCommand):
    help = "Writes docs/settings.md and .env.example anew; for who works on Verdict."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        for name, text in files().items():
            Path(declared.BASE_DIR, name).write_text(text)
            self.stdout.write(f"Written: {name}")


def files() -> dict[str, str]:
    """What both files should hold, by their names in the project."""
    readers = (reader for reader, _default in declared.env.declared.values())
    found = [declaration(reader) for reader in readers if reader is not environment.unsupported]
    rows = (row(f"`{each.name}`", *each[1:3], f"`{each.example}`") for each in found)
    with translation.override("en"):
        records = "".join(map(record, RECORDS))
    return {
        "docs/settings.md": PAGE.format(variables="\n".join(rows), records=records),
        ".env.example": EXAMPLE.format(variables="\n\n".join(map(example, found))),
    }


def declaration(reader: Callable[[str], Any]) -> Variable:
    """What a reader declares; ValueError where its docstring has not the four parts."""
    found = DECLARATION.fullmatch(" ".join((inspect.getdoc(reader) or "").split()))
    if not found:
        raise ValueError(f"{reader.__name__}: “NAME: meaning.”, “Default: …. Example: `…`” wanted")
    return Variable(**{**found.groupdict(), "meaning": capfirst(found["meaning"])})


def row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def example(variable: Variable) -> str:
    """The lines of one variable in .env.example, its setting commented out."""
    said = [variable.meaning, f"Default: {variable.default.replace('`', '')}."]
    lines = [line for text in said for line in textwrap.wrap(text, 98, break_on_hyphens=False)]
    return "\n".join([*(f"# {line}" for line in lines), f"#{variable.name}={variable.example}"])


def record(model: type[models.Model]) -> str:
    """The section of a settings record: its fields as the admin names them."""
    rows = [
        row(capfirst(str(field.verbose_name)), str(field.help_text), shown(field.get_default()))
        for field in model._meta.fields
        if not field.primary_key
    ]
    heading = f"\n### {capfirst(str(model._meta.verbose_name))}\n\n"
    return heading + "\n".join(["| setting | meaning | default |", "|---|---|---|", *rows, ""])


def shown(value: object) -> str:
    """A default as a person writes it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "empty" if value in (None, "") else f"`{value}`"
