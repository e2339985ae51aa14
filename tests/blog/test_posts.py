"""A post: its constraints, the wording of its score, and its page."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import quote

import html5lib
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from blog.images import processing
from blog.models import Band, Picture, Post, Tag, Work
from tests.support.sample_site import say
from tests.support.wire import wire

PAGE = "/reviews/metallic-rain/"


# --- The row --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values", [{"score": -1}, {"score": 101}, {"spoiler_level": "some"}, {"slug": "other"}]
)
def test_the_database_refuses_invalid_posts(values: dict[str, Any], post: Post, write: Any) -> None:
    write(slug="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.filter(pk=post.pk).update(**values)


@pytest.mark.parametrize("score", [0, 100, None])
def test_the_database_accepts_the_lowest_the_highest_and_no_score(score: Any, post: Post) -> None:
    Post.objects.update(score=score)
    assert Post.objects.get().score == score


def test_the_database_refuses_a_range_outside_the_scale(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Band.objects.create(lowest=101, wording="beyond")


@pytest.mark.parametrize("path", [PAGE, "/"])
def test_no_score_is_not_zero(path: str, post: Post) -> None:
    assert "out of 100" not in wire(path).text
    post.score = 0
    post.save()
    with transaction.atomic():
        touch()
    assert "out of 100" in wire(path).text
    assert '<b class="score-number">0</b>' in wire(path).text


def touch() -> None:
    from pagecache.version import invalidate_pages

    invalidate_pages()


# --- The legend -----------------------------------------------------------------------------


@pytest.fixture
def legend(db: None) -> None:
    Band.objects.create(lowest=70, wording="pretty fun to watch")
    Band.objects.create(lowest=80, wording="one to lend to a friend")


@pytest.fixture
def publish(ada: Any, logged_in: Any, send_form: Any, complete: Any) -> Callable[..., Post]:
    """Return a function that creates or changes a post in the admin."""
    client = logged_in(ada)

    def published(post: Post | None = None, **changes: Any) -> Post:
        if post:
            address = reverse("admin:blog_post_change", args=[post.pk])
        else:
            address = reverse("admin:blog_post_add")
            changes = {"title": "Hail", "slug": "hail", "body": "It hailed."} | complete | changes
            if changes.pop("out", True):
                changes |= {"published_at_0": "2020-01-01", "published_at_1": "12:00"}
        if changes.get("score") == "":
            changes["unscored"] = "on"
        answer = send_form(client, address, **changes)
        assert answer.status_code == 302, answer.content.decode()
        return Post.objects.get(slug="hail")

    return published


@pytest.mark.parametrize(
    ("score", "words"),
    [
        ("69", ""),
        ("70", "pretty fun to watch"),
        ("79", "pretty fun to watch"),
        ("80", "one to lend to a friend"),
        ("100", "one to lend to a friend"),
        ("", ""),
    ],
)
def test_a_post_gets_the_wording_of_the_range_of_its_score(
    score: str, words: str, legend: None, publish: Any
) -> None:
    assert publish(score=score).score_wording == words


def test_changing_the_score_guide_does_not_change_a_published_post(
    legend: None, publish: Any
) -> None:
    post = publish(score="74")
    Band.objects.filter(lowest=70).update(wording="a chore")
    post = publish(post, title="Hail again")
    assert (post.title, post.score_wording) == ("Hail again", "pretty fun to watch")
    assert "pretty fun to watch" in wire("/reviews/hail/").text


def test_a_draft_gets_the_current_wording_when_it_is_saved(legend: None, publish: Any) -> None:
    post = publish(score="74", out=False)
    assert not post.is_published
    Band.objects.filter(lowest=70).update(wording="a chore")
    assert publish(post, summary="It hails again.").score_wording == "a chore"


def test_a_changed_score_gets_the_current_wording(legend: None, publish: Any) -> None:
    post = publish(score="74")
    Band.objects.filter(lowest=80).update(wording="a treasure")
    assert publish(post, score="85").score_wording == "a treasure"
    assert publish(post, score="").score_wording == ""


def test_a_draft_gets_the_current_wording_when_it_is_published(legend: None, publish: Any) -> None:
    post = publish(score="74", out=False)
    Band.objects.filter(lowest=70).update(wording="a chore")
    post = publish(post, published_at_0="2020-01-01", published_at_1="12:00")
    assert post.is_published
    assert post.score_wording == "a chore"


# --- The page -------------------------------------------------------------------------------


@pytest.fixture
def review(write: Any, settings: Any) -> Post:
    """A review with everything that a review can have."""
    settings.AKISMET_API_KEY = "0123456789ab"
    png = BytesIO()
    Image.new("RGB", (40, 30)).save(png, "PNG")
    clean = processing.reencode(png)
    thumbnail = Picture(alt="The title over a wet street")
    thumbnail.file.save(clean.name, clean)
    post = write(
        title="Metallic Rain: Anime Review",
        slug="metallic-rain",
        work=Work.objects.create(
            title="Metallic Rain",
            slug="metallic-rain",
            kind="anime_series",
            year=2024,
            creators="Studio Gutter",
            length=13,
        ),
        thumbnail=thumbnail,
        spoiler_level="minor",
        spoiler_note="Only the weather of the first episode.",
        body=f"It *rains*, see [the forecast](https://example.org/rain).\n\n"
        f"![A gutter]({thumbnail.file.url})\n\nThen ||it stops||.",
        verdict="Bring a **coat**.",
        score=70,
        score_wording="an anime that's pretty fun to watch",
        published_at="2024-04-05T12:00Z",
    )
    post.tags.add(Tag.objects.create(name="robots", slug="robots"))
    return post


@pytest.fixture
def page(review: Post) -> Any:
    return html5lib.parse(wire(PAGE).text, namespaceHTMLElements=False)


def text_of(page: Any, path: str) -> str:
    """Return the text of the only element that an ElementPath finds."""
    (found,) = page.findall(path)
    return " ".join("".join(found.itertext()).split())


def test_the_page_shows_title_byline_and_tags(page: Any) -> None:
    assert text_of(page, ".//h1") == "Metallic Rain: Anime Review"
    assert text_of(page, ".//p[@class='byline']") == "By Ada April 5, 2024 1 min read"
    assert page.find(".//p[@class='byline']/time").get("datetime") == "2024-04-05T12:00:00+00:00"
    assert text_of(page, ".//ul[@class='tag-list']") == "robots"


def test_the_page_shows_the_work(page: Any) -> None:
    work = text_of(page, ".//dl[@class='work']")
    for words in ("Anime series Metallic Rain", "Studio Gutter", "2024", "13 episodes"):
        assert words in work


def test_the_thumbnail_has_an_alternative_text(page: Any) -> None:
    picture = page.find(".//div[@class='post-picture']//img")
    assert picture.get("alt") == "The title over a wet street"
    assert (picture.get("width"), picture.get("height")) == ("40", "30")


def test_the_spoiler_notice_names_the_level_and_links_to_the_verdict(page: Any) -> None:
    notice = text_of(page, ".//aside")
    assert "Minor spoilers" in notice
    assert "Only the weather of the first episode." in notice
    way = page.find(".//aside//a")
    assert way.get("href") == "#verdict"
    assert page.find(".//*[@id='verdict']") is not None


def test_the_prose_has_emphasis_links_pictures_and_spoilers(page: Any, review: Post) -> None:
    prose = page.find(".//div[@class='prose post-body']")
    assert prose.find(".//em").text == "rains"
    assert prose.find(".//a").get("href") == "https://example.org/rain"
    assert prose.find(".//img").get("src") == review.thumbnail.file.url
    assert prose.find(".//span[@class='spoiler-text']").text == "it stops"


def test_verdict_score_and_wording_come_after_the_text(page: Any) -> None:
    verdict = text_of(page, ".//section[@id='verdict']")
    assert verdict == "Verdict Bring a coat. 70 out of 100 an anime that's pretty fun to watch"


def test_the_head_shows_the_score_and_leads_to_verdict_and_comments(page: Any) -> None:
    score = page.find(".//header[@class='post-header']//a[@class='post-score']")
    assert score.get("href") == "#verdict"
    assert "".join(score.itertext()).split() == ["70", "out", "of", "100"]
    jumps = page.find(".//p[@class='post-jumps']/a")
    assert (jumps.get("href"), jumps.text) == ("#comments", "Write a comment")
    assert page.findall(".//a[@class='skip-link']")[1].get("href") == "#comments"


def test_with_comments_head_and_heading_lead_to_them_and_to_the_form(review: Post) -> None:
    say(review)
    page = html5lib.parse(wire(PAGE).text, namespaceHTMLElements=False)
    jumps = page.find(".//p[@class='post-jumps']/a")
    assert (jumps.get("href"), jumps.text) == ("#comments", "1 comment")
    heading = page.find(".//div[@class='comments-head']")
    assert heading.find("h2").text == "1 comment"
    assert (heading.find("a").get("href"), heading.find("a").text) == (
        "#comment-form",
        "Write a comment",
    )


def test_without_comments_there_is_one_heading(page: Any) -> None:
    comments = page.find(".//section[@id='comments']")
    headings = [one for one in comments.iter() if one.tag in ("h2", "h3")]
    assert [(one.tag, one.text.strip()) for one in headings] == [("h2", "Leave a Reply")]
    assert comments.get("aria-labelledby") == headings[0].get("id")


def test_a_verdict_without_a_score_is_one_jump_away_too(write: Any) -> None:
    write(slug="unscored", verdict="See for yourself.")
    page = html5lib.parse(wire("/reviews/unscored/").text, namespaceHTMLElements=False)
    jumps = {a.text: a.get("href") for a in page.findall(".//p[@class='post-jumps']/a")}
    assert jumps == {"Write a comment": "#comments", "Skip to the verdict": "#verdict"}


@pytest.mark.parametrize(
    ("score", "band"), [(0, 1), (29, 1), (30, 2), (50, 3), (69, 3), (70, 4), (85, 5), (100, 5)]
)
def test_the_seal_has_the_tone_of_the_score(write: Any, score: int, band: int) -> None:
    write(slug="sealed", score=score)
    assert f"score-band-{band}" in wire("/reviews/sealed/").text


LONG_PARAGRAPH = "Long ago, in a harbour, it rained. " * 9


@pytest.mark.parametrize(
    ("body", "has_initial"),
    [
        (LONG_PARAGRAPH, True),
        ("\u201c" + LONG_PARAGRAPH, True),
        ("*" + LONG_PARAGRAPH.strip() + "*", True),
        ("Жили-были. " * 30, True),
        ("In short:\n\n- rain\n- more rain", False),
        ("Spoiler-free.\n\n" + LONG_PARAGRAPH, False),
        ("||" + LONG_PARAGRAPH.strip() + "||", False),
        ("Well: ||" + LONG_PARAGRAPH.strip() + "||", False),
        ("# Long ago\n\n" + LONG_PARAGRAPH, False),
        ("雨が降る。" * 60, False),
        ("كان يا ما كان. " * 30, False),
        ("", False),
    ],
)
def test_only_a_long_first_paragraph_has_an_initial(
    write: Any, body: str, has_initial: bool
) -> None:
    write(slug="begun", body=body)
    assert ("has-initial" in wire("/reviews/begun/").text) == has_initial


def test_the_comments_and_their_form_come_last(page: Any) -> None:
    comments = text_of(page, ".//section[@id='comments']")
    for sentence in (
        "No comments yet. Yours would be the first.",
        "Leave a Reply",
        "Your email address will not be published. Required fields are marked *.",
        "This site uses Akismet to reduce spam.",
        "Learn how your comment data is processed.",
    ):
        assert sentence in comments
    links = {"".join(a.itertext()): a.get("href") for a in page.iter("a")}
    assert links["Learn how your comment data is processed."] == "/privacy/"
    assert page.find(".//form[@id='comment-form']").get("action") == PAGE + "comments/"


def test_link_previews_name_the_public_address(page: Any, settings: Any) -> None:
    metas = {m.get("property"): m.get("content") for m in page.iter("meta") if m.get("property")}
    assert metas["og:title"] == "Metallic Rain: Anime Review"
    assert metas["og:url"] == "http://testserver" + PAGE
    assert metas["og:image"].startswith("http://testserver/media/pictures/")
    assert metas["og:image:alt"] == "The title over a wet street"


@pytest.mark.parametrize("path", ["/", PAGE, "/feed/"])
def test_titles_are_escaped(path: str, write: Any) -> None:
    write(title="<b>Rain</b> & <script>x</script>", slug="metallic-rain")
    text = wire(path).text
    assert "<script>x" not in text
    assert "&lt;b&gt;Rain&lt;/b&gt; &amp; &lt;script&gt;" in text


# --- Major spoilers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("summary", "verdict", "shown"),
    [
        ("A dry summary.", "A wet verdict.", "A dry summary."),
        ("", "A *wet* verdict.", "A wet verdict."),
        ("", "", None),
    ],
)
def test_with_major_spoilers_only_summary_or_verdict_appear_outside_the_page(
    summary: str, verdict: str, shown: str | None, write: Any
) -> None:
    write(
        slug="metallic-rain",
        spoiler_level="major",
        summary=summary,
        verdict=verdict,
        body="Everybody drowns.",
    )
    head = wire(PAGE).text.partition("<body")[0]
    for outside in (wire("/").text, head):
        assert "drowns" not in outside
        assert shown is None or shown in outside


@pytest.mark.parametrize("level", ["none", "minor"])
def test_without_major_spoilers_the_card_shows_the_text(level: str, write: Any) -> None:
    write(spoiler_level=level, body="Nobody drowns.", verdict="Dry.")
    assert "Nobody drowns." in wire("/").text


# --- Finding it -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0", "1", "02", "x", "-1", "3", "999", "1e1", "٢", "2.0"])
def test_the_home_page_has_no_such_page(number: str, write: Any, client: Client) -> None:
    for _number in range(11):
        write()
    assert client.get("/", {"page": number}).status_code == 404


def test_the_home_page_lists_ten_posts_newest_first(write: Any) -> None:
    for _number in range(11):
        write()
    first, second = wire("/").text, wire("/", query="page=2").text
    assert first.count("<article") == 10
    assert first.index("/reviews/review-11/") < first.index("/reviews/review-2/")
    assert "/reviews/review-1/" in second
    assert second.count("<article") == 1
    assert 'rel="next" href="/?page=2"' in first
    assert 'rel="prev" href="/"' in second


def test_an_empty_site_says_that_there_are_no_posts(db: None) -> None:
    assert "No reviews yet" in wire("/").text
    assert wire("/", query="page=2").status == 404


@pytest.mark.parametrize("slug", ["鋼の雨", "ржавый-дождь", "مطر", "pluie-d-été"])
def test_addresses_may_be_in_any_script(slug: str, write: Any, client: Client) -> None:
    post = write(slug=slug, title="Rain")
    assert post.get_absolute_url() == f"/reviews/{quote(slug)}/"
    raw = f"/reviews/{slug}/".encode().decode("latin-1")  # as WSGI passes it on
    for _kept in range(2):
        assert wire(raw).status == 200
    assert f'href="/reviews/{quote(slug)}/"' in wire("/").text
    assert client.get(f"{post.get_absolute_url()}comments/").status_code == 200


@pytest.mark.parametrize("path", ["/reviews/a\0b/", "/reviews/a\0b/comments/", "/a\0b", "/\xff/"])
def test_an_address_that_is_no_slug_is_not_found(path: str, post: Post) -> None:
    assert wire(path).status == 404
