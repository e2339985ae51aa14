"""The editor: keys and buttons, pictures, and that no text is ever lost."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from blog.models import Picture, Post
from tests.support.people import PASSWORD
from tests.support.visitor import NOT_FOUND, Visitor

ADD = "/admin/blog/post/add/"
UPLOAD, PREVIEWS = "**/admin/upload/", "**/admin/preview/"
TEXT, PREVIEW, STATUS = "textarea[name=body]", ".markdownx-preview", ".markdownx-status"
PANEL = ".markdownx-picture"

# The selection is in « », before and after the command.
ACTS = {
    "bold": ("Control+b", "It «rains».", "It **«rains»**."),
    "italic": ("Control+i", "It «rains »again.", "It *«rains»* again."),
    "italic in bold": ("Control+i", "**«rain»**", "***«rain»***"),
    "bold, nothing selected": ("Control+b", "It «»", "It **«»**"),
    "link": ("Control+k", "See «here».", "See [here](«https://»)."),
    "link to an address": ("Control+k", "«https://example.org/»", "[«»](https://example.org/)"),
    "quote": ("Control+Shift+Period", "One\ntw«o\n\nthr»ee", "One\n«> two\n> \n> three»"),
    "spoiler": ("Control+Shift+Comma", "He «dies».", "He ||«dies»||."),
    "spoiler in a table": ("Control+Shift+Comma", "| a | «b» |", "| a | >!«b»!< |"),
    "spoiler of a paragraph": (
        "Control+Shift+Comma",
        "One.\n\n«Two.»\n\nThree.",
        "One.\n\n::: spoiler\n«Two.»\n:::\n\nThree.",
    ),
    "spoiler of paragraphs": (
        "Control+Shift+Comma",
        "On«e.\n\nTw»o.",
        "::: spoiler\n«One.\n\nTwo.»\n:::\n\n",
    ),
}
ONE_WAY = {"link", "link to an address", "quote", "spoiler of paragraphs", "italic"}


@pytest.fixture
def author(visit: Callable[..., Visitor], ada: Any) -> Visitor:
    return visit(ada)


@pytest.fixture
def page(author: Visitor) -> Page:
    """Open the form of an empty post and wait for its preview."""
    page = author.go(ADD)
    expect(page.locator(".markdownx-length")).to_contain_text("0 words")
    return page


def unmarked(text: str) -> str:
    return text.replace("«", "").replace("»", "")


def select(page: Page, text: str) -> None:
    """Enter a text and select what is in « »."""
    page.locator(TEXT).fill(unmarked(text))
    place = [text.index("«"), text.index("»") - 1]
    page.locator(TEXT).evaluate("(text, place) => text.setSelectionRange(...place)", place)


def marked(page: Page) -> str:
    """Return the text with « » around the selection."""
    return page.locator(TEXT).evaluate(
        "({value, selectionStart: a, selectionEnd: b}) =>"
        " `${value.slice(0, a)}«${value.slice(a, b)}»${value.slice(b)}`"
    )


def drawn(name: str = "rain.png") -> dict[str, Any]:
    file = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": file.getvalue()}


def choose(page: Page, *files: dict[str, Any]) -> None:
    """Choose files in the file dialog of the button."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Picture…").click()
    chooser.value.set_files(list(files) or [drawn()])


def describe(page: Page, alt: str) -> None:
    page.get_by_label("Alt text").fill(alt)
    page.keyboard.press("Enter")


def bring(page: Page, event: str, *names: str) -> None:
    """Paste or drop pictures with these names by sending the event of the browser."""
    page.locator(TEXT).evaluate(
        """async (text, [event, names]) => {
            const canvas = new OffscreenCanvas(8, 8);
            canvas.getContext("2d");
            const blob = await canvas.convertToBlob();
            const brought = new DataTransfer();
            for (const name of names) {
              const type = name.endsWith(".png") ? "image/png" : "application/pdf";
              brought.items.add(new File([blob], name, { type }));
            }
            const how = { bubbles: true, cancelable: true };
            text.dispatchEvent(
              event === "paste"
                ? new ClipboardEvent("paste", { ...how, clipboardData: brought })
                : new DragEvent("drop", { ...how, dataTransfer: brought }),
            );
        }""",
        [event, names],
    )


