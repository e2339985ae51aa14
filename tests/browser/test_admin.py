"""The admin in a browser: accessibility, layout, and its scripts."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from blog.models import Picture, Post, Work
from operations.models import ErrorRecord
from tests.support.html_validator import complaints, needs_checker
from tests.support.sample_site import Stage
from tests.support.visitor import Visitor

ADD = "/admin/blog/post/add/"


@pytest.fixture
def author(visit: Callable[..., Visitor], ada: Any) -> Visitor:
    return visit(ada)


@pytest.fixture
def places(ada: Any, mo: Any) -> list[str]:
    """Return the address of every kind of page of the admin, on a site with one of everything."""
    stage = Stage(ada, mo)
    post, picture = f"post/{stage.post.pk}", f"picture/{Picture.objects.get().pk}"
    blog = ["post/", "post/add/", f"{post}/change/", f"{post}/delete/", f"{picture}/change/"]
    blog += ["picture/", "picture/add/", "page/", "page/add/", "work/", "work/add/", "tag/add/"]
    blog += ["sitesettings/1/change/"]
    people = ["user/", "user/add/", f"user/{ada.pk}/change/", "group/add/"]
    people += [f"group/{mo.groups.get().pk}/change/"]
    inner = [*(f"blog/{place}" for place in blog), *(f"auth/{place}" for place in people)]
    ErrorRecord.objects.create(
        kind="ValueError", location="blog/search.py:50 find", traceback="a\n" * 9
    )
    return ["/admin/", "/admin/status/", *(f"/admin/{place}" for place in inner)]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_every_page_is_accessible_in_every_colour_scheme_and_size(
    scheme, width, visit, places, olive
):
    owner = visit(olive, color_scheme=scheme, viewport={"width": width, "height": 900})
    found = {}
    for place in places:
        owner.go(place)
        assert owner.document.status == 200, place
        found[place] = (owner.violations(), owner.overflow())
    assert {place: said for place, said in found.items() if said != ([], 0)} == {}


@needs_checker
def test_the_html_of_the_admin_is_valid(places, logged_in, olive, tmp_path):
    owner = logged_in(olive)
    html = {place: owner.get(place).content.decode() for place in places}
    html["refused"] = owner.post(ADD, {"_publish": "", "title": ""}).content.decode()
    assert complaints(html, tmp_path) == ""


def test_a_refused_form_is_accessible_too(author):
    page = author.go(ADD)
    page.get_by_label("Title").fill("Hail")
    page.locator("textarea[name=body]").fill("Ice falls.")
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.locator("#content-main")).to_contain_text("3 things are missing")
    expect(page.locator("textarea[name=body]")).to_have_value("Ice falls.")
    assert author.violations() == []


def test_a_refused_form_links_to_each_error(author):
    page = author.go(ADD)
    page.get_by_label("Title").fill("Hail")
    page.get_by_label("Date:").fill("soon")
    page.get_by_role("button", name="Save", exact=True).click()
    gaps = page.get_by_role("navigation", name="Form errors")
    expect(gaps).to_be_focused()
    expect(gaps).to_be_in_viewport()
    for name, field in (("Text", "body"), ("Published", "published_at")):
        gaps.get_by_role("link", name=name).click()
        expect(page.locator(f".field-{field} :focus")).to_be_visible()
    for part in ("Date:", "Time:"):
        box = page.get_by_label(part)
        expect(box).to_have_accessible_description(re.compile("Empty = draft.*Enter a valid date"))
    page.get_by_label("Date:").fill("")
    page.locator("textarea[name=body]").fill("Ice falls.")
    page.get_by_role("button", name="Publish now").click()
    gaps.get_by_role("link", name="Thumbnail").click()
    expect(page.locator(".field-thumbnail .select2-container :focus")).to_be_visible()


def test_the_slug_follows_the_title_in_any_script(author):
    page = author.go(ADD)
    page.get_by_label("Title").press_sequentially("鋼の雨: Review")
    expect(page.get_by_label("URL slug")).to_have_value("鋼の雨-review")


def test_a_preview_of_unsaved_changes_opens_in_another_tab(author):
    page = author.go(ADD)
    page.get_by_label("Title").fill("Hail")
    page.locator("textarea[name=body]").fill("Ice *falls*.")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Preview in a new tab").click()
    expect(opened.value.locator(".post-body em")).to_have_text("falls")
    expect(opened.value.locator(".notice").first).to_contain_text("only you can see it")
    expect(page.get_by_label("Title")).to_have_value("Hail")
    assert not Post.objects.exists()


def test_a_work_can_be_added_from_the_form(author):
    page = author.go(ADD)
    page.locator("textarea[name=body]").fill("Ice falls.")
    with page.expect_popup() as opened:
        page.locator("#add_id_work").click()
    popup = opened.value
    popup.get_by_label("Title").fill("Hail")
    popup.get_by_label("Kind").select_option("film")
    popup.get_by_label("Year").fill("2024")
    popup.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".field-work .select2-selection")).to_contain_text("Hail")
    assert Work.objects.get().year == 2024
    expect(page.locator("textarea[name=body]")).to_have_value("Ice falls.")


def test_without_javascript_a_draft_can_be_written_with_plain_lists(visit, ada):
    work = Work.objects.create(title="Hail", slug="hail", kind="film")
    page = visit(ada, java_script_enabled=False).go(ADD)
    expect(page.locator("#add_id_work")).to_be_hidden()
    page.get_by_role("link", name="Open the form with plain lists").click()
    page.get_by_label("Title").fill("Hail")
    page.locator("textarea[name=body]").fill("Ice falls.")
    page.get_by_label("Work").select_option("Hail")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    post = Post.objects.get()
    assert (post.slug, post.work, post.published_at) == ("hail", work, None)
