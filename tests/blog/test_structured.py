"""Structured data by Google's rules for review snippets:
https://developers.google.com/search/docs/appearance/structured-data/review-snippet
"""

import json
from datetime import datetime
from html import unescape
from typing import Any

import html5lib
import pytest
from django.utils import translation
from django.utils.html import strip_tags
from django.utils.safestring import SafeString

from blog.models import Picture, Post, SiteSettings, Work, WorkKind
from blog.seo import structured_data
from operations import demo
from tests.support.wire import wire

SITE = "https://reviews.example"

# Types that may be reviewed, with the subtypes that we use.
ALLOWED = {
    "Book", "Course", "CreativeWorkSeason", "CreativeWorkSeries", "Episode", "Event", "Game",
    "HowTo", "LocalBusiness", "MediaObject", "Movie", "MusicPlaylist", "MusicRecording",
    "Organization", "Product", "Recipe", "SoftwareApplication", "TVSeries", "VideoGame",
}  # fmt: skip
EXPECTED = {
    "anime_series": ["TVSeries"],
    "tv_series": ["TVSeries"],
    "anime_film": ["Movie"],
    "film": ["Movie"],
    "game": ["VideoGame", "Game"],
    "book": ["Book"],
    "manga": ["Book"],
    "comic": ["Book"],
    "music": ["MusicRecording"],
}


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def film() -> Work:
    return Work.objects.create(title="Rain", slug="rain", kind="film", year=2024)


def data_of(path: str) -> list[Any]:
    """Return the structured data of a page as a crawler reads it."""
    tree = html5lib.parse(wire(path).text, namespaceHTMLElements=False)
    found = [each for each in tree.iter("script") if each.get("type") == "application/ld+json"]
    return [json.loads(each.text) for each in found]


def review(post: Post) -> Any:
    """Return the data of a post; assert that it follows the rules for its type."""
    (data,) = data_of(post.get_absolute_url())
    assert data["@context"] == "https://schema.org"
    is_article(data, post)
    if data["@type"] == "Review":
        is_review(data, post)
    else:
        assert data["@type"] == "BlogPosting"
        assert not {"itemReviewed", "reviewRating", "reviewBody"} & set(data)
    return data


def is_article(data: Any, post: Post) -> None:
    assert data["author"]["@type"] in ("Person", "Organization")
    assert 0 < len(data["author"]["name"]) < 100
    assert data["headline"] == post.title
    assert data["url"] == data["mainEntityOfPage"] == SITE + post.get_absolute_url()
    assert data["publisher"]["name"]
    published, modified = (
        datetime.fromisoformat(data[name]) for name in ("datePublished", "dateModified")
    )
    assert published.tzinfo is not None
    assert published <= modified
    assert all(image.startswith(SITE + "/") for image in data.get("image", []))
    assert "aggregateRating" not in data


def is_review(data: Any, post: Post) -> None:
    item, rating = data["itemReviewed"], data["reviewRating"]
    assert set(types(item)) <= ALLOWED
    assert types(item) != ["VideoGame"]  # alone, Google does not accept it
    assert item["name"] == post.work.title
    assert rating["@type"] == "Rating"
    assert rating["ratingValue"] == post.score
    assert (rating["bestRating"], rating["worstRating"]) == (100, 0)
    for name in ("ratingValue", "bestRating", "worstRating"):
        assert type(rating[name]) is int
    # Data that is marked up must be visible on the page.
    page = wire(post.get_absolute_url()).text
    assert f'<b class="score-number">{post.score}</b>' in page
    shown = " ".join(unescape(strip_tags(page)).split())
    assert "[spoiler]" in data.get("reviewBody", "") or data.get("reviewBody", "") in shown


def types(item: Any) -> list[str]:
    return [item["@type"]] if isinstance(item["@type"], str) else item["@type"]


@pytest.mark.parametrize("kind", WorkKind)
def test_a_work_is_typed_by_its_kind(kind: str, write: Any, film: Work) -> None:
    Work.objects.update(kind=kind)
    found = review(write(work=film, score=70))
    if kind == "other":  # none of the types that Google accepts fits
        assert found["@type"] == "BlogPosting"
    else:
        assert types(found["itemReviewed"]) == EXPECTED[kind]


