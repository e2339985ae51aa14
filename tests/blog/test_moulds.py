"""Moulds: filled, they are what their template would be."""

from typing import Any

import pytest
from django.utils import translation
from django.utils.safestring import mark_safe

from blog import moulds
from comments.drawing import gone_mould


def test_what_is_filled_in_is_escaped_unless_it_is_html() -> None:
    mould = moulds.draw("blog/_card_tag.html", "address", "name")
    drawn = moulds.fill(mould, {"address": "/a/?b=1&c", "name": "<b>100%</b> %(name)s"})
    assert 'href="/a/?b=1&amp;c"' in drawn
    assert "&lt;b&gt;100%&lt;/b&gt; %(name)s" in drawn
    assert "<b>x</b>" in moulds.fill(mould, {"address": "", "name": mark_safe("<b>x</b>")})


def test_a_percent_sign_of_the_template_stays() -> None:
    mould = moulds.draw("blog/_card_tag.html", "name", address="/100%/%s/")
    assert 'href="/100%/%s/"' in moulds.fill(mould, {"name": "Rain"})


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
