"""Write docs/settings.md and .env.example: `python -m tools.write_settings_docs`.

The environment variables are declared in `config/environment.py`, the settings in the admin by the
fields of their models.
"""

import os
import textwrap
from pathlib import Path

import django
from django.apps import apps
from django.db import models
from django.utils import translation
from django.utils.text import capfirst

from config.environment import VARIABLES, Variable

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ("blog.SiteSettings", "comments.CommentSettings")

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


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    for name, text in render_files().items():
        (ROOT / name).write_text(text)
        print(f"Written: {name}")  # noqa: T201


def render_files() -> dict[str, str]:
    """Return the texts of both files by their paths in the project."""
    rows = [
        table_row(f"`{variable.name}`", variable.meaning, variable.default, f"`{variable.example}`")
        for variable in VARIABLES
    ]
    with translation.override("en"):
        records = "".join(render_record(apps.get_model(name)) for name in RECORDS)
    return {
        "docs/settings.md": PAGE.format(variables="\n".join(rows), records=records),
        ".env.example": EXAMPLE.format(variables="\n\n".join(map(render_example, VARIABLES))),
    }


def table_row(*cells: str) -> str:
    """Return a row of a Markdown table."""
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def render_example(variable: Variable) -> str:
    """Return the lines of a variable in .env.example; its assignment is commented out."""
    sentences = [variable.meaning, f"Default: {variable.default.replace('`', '')}."]
    lines = [
        line
        for sentence in sentences
        for line in textwrap.wrap(sentence, 98, break_on_hyphens=False)
    ]
    return "\n".join([*(f"# {line}" for line in lines), f"#{variable.name}={variable.example}"])


def render_record(model: type[models.Model]) -> str:
    """Return the section of a settings record, with its fields as the admin names them."""
    rows = [
        table_row(
            capfirst(str(field.verbose_name)),
            str(field.help_text),
            format_default(field.get_default()),
        )
        for field in model._meta.fields
        if not field.primary_key
    ]
    heading = f"\n### {capfirst(str(model._meta.verbose_name))}\n\n"
    return heading + "\n".join(["| setting | meaning | default |", "|---|---|---|", *rows, ""])


def format_default(value: object) -> str:
    """Return a default in a readable form."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "empty" if value in (None, "") else f"`{value}`"


if __name__ == "__main__":
    main()
