"""The W3C's HTML validator, if it is installed."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

VNU = Path(os.environ.get("VNU_JAR", "var/tools/vnu.jar"))

needs_checker = pytest.mark.skipif(
    not (VNU.exists() and shutil.which("java")),
    reason="no W3C checker: it takes Java, and VNU_JAR naming vnu.jar (npm's package vnu-jar)",
)


def complaints(pages: dict[str, str], folder: Path) -> str:
    """Return errors and warnings in the HTML of pages, one per line; `folder` is for files."""
    names, folder = dict(enumerate(pages)), folder / "pages"
    folder.mkdir()
    for number, name in names.items():
        (folder / f"{number}.html").write_text(pages[name])
    asked = ["java", "-Xss4m", "-jar", VNU, "--format", "json", "--stdout", "--exit-zero-always"]
    ran = subprocess.run([*asked, folder], capture_output=True, check=True)  # noqa: S603  (the checker, with our own files)
    faults = {
        f"{names[int(Path(found['url']).stem)]}: {found['message']} {found.get('extract', '')}"
        for found in json.loads(ran.stdout)["messages"]
        if found["type"] == "error" or found.get("subType") == "warning"
    }
    return "\n".join(sorted(faults))
