"""The editor's HTML, and the length of the text in the preview."""

from typing import Any
from urllib.parse import quote_from_bytes

import html5lib
import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from blog.widgets import EditorWidget
from tests.support.people import person

PREVIEW = "/admin/preview/"


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    return logged_in(ada)


def length(client: Client, content: str) -> str:
    """Return the last paragraph of a preview, without its line breaks."""
    page = html5lib.parseFragment(
        client.post(PREVIEW, {"content": content}).content.decode(), namespaceHTMLElements=False
    )
    assert page[-1].get("class") == "preview-length"
    return " ".join("".join(page[-1].itertext()).split())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "0 words"),
        ("Rain.", "1 word about 1 min read"),
        ("It *rains*. " * 115, "230 words about 1 min read"),
        ("rain " * 1234, "1,234 words about 6 min read"),
        ("雨が降る" * 100, "200 words about 1 min read"),
    ],
)
def test_the_preview_ends_with_the_length_of_the_text(
    content: str, words: str, author: Client
) -> None:
    assert length(author, content) == words


def test_spoilers_count_as_the_one_word_that_readers_see(author: Client) -> None:
    assert length(author, "He ||dies in the very end||.").startswith("2 words")


@pytest.mark.parametrize("content", ["\0", "A\0B", "\ud800", "x" * 70_000, "9" * 10_000, "||" * 99])
def test_the_preview_shows_the_length_of_any_text(content: str, author: Client) -> None:
    sent = b"content=" + quote_from_bytes(content.encode("utf-8", "surrogatepass")).encode()
    answer = author.post(PREVIEW, sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert "preview-length" in answer.content.decode()


def test_a_person_who_may_only_edit_pages_has_a_preview_too(logged_in: Any, db: None) -> None:
    page_writer = person("Pia", is_staff=True)
    page_writer.user_permissions.add(Permission.objects.get(codename="change_page"))
    assert logged_in(page_writer).post(PREVIEW, {"content": "Rain."}).status_code == 200


def test_two_editors_on_a_page_have_different_ids() -> None:
    html = "".join(EditorWidget().render(name, "", {"id": f"id_{name}"}) for name in ("a", "b"))
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert len(ids) > 2
    assert len(ids) == len(set(ids))


def test_the_editor_escapes_the_text_in_its_text_area(db: None) -> None:
    html = EditorWidget().render("body", "</textarea><script>", {"id": "id_body"})
    assert "&lt;/textarea&gt;&lt;script&gt;" in html


def test_the_scripts_and_styles_of_the_editor_package_are_not_loaded() -> None:
    media = str(EditorWidget().media)
    assert 'type="module"' in media
    assert "js/editor.js" in media
    assert "markdownx/" not in media