def uploaded(page: Page) -> Picture:
    """Wait until the only picture is in the text; return it."""
    expect(page.locator(STATUS)).to_contain_text("Picture inserted.")
    return Picture.objects.get()


def forgive(author: Visitor) -> None:
    """Discard messages of the console about responses that a test made fail."""
    author.troubles[:] = [trouble for trouble in author.troubles if NOT_FOUND not in trouble]


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


# --- Keys and buttons -----------------------------------------------------------------------


def test_each_command_has_a_key_and_a_button_and_can_be_toggled_and_undone(page):
    for name, (key, before, after) in ACTS.items():
        select(page, before)
        page.keyboard.press(key)
        assert marked(page) == after, name
        if name not in ONE_WAY:
            page.keyboard.press(key)
            assert marked(page) == before, f"{name}, again"
            page.keyboard.press("Control+z")
            assert page.locator(TEXT).input_value() == unmarked(after), f"{name}, undone once"
        select(page, before)
        page.locator(f".markdownx-toolbar [data-do={name.split()[0].strip(',')}]").click()
        assert marked(page) == after, f"{name}, by its button"
        page.keyboard.press("Control+z")
        assert page.locator(TEXT).input_value() == unmarked(before), f"{name}, undone"


def test_quotes_can_be_removed(page):
    select(page, "«> One\n> two»")
    page.get_by_role("button", name="Quote").click()
    assert marked(page) == "«One\ntwo»"


def test_tab_leaves_the_text_and_arrow_keys_move_in_the_toolbar(author, page):
    page.locator(TEXT).focus()
    page.keyboard.type("Rain")
    page.keyboard.press("Shift+Tab")
    assert author.focused() == "Bold"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert author.focused() == "Link"
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert author.focused() == "Picture…"
    page.keyboard.press("Home")
    page.evaluate("document.dir = 'rtl'")
    page.keyboard.press("ArrowLeft")
    assert author.focused() == "Italic"
    page.keyboard.press("Tab")
    assert author.focused() == "id_body"
    page.keyboard.press("Tab")
    assert author.focused() != "id_body"
    expect(page.locator(TEXT)).to_have_value("Rain")


def test_a_command_that_does_not_fit_does_nothing(page):
    page.locator(TEXT).evaluate("(text) => (text.maxLength = 6)")
    select(page, "«Rain»")
    page.keyboard.press("Control+b")
    expect(page.locator(STATUS)).to_contain_text("too long")
    assert marked(page) == "«Rain»"


# --- Pictures -------------------------------------------------------------------------------


