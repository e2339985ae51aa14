"""Writing in the admin: the editor, its preview, pictures, and refused texts."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from blog.models import Picture, Post
from tests.support.people import PASSWORD
from tests.support.sample_site import BODY, picture
from tests.support.visitor import Visitor

EDITOR, PREVIEW = "textarea[name=body]", ".markdownx-preview"


@pytest.fixture
def author(visit: Callable[..., Visitor], ada: Any) -> Visitor:
    return visit(ada)


def press(page: Page, button: str) -> None:
    """Press a button that submits the form, and wait for the response."""
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()


def spaceless(html: str) -> str:
    return re.sub(r"\s+", " ", html).strip()


def test_an_author_can_log_in_write_with_a_preview_and_publish(visit, site, ada):
    body = BODY.replace("PICTURE", f"![Rain]({picture().file.url})")
    page = visit().go("/admin/blog/post/add/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_label("Title").press_sequentially("Metallic Rain")
    expect(page.get_by_label("URL slug")).to_have_value("metallic-rain")
    page.locator(EDITOR).fill(body)
    expect(page.locator(PREVIEW)).to_contain_text("A block secret")
    previewed = page.locator(PREVIEW).inner_html()
    page.get_by_role("textbox", name="Summary").fill("Rain, and two people in it.")
    page.locator("[name=spoiler_level]").select_option("minor")
    page.locator(".field-thumbnail .select2-selection").click()
    page.keyboard.type("Rain")
    page.get_by_role("option", name="Rain").click()
    press(page, "Publish now")
    expect(page.locator(".messagelist .success")).to_contain_text("Metallic Rain")
    page.goto("/")
    page.get_by_role("link", name="Metallic Rain").click()
    assert spaceless(page.locator(".post-body").inner_html()) == spaceless(previewed)


def test_an_unpaired_spoiler_is_refused_with_an_explanation_and_the_text_is_kept(author):
    page = author.go("/admin/blog/post/add/")
    page.get_by_label("Title").fill("Metallic Rain")
    page.locator(EDITOR).fill("A ||broken spoiler")
    expect(page.locator(".preview-problem")).to_be_visible()
    problem = page.locator(".preview-problem").inner_text()
    press(page, "Save")
    expect(page.locator(".field-body .errorlist")).to_contain_text(problem)
    expect(page.locator(EDITOR)).to_have_value("A ||broken spoiler")
    assert not Post.objects.exists()


def test_after_an_upload_an_author_sees_the_markdown_of_the_picture(author):
    drawn = BytesIO()
    Image.new("RGB", (30, 20), "teal").save(drawn, "PNG")
    page = author.go("/admin/blog/picture/add/")
    upload = {"name": "rain.png", "mimeType": "image/png", "buffer": drawn.getvalue()}
    page.get_by_label("File").set_input_files(upload)
    page.get_by_label("Alt text").fill("Rain")
    press(page, "Save")
    expect(page.locator("#result_list")).to_contain_text(Picture.objects.get().markdown())


def test_no_page_of_the_admin_violates_the_policy_or_has_script_errors(author, post):
    """The errors are asserted when the browser closes."""
    models = ("post", "work", "tag", "band", "picture")
    for path in ("", *(f"blog/{model}/{page}" for model in models for page in ("", "add/"))):
        author.go(f"/admin/{path}")
        assert author.document.status == 200, path
    page = author.go(f"/admin/blog/post/{post.pk}/change/")
    page.get_by_role("combobox").first.click()  # an autocomplete field
    expect(page.locator(".select2-results")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preview_is_accessible(visit, site, ada, write, scheme):
    post = write(body=BODY.replace("PICTURE", ""))
    author = visit(ada, color_scheme=scheme)
    page = author.go(f"/admin/blog/post/{post.pk}/change/")
    expect(page.locator(PREVIEW)).to_contain_text("A block secret")
    assert author.violations(within=".markdownx") == []
