"""The editor's upload: only for authors, JSON responses, and an explanation for each refusal."""

import errno
import re
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.conf import settings as site
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blog.models import Picture
from blog.rendering import render_body
from tests.support.image_files import (
    REFUSED,
    SECRET,
    UPLOAD_URL,
    animation,
    bomb,
    hostile_images,
    image_upload,
    png_with_chunk,
    send_upload,
    tagged_jpeg,
)

SHARED = Path(site.BASE_DIR).parent / "shared" / "data" / "images"


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    return logged_in(ada)


def refused(answer: Any, status: int, sentence: str) -> None:
    """Assert that the response is JSON with only an explanation, and that nothing was stored."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert list(answer.json()) == ["error"]
    assert re.search(sentence, answer.json()["error"])
    assert not Picture.objects.exists()
    assert stored_files() == []


def stored_files() -> list[str]:
    found = []
    for storage in (default_storage, storages["originals"]):
        folder = Path(storage.path("pictures"))
        found += [path.name for path in folder.glob("*")] if folder.exists() else []
    return found


# --- Accepted uploads --------------------------------------------------------------------------


def test_the_response_contains_markdown_that_shows_the_picture(author: Client) -> None:
    answer = send_upload(author, alt="A street  at\nnight")
    assert answer.status_code == 201
    told, picture = answer.json(), Picture.objects.get()
    assert told == {
        "markdown": f"![A street at night]({picture.file.url})",
        "url": picture.file.url,
        "width": 20,
        "height": 40,
    }
    assert picture.alt == "A street at night"
    assert "no-store" in answer["Cache-Control"]
    rendered = render_body(told["markdown"])
    assert rendered.problems == ()
    assert f'src="{picture.file.url}" alt="A street at night"' in rendered.html
    served = Client().get(told["url"])
    assert served["Content-Type"] == "image/webp"
    assert served.getvalue().startswith(b"RIFF")


def test_the_original_is_stored_where_nothing_serves_it(author: Client, client: Client) -> None:
    data = tagged_jpeg()
    assert send_upload(author, data).status_code == 201
    picture = Picture.objects.get()
    with storages["originals"].open(picture.original.name) as kept:
        assert kept.read() == data
    assert re.fullmatch(r"pictures/[0-9a-f]{24}", picture.original.name)
    lying = Path(picture.original.path)
    assert Path(default_storage.location) not in lying.parents
    assert lying.stat().st_mode & 0o077 == 0
    for path in ("media/", "media/../originals/", "originals/", "media/originals/"):
        assert client.get(f"/{path}{picture.original.name}").status_code == 404


SIGNS = "\\`*_{}[]()<>#+-.!|~^&:;'\"/=?@$%ab 1\u3042"


@given(st.text(SIGNS, min_size=1, max_size=60))
def test_any_alternative_text_is_shown_unchanged(alt: str) -> None:
    import markup

    known = {"/p": markup.Picture("/p", 4, 3)}
    text = markup.picture_markdown(alt, "/p")
    rendered = markup.render_post(text, pictures=known, site_url="https://a.b", language="en")
    shown = html5lib.parseFragment(rendered.html, namespaceHTMLElements=False).find(".//img")
    assert shown.get("alt") == " ".join(alt.split())
    assert rendered.problems == ()
    assert not rendered.has_spoilers


@pytest.mark.parametrize(
    "alt",
    ["a]b[c", "![x](/y)", "||so||", ">!so!<", "a\\", "*a* `b` <i> &amp; [^1]", "::: spoiler"],
)
def test_markdown_in_an_alternative_text_has_no_effect(author: Client, alt: str) -> None:
    rendered = render_body(send_upload(author, alt=alt).json()["markdown"])
    found = html5lib.parseFragment(rendered.html, namespaceHTMLElements=False).find(".//img")
    assert found.get("alt") == alt
    assert not rendered.has_spoilers


# --- Permissions ------------------------------------------------------------------------------


def test_people_without_permission_get_a_json_error(
    client: Client, mo: Any, logged_in: Any
) -> None:
    for asking in (client, logged_in(mo)):
        refused(send_upload(asking), 403, "log in again")


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options", "patch"])
def test_only_post_requests_upload(author: Client, method: str) -> None:
    answer = getattr(author, method)(UPLOAD_URL)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    if method != "head":
        refused(answer, 405, "POST")


def test_an_upload_needs_a_csrf_token(ada: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    refused(send_upload(strict), 403, "Please reload it")
    strict.get("/admin/blog/post/add/")
    token = strict.cookies["csrftoken"].value
    upload = {"image": image_upload(), "alt": "A street"}
    wrong = strict.post(UPLOAD_URL, upload, headers={"X-CSRFToken": "x" * 32})
    refused(wrong, 403, "Please reload it")
    upload["image"] = image_upload()
    assert strict.post(UPLOAD_URL, upload, headers={"X-CSRFToken": token}).status_code == 201


# --- What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_not_a_picture_is_refused_with_an_explanation(
    author: Client, case: str
) -> None:
    make, sentence = REFUSED[case]
    status = 413 if case == "21 MB" else 400
    refused(send_upload(author, make()), status, "20 MB" if status == 413 else sentence)


@pytest.mark.parametrize("alt", ["", "  \n", "a" * 301, "a\0b"])
def test_an_alternative_text_is_required(author: Client, alt: str) -> None:
    sentence = {0: "people who can't see it", 301: "300 characters", 3: "[Nn]ull characters"}
    refused(send_upload(author, alt=alt), 400, sentence[len(alt.strip())])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "multipart/form-data; boundary=b"),
        (b'{"image": 1}', "application/json"),
        (b"image=1&alt=a", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_without_a_picture_is_refused(author: Client, body: bytes, kind: str) -> None:
    refused(author.post(UPLOAD_URL, body, content_type=kind), 400, "Please choose a picture")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"--b\r\nbroken", "multipart/form-data; boundary=b"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=\xc3\xa9"),
        (b"a=1&" * 2_000, "application/x-www-form-urlencoded"),
        (b"a=" + b"1" * 3_000_000, "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(author: Client, body: bytes, kind: str) -> None:
    """Django reads the body before it calls the view, and answers with an error page."""
    assert author.post(UPLOAD_URL, body, content_type=kind).status_code == 400
    assert not Picture.objects.exists()
    assert stored_files() == []


@pytest.mark.parametrize("length", [str(30_000_000), "9" * 10_000, "-1", "many", "²"])
def test_a_body_above_the_limit_is_refused_without_reading_it(author: Client, length: str) -> None:
    answer = author.generic("POST", UPLOAD_URL, b"", "multipart/form-data", CONTENT_LENGTH=length)
    refused(answer, 413, "20 MB")


def test_several_pictures_in_one_request_are_refused(author: Client) -> None:
    many = {"image": [image_upload(), image_upload()], "alt": "A street"}
    refused(author.post(UPLOAD_URL, many), 400, "one picture at a time")
    refused(send_upload(author, other=image_upload()), 400, "one picture at a time")


def test_an_empty_file_and_a_missing_one_get_different_errors(author: Client) -> None:
    refused(send_upload(author, b""), 400, "empty")
    refused(author.post(UPLOAD_URL, {"alt": "A street"}), 400, "Please choose a picture")


@pytest.mark.parametrize("kind", [OSError, ValueError, SyntaxError, IndexError, MemoryError])
def test_every_exception_of_pillow_becomes_an_explanation(
    author: Client, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_arguments: Any) -> None:
        raise kind("deep inside")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", give_up)
    refused(send_upload(author), 400, "can't be read as a picture")


HIDDEN_BOMBS: dict[str, Callable[[], bytes]] = {
    "words that unpack to 64 MB": lambda: png_with_chunk(
        b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 26))
    ),
    "a profile that unpacks to 64 MB": lambda: png_with_chunk(
        b"iCCP", b"a\0\0" + zlib.compress(bytes(1 << 26))
    ),
    "a million frames": lambda: png_with_chunk(b"acTL", b"\0\x0f\xff\xff\0\0\0\0"),
    "a bomb": bomb,
}


@pytest.mark.parametrize("case", HIDDEN_BOMBS)
def test_a_decompression_bomb_does_no_harm(author: Client, case: str) -> None:
    answer = send_upload(author, HIDDEN_BOMBS[case]())
    assert answer.status_code in (201, 400)
    if answer.status_code == 400:
        assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF"])
def test_an_animation_is_stored_whole(author: Client, kind: str) -> None:
    assert send_upload(author, animation(kind, 12)).status_code == 201
    picture = Picture.objects.get()
    assert picture.encoding == "animated"
    with default_storage.open(picture.file.name) as file:
        assert Image.open(BytesIO(file.read())).n_frames == 12


# --- When storing fails ---------------------------------------------------------------------


@pytest.mark.parametrize("failing", [1, 2])
def test_a_full_disk_leaves_neither_a_row_nor_a_partial_file(
    author: Client, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_fills(monkeypatch, failing)
    refused(send_upload(author), 503, "The disk may be full")


@pytest.mark.parametrize("failing", [1, 2])
def test_the_admin_keeps_the_alternative_text_if_the_disk_is_full(
    author: Client, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_fills(monkeypatch, failing)
    form = {"alt": "A street & more", "file": image_upload()}
    page = author.post("/admin/blog/picture/add/", form, follow=True)
    assert "The disk may be full" in page.content.decode()
    assert 'value="A street &amp; more"' in page.content.decode()
    assert (Picture.objects.count(), stored_files()) == (0, [])


def disk_fills(monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """Let the disk become full while the file with this number is written."""
    save, calls = FileSystemStorage._save, []

    def fill_up(self: FileSystemStorage, name: str, content: Any) -> str:
        calls.append(name)
        saved = save(self, name, content)
        if len(calls) == failing:
            raise OSError(errno.ENOSPC, "No space left on device")
        return saved

    monkeypatch.setattr(FileSystemStorage, "_save", fill_up)


def test_a_database_that_fails_leaves_no_file(author: Client) -> None:
    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("INSERT INTO") and "blog_picture" in sql:
            raise DatabaseError("disk I/O error")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        answer = send_upload(author)
    refused(answer, 503, "The disk may be full")


def test_an_upload_takes_few_queries(author: Client) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert send_upload(author).status_code == 201
    assert len(seen) <= 9


# --- Files that were made to break things ---------------------------------------------------


OWN_FILES = hostile_images()
SHARED_FILES = {
    str(path.relative_to(SHARED)): path for path in sorted(SHARED.rglob("*")) if path.is_file()
}
each_file = pytest.mark.parametrize("name", [*OWN_FILES, *SHARED_FILES])


def read_file(name: str) -> bytes:
    return OWN_FILES[name] if name in OWN_FILES else SHARED_FILES[name].read_bytes()


@pytest.mark.filterwarnings("ignore")  # broken files make Pillow warn
@each_file
def test_a_hostile_file_is_stored_clean_or_refused(name: str, author: Client) -> None:
    form = {"image": image_upload(read_file(name), Path(name).name), "alt": "It"}
    answer = author.post(UPLOAD_URL, form)
    if answer.status_code == 400:
        return refused(answer, 400, r"\.$")
    assert answer.status_code == 201
    data = Client().get(answer.json()["url"]).getvalue()
    stored = Image.open(BytesIO(data))
    stored.load()
    assert stored.format == "WEBP"
    assert stored.width <= 2400
    assert not stored.getexif()
    for word in (b"<script", b"EXIF", b"XMP ", b"ICCP", b"GPS", b"<?php", b"alert(1)", SECRET):
        assert word not in data
    return None


@pytest.mark.filterwarnings("ignore")
@each_file
def test_the_admin_form_stores_a_hostile_file_clean_or_explains_why_not(
    name: str, author: Client
) -> None:
    form = {"alt": "It", "file": image_upload(read_file(name), Path(name).name)}
    answer = author.post("/admin/blog/picture/add/", form)
    if answer.status_code == 302:
        with Picture.objects.get().file.open() as stored:
            assert Image.open(stored).format == "WEBP"
        return
    assert answer.status_code == 200
    [sentence] = answer.context["adminform"].form.errors["file"]
    assert sentence.endswith(".")
    assert not Picture.objects.exists()
