"""What Lighthouse (its mobile preset) says of a running site with the demo on it:

    npm install lighthouse@12 --prefix /tmp/lighthouse --ignore-scripts
    LIGHTHOUSE=/tmp/lighthouse/node_modules/.bin/lighthouse \\
        python -m bench.lighthouse http://127.0.0.1:8000

Prints the four scores of each page and every check that is not met; ends with 1 if a score is
below 100.
"""

import json
import os
import shutil
import subprocess
import sys
from typing import Any

PAGES = ["/", "/reviews/glass-semaphore/", "/tags/anime/", "/search/?q=lamp"]
CATEGORIES = ["performance", "accessibility", "best-practices", "seo"]


def report(address: str) -> dict[str, Any]:
    """Lighthouse's own report on one page."""
    command = [
        os.environ.get("LIGHTHOUSE", "lighthouse"),
        address,
        "--output=json",
        "--quiet",
        "--chrome-flags=--headless --no-sandbox --disable-background-networking",
    ]
    chrome = os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""
    ran = subprocess.run(  # noqa: S603  (a tool, with our own addresses)
        command, capture_output=True, check=True, env={**os.environ, "CHROME_PATH": chrome}
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def unmet(found: dict[str, Any]) -> list[str]:
    """The checks that lower a score."""
    names = {
        entry["id"]
        for category in CATEGORIES
        for entry in found["categories"][category]["auditRefs"]
        if entry["weight"]
    }
    audits = (audit for name, audit in found["audits"].items() if name in names)
    return [
        f"{audit['id']}: {audit.get('displayValue') or audit['title']}"
        for audit in audits
        if audit["score"] is not None and audit["score"] < 1
    ]


def main(site: str) -> int:
    low = 0
    for path in PAGES:
        found = report(site.rstrip("/") + path)
        scores = [round(100 * found["categories"][name]["score"]) for name in CATEGORIES]
        low += min(scores) < 100
        print(f"{path:32}", *(f"{name} {n}" for name, n in zip(CATEGORIES, scores, strict=True)))
        for line in unmet(found):
            print("    ", line)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
