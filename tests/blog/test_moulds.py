"""Moulds: filled, they are what their template would be."""

from typing import Any

import pytest
from django.utils import translation
from django.utils.safestring import mark_safe

from blog import moulds
from comments.drawing import gone_mould


def test_what_is_filled_in_is_escaped_unless_it_is_html() -> None:
    values = {"address": "/a/?b=1&c", "title": "<b>100%</b> %(title)s"}
    drawn = moulds.filled("blog/_related.html", values)
    assert 'href="/a/?b=1&amp;c"' in drawn
    assert "&lt;b&gt;100%&lt;/b&gt; %(title)s" in drawn
    html = moulds.filled("blog/_related.html", {**values, "title": mark_safe("<b>x</b>")})
    assert "<b>x</b>" in html


def test_another_shape_has_another_mould() -> None:
    values = {"address": "/", "title": "Rain", "score": 70, "kind": "", "work": ""}
    plain = moulds.filled("blog/_related.html", values, has_score=False)
    scored = moulds.filled("blog/_related.html", values, has_score=True)
    assert "70" in scored
    assert "70" not in plain


def test_a_percent_sign_of_the_template_stays() -> None:
    drawn = moulds.filled("blog/_related.html", {"title": "Rain"}, address="/100%/%s/")
    assert 'href="/100%/%s/"' in drawn


def test_each_language_has_moulds_of_its_own(settings: Any) -> None:
    drawn = set()
    for language in ("en", "de"):
        with translation.override(language):
            drawn.add(gone_mould())
    assert len(drawn) == 2


def test_in_development_a_mould_is_made_each_time(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEBUG = True
    monkeypatch.setattr(moulds, "draw", lambda *_args, **_context: "changed")
    assert gone_mould() == "changed"
