"""manage.py backup: what it contains, and that it can be restored."""

import os
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from blog.models import Post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The test's folder of files, with a picture in each of the two folders."""
    if connection.vendor == "postgresql" and not shutil.which("pg_dump"):
        pytest.skip("pg_dump is not installed (Debian's package postgresql-client)")
    for name in ("media/pictures/rain.webp", "originals/rain"):
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_bytes(b"a picture")
    return tmp_path


def titles(copy: Path) -> str:
    """Restore a copy as docs/hosting.md describes; return the titles of its posts."""
    if copy.suffix == ".sqlite3":
        with sqlite3.connect(copy) as database:
            return str(list(database.execute("SELECT title FROM blog_post")))
    return subprocess.run(  # noqa: S603  (our own program)
        [shutil.which("pg_restore") or "", "--file=-", "--data-only", "--table=blog_post", copy],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def copies(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.suffix in (".sqlite3", ".dump", ".part")]


def test_a_backup_contains_database_and_pictures(data: Path, post: Post, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    call_command("backup", folder)
    (copy,) = copies(folder)
    assert "Metallic Rain" in titles(copy)
    assert (folder / "media/pictures/rain.webp").read_bytes() == b"a picture"
    assert (folder / "originals/rain").read_bytes() == b"a picture"


def test_other_users_cannot_read_a_backup(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    before = os.umask(0o022)
    try:
        (data / "originals/rain").chmod(0o644)
        call_command("backup", folder)
        assert os.umask(0o022) == 0o022  # the umask of this process is unchanged
    finally:
        os.umask(before)
    assert not any(file.stat().st_mode & 0o077 for file in [folder, *folder.rglob("*")])


def test_pictures_are_copied_once_and_never_deleted(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    call_command("backup", folder)
    kept = (folder / "originals/rain").stat().st_mtime_ns
    (data / "media/pictures/rain.webp").unlink()
    (data / "media/pictures/snow.webp").write_bytes(b"another")
    call_command("backup", folder)
    assert {file.name for file in folder.glob("media/pictures/*")} == {"rain.webp", "snow.webp"}
    assert (folder / "originals/rain").stat().st_mtime_ns == kept


def test_old_copies_of_the_database_are_deleted(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    folder.mkdir()
    for days, name in ((15, "old.sqlite3"), (15, "old.dump"), (13, "young.dump")):
        at = (datetime.now(UTC) - timedelta(days=days)).timestamp()
        (folder / name).touch()
        os.utime(folder / name, (at, at))
    call_command("backup", folder)
    assert "young.dump" in {file.name for file in copies(folder)}
    assert len(copies(folder)) == 2


def test_a_failed_backup_is_reported_and_leaves_no_partial_copy(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CommandError, match="There is no complete backup"):
        call_command("backup", "/dev/null/backup")
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict, "NAME", "no-such-database")
        with pytest.raises(CommandError, match="no-such-database"):
            call_command("backup", tmp_path / "backup")
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(CommandError, match="pg_dump"):
            call_command("backup", tmp_path / "backup")
        assert copies(tmp_path / "backup") == []
