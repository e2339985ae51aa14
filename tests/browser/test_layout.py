"""Layout that a browser can measure: line length, print, forced colours, direction."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from pagecache.version import invalidate_pages
from tests.support.sample_site import LONG, Stage
from tests.support.visitor import Visitor

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
PROSE = "Nothing here is set wider than the eye can follow from one line to the next one. " * 12

# The characters on each full line of an element's text, and the style of the element of a selector.
LINES = """(element) => {
  const range = document.createRange(), text = element.firstChild, lines = {};
  for (let at = 0; at < text.length; at++) {
    range.setStart(text, at); range.setEnd(text, at + 1);
    const top = Math.round(range.getBoundingClientRect().top);
    lines[top] = (lines[top] || 0) + 1;
  }
  return Object.values(lines).slice(3, -1);  // below the initial, above the last line
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
  const {animationName, transitionDuration} = getComputedStyle(element);
  return animationName != "none" || transitionDuration != "0s";
}).map((element) => element.className)"""
STYLE = "(element, name) => getComputedStyle(element).getPropertyValue(name)"


@pytest.fixture
def stage(site, ada, mo):
    return Stage(ada, mo)


def style(visitor: Visitor, selector: str, name: str) -> str:
    return visitor.page.locator(selector).first.evaluate(STYLE, name)


def box(visitor: Visitor, selector: str) -> dict[str, float]:
    found = visitor.page.locator(selector).first.bounding_box()
    assert found, selector
    return found


def test_a_line_of_a_post_has_about_65_characters(visit, write, site):
    write(slug="measured", body=PROSE)
    reader = visit(viewport=DESKTOP)
    reader.go("/reviews/measured/")
    lines = reader.page.locator(".post-body p").evaluate(LINES)
    assert 58 <= sum(lines) / len(lines) <= 75


def test_in_print_there_are_the_post_and_its_comments_but_no_controls(visit, stage):
    reader = visit(viewport=DESKTOP, color_scheme="dark")
    page = reader.go("/reviews/metallic-rain/")
    page.emulate_media(media="print")
    for seen in ("h1", ".post-body p", ".verdict .score-number", ".comment-body"):
        assert page.locator(seen).first.is_visible(), seen
    for unseen in (".menu", "#comment-form", ".comment-foot", ".notice-link", ".pagination"):
        assert not page.locator(unseen).first.is_visible(), unseen
    assert not page.get_by_text("A block secret").is_visible()
    assert style(reader, ".post-body", "color") == "rgb(0, 0, 0)"
    assert style(reader, "body", "background-color") == "rgb(255, 255, 255)"
    assert style(reader, ".score-number", "color") == "rgb(0, 0, 0)"


def test_a_score_of_0_is_shown_and_no_score_is_not(visit, write, site):
    write(slug="nought", score=0)
    write(slug="unscored", score=None, verdict="See for yourself.")
    reader = visit()
    reader.go("/reviews/nought/")
    assert reader.page.locator(".verdict .score").inner_text().split() == ["0", "out", "of", "100"]
    assert (
        reader.page.locator(".verdict .score-ring-value").get_attribute("stroke-dasharray")
        == "0 100"
    )
    reader.go("/reviews/unscored/")
    assert reader.page.locator(".verdict").is_visible()
    assert reader.page.locator(".score").count() == 0


def test_forced_colours_keep_score_threads_and_fields_visible(visit, stage):
    reader = visit(forced_colors="active", color_scheme="dark")
    reader.go("/reviews/metallic-rain/")
    face = style(reader, ".score-ring-face", "fill")
    value = style(reader, ".score-ring-value", "stroke")
    assert face == style(reader, "body", "background-color")
    assert face != value == style(reader, ".score-number", "color")
    assert style(reader, ".notice-spoilers", "border-top-style") == "solid"
    assert style(reader, "#comment-form textarea", "border-top-color") == value
    beside = ("e => getComputedStyle(e, '::before').backgroundImage",)
    assert "gradient" in reader.page.locator(".depth-2").first.evaluate(*beside)


def test_nothing_moves_if_reduced_motion_is_preferred(visit, stage):
    reader = visit()
    for path in ("/", "/reviews/metallic-rain/", "/search/?q=rain"):
        assert reader.go(path).evaluate(MOVING) == [], path
    assert style(reader, "html", "scroll-behavior") == "auto"


def test_from_right_to_left_the_layout_is_mirrored(visit, stage, settings):
    places = (".work", ".post-picture", ".notice-spoilers", ".comment.depth-2 article", ".score")
    reader = visit(viewport=DESKTOP)
    reader.go("/reviews/metallic-rain/")
    left = {place: box(reader, place)["x"] for place in places}
    settings.LANGUAGE_CODE = "ar"
    with transaction.atomic():
        invalidate_pages()
    reader.go("/reviews/metallic-rain/")
    for place in places:
        mirrored = box(reader, place)
        right = DESKTOP["width"] - mirrored["x"] - mirrored["width"]
        assert right == pytest.approx(left[place], abs=2), place


def test_a_thread_of_five_levels_stays_readable_on_the_smallest_phone(visit, stage):
    reader = visit(viewport=PHONE)
    reader.go("/reviews/metallic-rain/")
    for depth in (2, 3, 4, 5):
        assert box(reader, f".depth-{depth} .comment-body")["width"] >= 200, depth
    assert LONG in reader.page.locator(".depth-5").first.inner_text()
    assert reader.overflow() <= 0


def test_each_date_above_the_list_of_posts_is_large_enough_to_tap(visit, write, site, ada):
    for day in range(1, 25):
        write(published_at=datetime(2024, 5, day, 12, tzinfo=UTC))
    author = visit(ada, viewport=PHONE)
    author.go("/admin/blog/post/?published_at__year=2024&published_at__month=5")
    dates = author.page.locator(".toplinks a:not(.date-back)")
    assert dates.count() == 24
    assert author.violations("target-size", within=".toplinks") == []
    assert min(date.bounding_box()["height"] for date in dates.all()) >= 24


def test_the_main_menu_with_a_page_in_it_is_one_row_on_a_phone(visit, stage):
    reader = visit(viewport={"width": 390, "height": 844})
    for path in ("/", "/about/", "/search/"):
        links = reader.go(path).locator(".menu a").all()
        assert len({link.bounding_box()["y"] for link in links}) == 1, path


def test_an_initial_never_reaches_below_its_paragraph(visit, write, site):
    first = "Rain fell on the harbour and on all who worked there, day after day. " * 4
    write(slug="begun", body=f"{first}\n\n- one\n- two")
    reader = visit(viewport={"width": 2400, "height": 900})
    reader.go("/reviews/begun/")
    initial = "e => getComputedStyle(e, '::first-letter').initialLetter"
    paragraph = reader.page.locator(".post-body > p").first
    assert paragraph.evaluate(initial).split()[0] == "3"
    line = float(style(reader, ".post-body > p", "line-height").removesuffix("px"))
    assert box(reader, ".post-body > p")["height"] >= 3 * line - 1


def test_each_step_of_the_seal_can_be_read_in_light_and_dark(visit, write, site):
    for number, score in enumerate((10, 40, 60, 75, 95)):
        write(slug=f"band-{number}", score=score)
    reader = visit(viewport=DESKTOP)
    for number in range(5):
        page = reader.go(f"/reviews/band-{number}/")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            face, ink = (luminance(style(reader, f".verdict {part}", name)) for part, name in PARTS)
            lighter, darker = max(face, ink), min(face, ink)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (number, scheme)


PARTS = ((".score-ring-face", "fill"), (".score-scale", "color"))


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG of an "rgb(...)"."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_focus_and_buttons_do_not_have_the_colours_of_errors_and_marks(visit, stage):
    reader = visit()
    reader.go("/search/").locator("#content input[type=search]").focus()
    colours = "e => ['accent', 'error', 'primary'].map(n => {"
    colours += " e.style.color = `var(--v-${n})`; return getComputedStyle(e).color; })"
    warm = reader.page.locator("h1").evaluate(colours)
    assert style(reader, "input:focus-visible", "outline-color") not in warm
    assert style(reader, ".search-form .button", "background-color") not in warm


def test_the_rail_of_a_thread_has_steps_of_whole_pixels(visit, stage):
    for width in (320, 390, 768, 1280):
        reader = visit(viewport={"width": width, "height": 800})
        reader.go("/reviews/metallic-rain/")
        one, two = (
            float(style(reader, f".depth-{depth}", "padding-inline-start").removesuffix("px"))
            for depth in (2, 3)
        )
        assert (one, two) == (int(one), 2 * int(one)), width


def test_related_posts_take_the_whole_width_with_their_pictures(visit, stage):
    reader = visit(viewport=DESKTOP)
    reader.go("/reviews/metallic-rain/")
    wide = box(reader, ".post")["width"]
    assert box(reader, ".related")["width"] == pytest.approx(wide, abs=1)


def test_the_buttons_of_the_queue_stay_in_one_line_each(visit, stage, mo):
    moderator = visit(mo, viewport={"width": 360, "height": 740})
    for status in ("pending", "spam", "approved"):
        buttons = moderator.go(f"/moderation/?status={status}").locator("button[name=act]").all()
        assert max(button.bounding_box()["height"] for button in buttons) <= 50, status
        assert moderator.overflow() <= 0


def test_an_inline_spoiler_is_large_enough_to_tap(visit, stage):
    reader = visit(viewport={"width": 390, "height": 844}, has_touch=True)
    toggles = reader.go("/reviews/metallic-rain/").locator(".spoiler-toggle").all()
    for toggle in toggles:
        if toggle.is_visible():
            assert toggle.bounding_box()["height"] >= 24
            toggle.check()
            assert toggle.bounding_box()["height"] >= 24


def test_titles_and_quotes_follow_the_direction_of_their_own_letters(visit, write, site):
    arabic = "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643!"
    write(slug="salam", title=arabic, summary=arabic)
    reader = visit(viewport=DESKTOP)
    for path, selectors in {
        "/reviews/salam/": ["h1"],
        "/": [".card-title", ".card-summary"],
    }.items():
        reader.go(path)
        for selector in selectors:
            assert style(reader, selector, "unicode-bidi") == "plaintext", selector
            place = "e => { const r = document.createRange(); r.selectNodeContents(e);"
            place += " return e.getBoundingClientRect().right - r.getBoundingClientRect().right; }"
            assert reader.page.locator(selector).first.evaluate(place) < 2, selector


def test_people_type_in_the_direction_of_their_own_script(visit, stage):
    reader, author = visit(), visit(stage.ada)
    reader.go("/reviews/metallic-rain/")
    author.go(f"/admin/blog/post/{stage.post.pk}/change/")
    fields = "#comment-form :is([name=body], [name=name], [name=website])"
    written = "#id_title, #id_body, #id_summary, #id_verdict, #id_spoiler_note"
    for page, selector, number in ((reader.page, fields, 3), (author.page, written, 5)):
        found = page.locator(selector)
        assert found.count() == number
        assert {field.get_attribute("dir") for field in found.all()} == {"auto"}


def test_the_address_of_a_post_is_shown_whole(visit, stage):
    author = visit(stage.ada, viewport=DESKTOP)
    author.go(f"/admin/blog/post/{stage.post.pk}/change/")
    assert box(author, "#id_slug")["width"] >= 400


def test_the_focus_ring_of_a_field_has_equal_corners(visit, stage):
    reader = visit()
    reader.go("/search/").locator("#content input[type=search]").focus()
    places = ("start-start", "start-end", "end-start", "end-end")
    radii = {style(reader, "input:focus-visible", f"border-{at}-radius") for at in places}
    assert radii == {"4px"}
