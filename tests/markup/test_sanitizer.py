"""The sanitizer, tested without the renderer in front of it."""

import pytest

from markup.sanitizer import sanitize, sanitize_masked


@pytest.mark.parametrize(
    "html",
    [
        "<script>bad()</script>",
        '<p onclick="bad()" style="bad">',
        '<img src="javascript:bad()">',
        '<a href="javascript:bad()">',
        '<a href="//bad.example">',
        '<span class="bad">',
        "<svg><style>bad",
        '<iframe src="/bad">',
    ],
)
def test_html_that_the_renderer_never_writes_is_removed(html: str) -> None:
    assert "bad" not in sanitize(html)
    assert "bad" not in sanitize_masked(html)


def test_masked_html_has_no_controls() -> None:
    html = '<details class="spoiler"><summary>a</summary><input type="checkbox"><p id="b">c</p>'
    assert sanitize_masked(html) == "a<p>c</p>"
