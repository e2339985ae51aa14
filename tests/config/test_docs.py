"""What the docs say is so: settings, commands, files and addresses are as they are named there."""

import re
from typing import Any

import pytest
from django.conf import settings

from config import environment
from config import settings as declared
from config.management.commands.settings_page import declaration, files

READERS = {
    name: (reader, default)
    for name, (reader, default) in declared.env.declared.items()
    if reader is not environment.unsupported
}


@pytest.mark.parametrize("name", ["docs/settings.md", ".env.example"])
def test_the_settings_are_told_as_they_are_declared(name: str) -> None:
    told = (settings.BASE_DIR / name).read_text()
    assert told == files()[name], f"{name} is old: “make docs” writes it anew"
    assert str(settings.BASE_DIR) not in told


@pytest.mark.parametrize("name", READERS)
def test_each_variable_is_declared_under_its_own_name(name: str) -> None:
    variable = declaration(READERS[name][0])
    assert variable.name == name
    assert len(variable.meaning) > 20


@pytest.mark.parametrize("name", READERS)
def test_the_default_that_is_told_is_the_real_one(name: str) -> None:
    reader, default = READERS[name]
    if value := re.match("`(.+?)`", declaration(reader).default):
        assert reader(value[1]) == reader(default)
    else:
        assert declaration(reader).default  # in words


@pytest.mark.parametrize("name", sorted({*READERS} - {"DATA_DIR"}))  # its reader makes the folder
def test_each_example_is_accepted(name: str) -> None:
    reader, _default = READERS[name]
    reader(declaration(reader).example)


def test_a_reader_that_does_not_say_what_it_means_is_refused() -> None:
    def silent(text: str) -> Any:
        """QUIET: says little."""

    with pytest.raises(ValueError, match="silent: “NAME: meaning"):
        declaration(silent)
