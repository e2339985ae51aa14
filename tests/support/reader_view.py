"""Mozilla's Readability, which Firefox's reader view and many other readers use."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

READABILITY = Path(os.environ.get("READABILITY_JS", "var/tools/Readability.js"))

needs_readability = pytest.mark.skipif(
    not READABILITY.exists(),
    reason="no Readability: READABILITY_JS names it (npm's package @mozilla/readability)",
)


def article(page: Page) -> dict[str, str]:
    """Return what a reader view makes of a page: `title`, `content` (HTML), `textContent` ..."""
    return page.evaluate(
        f"() => {{ {READABILITY.read_text()}; "
        "return new Readability(document.cloneNode(true)).parse(); }"
    )