def test_a_picture_is_described_uploaded_and_inserted_at_the_caret(author, page):
    select(page, "Before.«»After.")
    choose(page)
    expect(page.get_by_label("Alt text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(PANEL).get_by_role("alert")).to_contain_text("describe the picture")
    assert not Picture.objects.exists()
    describe(page, "Rain over a harbour")
    picture = uploaded(page)
    assert picture.alt == "Rain over a harbour"
    assert marked(page) == f"Before.\n\n{picture.markdown()}\n\n«»After."
    assert author.focused() == "id_body"
    expect(page.locator(PANEL)).to_be_hidden()
    expect(page.locator(PREVIEW).get_by_alt_text("Rain over a harbour")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(page.locator(TEXT)).to_have_value("Before.After.")
    assert all(request.url.startswith(page.url.removesuffix(ADD)) for request in author.requests)


def test_undo_does_not_affect_a_pictures_description(page):
    page.locator(TEXT).press_sequentially("Rain.")
    choose(page)
    page.get_by_label("Alt text").press_sequentially("Rain over a harbour")
    page.keyboard.press("Enter")
    uploaded(page)
    for left in ("Rain.", ""):
        page.keyboard.press("Control+z")
        expect(page.locator(TEXT)).to_have_value(left)


@pytest.mark.parametrize("event", ["paste", "drop"])
def test_pictures_are_pasted_and_dropped_one_after_another(event, author, page):
    bring(page, event, "one.png", "notes.pdf", "two.png", "three.png")
    expect(page.locator(STATUS)).to_contain_text("Only pictures")
    expect(page.locator(".picture-name")).to_have_text("one.png")
    describe(page, "One")
    expect(page.locator(".picture-name")).to_have_text("two.png")
    expect(page.get_by_label("Alt text")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".picture-name")).to_have_text("three.png")
    save(page)
    expect(page.locator(STATUS)).to_contain_text("been inserted yet")
    describe(page, "Three")
    expect(page.locator(PANEL)).to_be_hidden()
    one, three = Picture.objects.order_by("pk")
    expect(page.locator(TEXT)).to_have_value(f"{one.markdown()}\n\n{three.markdown()}\n\n")
    assert author.focused() == "id_body"


def test_pasted_text_stays_text_and_an_empty_paste_does_nothing(page):
    bring(page, "paste")
    page.locator(TEXT).evaluate(
        """(text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData("text/plain", "words");
            clipboardData.items.add(new File(["x"], "words.png", { type: "image/png" }));
            text.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }"""
    )
    expect(page.locator(PANEL)).to_have_count(1)
    expect(page.locator(PANEL)).to_be_hidden()


def test_writing_can_continue_during_an_upload(author, page):
    held: list[Route] = []
    page.route(UPLOAD, lambda route: held.append(route))
    select(page, "One.\n\n«»Two.")
    choose(page)
    describe(page, "Rain")
    expect(page.locator(STATUS)).to_contain_text("Uploading the picture")
    page.locator(TEXT).press("Control+Home")
    page.keyboard.type("Zero. ")
    page.get_by_label("Title").fill("Metallic Rain")
    held[0].continue_()
    expected = f"Zero. One.\n\n{uploaded(page).markdown()}\n\nTwo."
    expect(page.locator(TEXT)).to_have_value(expected)
    assert author.focused() == "id_title"
    page.locator(TEXT).focus()
    page.keyboard.press("Control+z")
    expect(page.locator(TEXT)).to_have_value("Zero. One.\n\nTwo.")


def test_a_failed_upload_can_be_retried_and_a_slow_one_cancelled(author, page):
    page.locator(TEXT).fill("Rain.")
    choose(page)
    sentence = '{"error": "The disk is full."}'
    answers = {
        "The picture couldn’t be uploaded": lambda route: route.fulfill(
            status=500, body="<h1>No</h1>"
        ),
        "couldn’t be uploaded": lambda route: route.fulfill(status=201, body="<h1>Hello</h1>"),
        "The disk is full.": lambda route: route.fulfill(status=503, body=sentence),
        "can’t be reached": lambda route: route.abort(),
    }
    for words, answer in answers.items():
        page.route(UPLOAD, answer, times=1)
        describe(page, "Rain over a harbour")
        expect(page.locator(PANEL).get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_label("Alt text")).to_have_value("Rain over a harbour")
        expect(page.locator(TEXT)).to_have_value("Rain.")
    forgive(author)
    page.get_by_role("button", name="Insert").click()
    expect(page.locator(TEXT)).to_have_value(f"Rain.\n\n{uploaded(page).markdown()}\n\n")
    page.route(UPLOAD, lambda route: None, times=1)
    choose(page)
    describe(page, "Never")
    expect(page.locator(STATUS)).to_contain_text("Uploading the picture")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(PANEL)).to_be_hidden()


# --- Nothing is lost ------------------------------------------------------------------------


def test_text_and_last_preview_stay_if_the_preview_fails(author, page):
    page.locator(TEXT).fill("Rain.")
    expect(page.locator(PREVIEW)).to_have_text("Rain.")
    answers = [  # each has another message than the one before
        ("been logged out", lambda route: route.fulfill(status=403, body="<h1>Forbidden</h1>")),
        ("couldn’t be updated", lambda route: route.fulfill(status=500, body="Oops")),
        ("can’t be reached", lambda route: route.abort()),
        (
            "couldn’t be updated",
            lambda route: route.fulfill(status=200, body="<h1>Free Wi-Fi</h1>"),
        ),
        ("been logged out", lambda route: route.fulfill(status=403)),
        ("couldn’t be updated", lambda route: route.fulfill(status=302, headers={"location": "/"})),
    ]
    for words, answer in answers:
        page.route(PREVIEWS, answer, times=1)
        page.locator(TEXT).press("End")
        page.keyboard.type("!")
        expect(page.locator(STATUS)).to_contain_text(words)
        expect(page.locator(PREVIEW)).to_have_text("Rain.")
    page.keyboard.type("?")
    expect(page.locator(PREVIEW)).to_have_text("Rain.!!!!!!?")
    expect(page.locator(STATUS)).to_be_empty()
    forgive(author)


def test_after_a_logout_the_author_can_log_in_in_another_tab_and_save(author, page):
    page.get_by_label("Title").press_sequentially("Metallic Rain")
    page.locator(TEXT).fill("Rain.")
    page.context.clear_cookies()
    save(page)
    expect(page.locator(STATUS)).to_contain_text("Nothing was sent")
    expect(page.locator(STATUS)).to_be_in_viewport()
    expect(page.locator(STATUS)).to_be_focused()
    expect(page.locator(TEXT)).to_have_value("Rain.")
    with page.context.expect_page() as opened:
        page.locator(STATUS).get_by_role("link").click()
    opened.value.get_by_label("Username").fill("ada")
    opened.value.get_by_label("Password").fill(PASSWORD)
    opened.value.get_by_role("button", name="Log in").click()
    opened.value.wait_for_url("**/admin/")
    opened.value.close()
    save(page)
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert Post.objects.get().body == "Rain."
    forgive(author)


def test_an_unavailable_site_is_reported_and_tried_again(author, page):
    page.get_by_label("Title").press_sequentially("Metallic Rain")
    page.locator(TEXT).fill("Rain.")
    expect(page.locator(PREVIEW)).to_have_text("Rain.")
    page.route(PREVIEWS, lambda route: route.abort())
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(STATUS)).to_contain_text("didn’t respond")
    assert not Post.objects.exists()
    page.get_by_role("button", name="Save and continue editing").click()
    page.wait_for_url("**/change/")
    expect(page.locator(STATUS)).to_contain_text("can’t be reached")
    assert Post.objects.get().body == "Rain."
    forgive(author)