@pytest.mark.parametrize("score", [0, 1, 50, 99, 100])
def test_the_score_is_the_visible_number(score: int, write: Any, film: Work) -> None:
    assert review(write(work=film, score=score))["reviewRating"]["ratingValue"] == score


def test_a_post_without_score_or_work_is_not_marked_up_as_a_review(write: Any, film: Work) -> None:
    assert review(write(work=film, score=None))["@type"] == "BlogPosting"
    assert review(write(work=None, score=70))["@type"] == "BlogPosting"


@pytest.mark.parametrize("language", ["fr", "de", "ja", "ar"])
def test_numbers_are_not_localized(language: str, write: Any, film: Work, settings: Any) -> None:
    settings.LANGUAGE_CODE, settings.USE_THOUSAND_SEPARATOR = language, True
    Work.objects.update(length=12_345, kind="book")
    with translation.override(language):
        found = review(write(work=film, score=70))
    assert found["itemReviewed"]["numberOfPages"] == 12_345
    assert found["inLanguage"] == language


@pytest.mark.parametrize(
    "title",
    [
        "</script><script>alert(1)</script>",
        "<!-- <script> & ]]> \u2028\u2029",
        'A "quoted" \\ title with 雨 and 🌧',
    ],
)
def test_no_title_breaks_out_of_the_script_element(title: str, write: Any, film: Work) -> None:
    Work.objects.update(title=title)
    found = review(write(title=title, work=Work.objects.get(), score=70))
    assert found["name"] == found["itemReviewed"]["name"] == title
    text = structured_data.script({"name": title})
    assert isinstance(text, SafeString)
    inner = text.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&\u2028\u2029") & set(inner)


def test_an_authors_name_is_shorter_than_a_hundred_characters(
    write: Any, film: Work, ada: Any
) -> None:
    ada.first_name, ada.last_name = "A" * 150, "B" * 150
    ada.save()
    assert review(write(work=film, score=70))["author"]["name"] == "A" * 99


def test_the_properties_of_a_work_are_included(write: Any, film: Work) -> None:
    post = write(work=film, score=70)
    Work.objects.update(creators="Sanae Kurohoshi, Studio Kitefield", length=131)
    found = review(post)["itemReviewed"]
    assert found["datePublished"] == "2024"
    assert found["creator"] == "Sanae Kurohoshi, Studio Kitefield"
    assert found["duration"] == "PT131M"
    Work.objects.update(kind="anime_series", year=None, creators="", length=13)
    Post.objects.update(slug="again")
    post.refresh_from_db()
    found = review(post)["itemReviewed"]
    assert found == {
        "@type": "TVSeries",
        "name": "Rain",
        "url": f"{SITE}/works/rain/",
        "numberOfEpisodes": 13,
    }


@pytest.mark.parametrize("level", ["minor", "major"])
def test_no_word_of_a_spoiler_is_included(level: str, write: Any, film: Work) -> None:
    post = write(
        work=film,
        score=70,
        spoiler_level=level,
        body="Rain ||and the finch is dead||. As everybody saw coming.",
        verdict="Wet, and ||the siskin too||.",
    )
    found = json.dumps(review(post))
    assert "finch" not in found
    assert "siskin" not in found
    assert ("saw coming" in found) == (level == "minor")


def test_pictures_have_absolute_addresses(write: Any, film: Work) -> None:
    Picture.objects.bulk_create([Picture(file="pictures/1.webp", width=4, height=3, alt="Rain")])
    found = review(write(work=film, score=70, thumbnail=Picture.objects.get()))
    assert found["image"] == [f"{SITE}/media/pictures/1.webp"]


def test_a_draft_has_no_structured_data(write: Any, film: Work, ada: Any, logged_in: Any) -> None:
    post = write(work=film, score=70, published_at=None)
    page = logged_in(ada).get(post.get_absolute_url())
    assert page.status_code == 200
    assert "ld+json" not in page.content.decode()


def test_the_home_page_names_the_site(db: None) -> None:
    SiteSettings(name="Wet & Loud").save()
    assert data_of("/") == [
        {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "name": "Wet & Loud",
            "url": SITE + "/",
        }
    ]


def test_every_post_of_the_demo_is_valid(db: None) -> None:
    demo.make_logins()
    demo.load(lambda _step: None)
    found = [review(post)["@type"] for post in Post.objects.select_related("work")]
    assert found.count("Review") >= 4
    assert found.count("BlogPosting") >= 1
