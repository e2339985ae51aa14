"""Measure pages of a running site with the demo, using Lighthouse's mobile preset:

    npm install lighthouse@12 --prefix /tmp/lighthouse --ignore-scripts
    LIGHTHOUSE=/tmp/lighthouse/node_modules/.bin/lighthouse \\
        python -m bench.lighthouse http://127.0.0.1:8000

It prints the four scores of each page and every audit that lowers one; the exit status is 1 if a
score is below 100.
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
    """Return Lighthouse's report on one page."""
    command = [
        os.environ.get("LIGHTHOUSE", "lighthouse"),
        address,
        "--output=json",
        "--quiet",
        "--chrome-flags=--headless --no-sandbox --disable-background-networking",
    ]
    chrome = os.environ.get("CHROME_PATH") or shutil.which("chromium") or ""
    result = subprocess.run(  # noqa: S603  (a tool, with our own addresses)
        command, capture_output=True, check=True, env={**os.environ, "CHROME_PATH": chrome}
    )
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def failed_audits(page: dict[str, Any]) -> list[str]:
    """Return the audits that lower a score."""
    names = {
        entry["id"]
        for category in CATEGORIES
        for entry in page["categories"][category]["auditRefs"]
        if entry["weight"]
    }
    audits = (audit for name, audit in page["audits"].items() if name in names)
    return [
        f"{audit['id']}: {audit.get('displayValue') or audit['title']}"
        for audit in audits
        if audit["score"] is not None and audit["score"] < 1
    ]


def main(site_url: str) -> int:
    """Print the scores of four pages; return an exit status."""
    low = 0
    for path in PAGES:
        page = report(site_url.rstrip("/") + path)
        scores = [round(100 * page["categories"][name]["score"]) for name in CATEGORIES]
        low += min(scores) < 100
        print(f"{path:32}", *(f"{name} {n}" for name, n in zip(CATEGORIES, scores, strict=True)))
        for line in failed_audits(page):
            print("    ", line)
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"))