def test_leaving_a_changed_text_asks_for_confirmation(page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator(TEXT).click()
    page.keyboard.type("R")
    page.keyboard.press("Backspace")
    page.reload()
    assert asked == []
    page.locator(TEXT).click()
    page.keyboard.type("R")
    page.reload()
    assert asked == ["beforeunload"]
    page.locator(TEXT).fill("||broken")
    save(page)
    expect(page.locator(".field-body .errorlist")).to_be_visible()
    assert asked == ["beforeunload"]
    page.locator(TEXT).click()  # an unchanged page can be left without confirmation
    page.reload()
    assert asked == ["beforeunload"] * 2


# --- For everyone ---------------------------------------------------------------------------


def test_without_javascript_it_is_a_plain_text_area_with_a_hint(visit, ada):
    page = visit(ada, java_script_enabled=False).go(ADD)
    page.get_by_label("Title").fill("Metallic Rain")
    page.locator("[name=slug]").fill("metallic-rain")
    page.locator(TEXT).fill("||Rain||.")
    assert page.get_by_role("toolbar").count() == 0
    expect(page.locator(".markdownx-hint")).to_contain_text("||spoiler||")
    expect(page.get_by_role("link", name="Pictures (in a new tab)")).to_be_visible()
    save(page)
    assert Post.objects.get().body == "||Rain||."


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editor_is_accessible_and_fits_a_phone(visit, ada, scheme):
    author = visit(ada, color_scheme=scheme, viewport={"width": 320, "height": 640})
    page = author.go(ADD)
    choose(page)
    page.keyboard.press("Enter")
    page.route(PREVIEWS, lambda route: route.fulfill(status=403))
    page.locator(TEXT).fill("||Rain")
    expect(page.locator(STATUS)).to_contain_text("been logged out")
    forgive(author)
    assert author.violations(within=".markdownx") == []
    assert page.locator(".markdownx").evaluate("(it) => it.scrollWidth - it.clientWidth") <= 0
