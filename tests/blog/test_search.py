"""The search: matching, ranking, snippets, and indexing."""

import html
import logging
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from blog.models import Post, SearchEntry, Tag, Work
from blog.search import index
from tests.support.sample_site import picture as sample_picture
from tests.support.wire import wire

JAPANESE = "夜の港に雨が降る。東京都の劇場で観た。猫もいた。ガラスの信号機という作品だ。"


@pytest.fixture
def indexed(write: Any) -> Any:
    """Return a function that creates and indexes a post."""

    def written(**values: Any) -> Post:
        tags = [Tag.objects.get_or_create(name=n, slug=n)[0] for n in values.pop("tags", [])]
        post = write(**values)
        post.tags.set(tags)
        index.index_posts([post])
        return post

    return written


def catch_up() -> None:
    """Do what the worker does for the search."""
    index.index_due_posts(threading.Event())


def ask(text: str, client: Client | None = None, **more: str) -> str:
    answer = (client or Client()).get("/search/", {"q": text, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def hits(page: str) -> list[str]:
    """Return the titles of the results in order, without highlighting."""
    found = re.findall(r'<h2 class="search-result-title"><a href="[^"]*">(.*?)</a></h2>', page)
    return [html.unescape(re.sub("</?mark>", "", title)) for title in found]


@pytest.mark.parametrize(
    "text",
    [
        "metallic rain",
        "RAIN metallic",
        "harbour",
        "Kitefield",
        "mecha",
        "patience",
        "summary",
        "rain “harbour” – mecha!",
    ],
)
def test_a_post_is_found_by_everything_that_readers_see_of_it(text: str, indexed: Any) -> None:
    work = Work.objects.create(
        title="Metallic Rain", slug="mr", kind="film", creators="Studio Kitefield"
    )
    indexed(
        title="A wet review",
        body="Ships in a *harbour*.",
        verdict="Bring patience.",
        summary="In summary.",
        work=work,
        tags=["mecha"],
    )
    indexed(title="Another")
    assert hits(ask(text)) == ["A wet review"]


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("Three short films", "film"),
        ("Robots in the rain", "robot rain"),
        ("Robots in the rain", "rain robo"),
        ("Роботы", "робот"),
        ("영화를 보다", "영화"),
    ],
)
def test_a_word_is_found_by_its_prefix_and_highlighted_as_a_whole(
    title: str, asked: str, indexed: Any
) -> None:
    indexed(title=title, body="Nothing.")
    indexed(title="Another")
    page = ask(asked)
    assert hits(page) == [title]
    for word in re.findall(r"<mark>(.*?)</mark>", page):
        assert word in title.split()
    assert page.count("<mark>") == len(asked.split())


@pytest.mark.parametrize("asked", ["ilm", "fi", "filmsy", "short film director", "qzx"])
def test_a_word_is_not_found_by_other_parts_of_it(asked: str, indexed: Any) -> None:
    indexed(title="Three short films")
    assert hits(ask(asked)) == []


def test_every_word_of_a_query_must_occur(indexed: Any) -> None:
    indexed(title="Rain")
    assert hits(ask("rain snow")) == []
    assert "No results for “rain snow”." in ask("rain snow")


def test_matches_in_a_title_come_before_newer_matches_in_the_text(indexed: Any) -> None:
    old, new = (timezone.now() - timedelta(days=days) for days in (9, 1))
    work = Work.objects.create(title="The Rain", slug="the-rain", kind="film")
    indexed(title="Old Rain", published_at=old)
    indexed(title="Weather", body="Rain, rain and rain.", published_at=new)
    indexed(title="About a film", work=work, published_at=old - timedelta(days=1))
    assert hits(ask("rain")) == ["Old Rain", "About a film", "Weather"]


def test_a_match_in_the_title_must_begin_a_word(indexed: Any) -> None:
    indexed(title="On art", body="Fine.", published_at=timezone.now() - timedelta(days=9))
    indexed(title="A party", body="Arty people.")
    indexed(title="It", body="An it, too.", published_at=timezone.now() - timedelta(days=8))
    indexed(title="Items", body="It is.")
    assert hits(ask("art")) == ["On art", "A party"]
    assert hits(ask("it")) == ["It", "Items"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only PostgreSQL chooses indexes")
def test_postgresql_uses_its_indexes(db: None) -> None:
    with connection.cursor() as cursor:
        # On a table of a few rows the planner may prefer any other way.
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = Post.objects.filter(pk__in=index.matching_keys(["rain", "it"])).explain()
    assert "Bitmap Index Scan on blog_searchentry_tokens" in plan


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (JAPANESE, "東京"),
        (JAPANESE, "劇場"),
        (JAPANESE, "猫"),
        (JAPANESE, "ガラスの信号機"),
        (JAPANESE, "ｶﾞﾗｽ"),
        ("Über den Fluß", "über"),
        ("Über den Fluß", "UBER fluss"),
        ("Uber den Fluss", "Über Fluß"),
        ("Crème brûlée", "creme"),
        ("Ёлка", "ёлка"),
        ("Her cat 🐱 purrs", "🐱"),
        ("It's a so-called “spider-man”", "spider man"),
        ("It's a so-called “spider-man”", "Spider-Man's"[:10]),
        ("1984, part 2", "1984"),
        ("ภาษาไทยง่าย", "ไทย"),
        ("한국어 영화", "영화"),
        ("AND OR NOT NEAR", "and not"),
        ("x" * 3000, "x" * 3000),
    ],
)
def test_words_of_every_script_are_found(text: str, asked: str, indexed: Any) -> None:
    indexed(title="Found", body=text)
    indexed(title="Other", body="Nothing of the kind: 京都, o, xx.")
    assert hits(ask(asked)) == ["Found"]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "'",
        "\0",
        "%00",
        "\ud800",
        "%",
        "_",
        "\\",
        "*",
        "(((",
        "title:rain",
        "a AND",
        "NEAR(",
        "^",
        "{title} : x",
        "'; DROP TABLE blog_post; --",
        "<script>alert(1)</script>",
        "word " * 3000,
        "ab" * 3000,
        "東京都" * 2000,
        "\u202e\u200b",
        "👨‍👩‍👧‍👦",
        "\u0301" * 100,
        "９" * 10_000,
        "",
        "   ",
    ],
)
def test_any_query_gets_a_response(text: str, indexed: Any, client: Client) -> None:
    indexed(title="Rain")
    answer = client.generic("GET", "/search/", QUERY_STRING=f"q={quoted(text)}")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<script>alert" not in page
    assert 'name="q"' in page


def quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("query", ["", "q=", "q=%FF%FE", "q=a&q=b", "page=2", "q=rain&page=x"])
def test_unusual_query_strings_get_a_response(query: str, client: Client, db: None) -> None:
    answer = client.generic("GET", "/search/", QUERY_STRING=query)
    assert answer.status_code == (404 if "page" in query else 200)


def test_without_a_query_it_shows_the_form_and_other_links(client: Client, db: None) -> None:
    page = client.get("/search/").content.decode()
    assert 'role="search"' in page
    assert 'href="/tags/"' in page.partition("<main")[2]
    assert "No results for" not in page


def test_the_field_has_the_focus_only_on_an_empty_page(indexed: Any, client: Client) -> None:
    indexed(title="Metallic Rain")
    assert "autofocus" in client.get("/search/").content.decode()
    for text in ("rain", "nothing"):
        assert "autofocus" not in ask(text)


def test_a_hit_shows_the_score_and_a_small_picture(indexed: Any) -> None:
    picture = sample_picture()
    indexed(title="Metallic Rain", score=70, thumbnail=picture)
    indexed(title="Plain Rain")
    scored, plain = ask("metallic"), ask("plain")
    assert '<b class="score-number">70</b>' in scored
    assert f'alt="{picture.alt}"' in scored
    assert 'class="card-picture' not in plain


SUGGESTION = re.compile(r"Did you mean <a href=\"/reviews/(.*?)/\">")


@pytest.mark.parametrize(
    "typed",
    [
        "glas semaphroe",
        "emaphore",
        "semafore",
        "GLASS SEMAPHORE OF TRAMS",
        "gláss semáphore xyz",
        "e\u0301glass glass",
        "glass%20x" * 10,
    ],
)
def test_words_that_find_nothing_lead_to_a_review_spelt_alike(typed: str, indexed: Any) -> None:
    indexed(title="Semaphore", slug="semaphore", published_at=None)
    indexed(title="Low Water Ledger", slug="low-water-ledger")
    indexed(title="Glass Semaphore", slug="glass-semaphore", body="It was fine.")
    page = ask(typed)
    assert hits(page) == []
    assert SUGGESTION.findall(page) == ["glass-semaphore"]


@pytest.mark.parametrize("typed", ["", "glass", "umbrella", "semantic", "low", "of", "...", "夜"])
def test_nothing_is_suggested_where_nothing_is_alike_or_something_was_found(
    typed: str, indexed: Any
) -> None:
    indexed(title="Glass Semaphore", slug="glass-semaphore")
    assert "Did you mean" not in ask(typed)


def test_a_japanese_query_leads_to_a_review_spelt_alike(indexed: Any) -> None:
    indexed(title="ガラスの信号機", slug="ガラスの信号機-感想")
    page = ask("ガラスの信号器")
    assert hits(page) == []
    assert SUGGESTION.search(page)


def test_the_page_of_a_mistyped_address_makes_the_same_guess(indexed: Any, client: Client) -> None:
    indexed(title="Low Water Ledger", slug="low-water-ledger")
    indexed(title="Glass Semaphore", slug="glass-semaphore")
    page = client.get("/reviews/glas-semaphroe/").content.decode()
    similar = page.partition('class="similar-posts"')[2].partition("</ul>")[0]
    assert re.findall('href="(.*?)"', similar) == ["/reviews/glass-semaphore/"]


def test_drafts_and_scheduled_posts_are_not_found_before_publication(
    indexed: Any, clock: Any
) -> None:
    indexed(title="Draft rain", published_at=None)
    indexed(title="Later rain", published_at=timezone.now() + timedelta(hours=1))
    assert hits(ask("rain")) == []
    clock.move(hours=1, seconds=1)
    assert hits(ask("rain")) == ["Later rain"]


def test_a_snippet_shows_the_context_of_a_match_highlighted_and_escaped(indexed: Any) -> None:
    indexed(body="Before. " * 200 + "The <b>Rain</b> & the & wind, here. " + "After. " * 200)
    page = ask("rain")
    assert "&amp; the &amp; wind" in page
    assert "<mark>Rain</mark>" in page
    snippet = re.search(r'<p class="search-result-snippet">(.*?)</p>', page, re.S)
    assert snippet
    assert snippet[1].startswith("…")
    assert snippet[1].endswith("…")
    assert len(snippet[1]) < 400


def test_a_japanese_snippet_highlights_the_query(indexed: Any) -> None:
    indexed(body=JAPANESE)
    assert "<mark>東京都</mark>の" in ask("東京都")


def test_search_results_are_not_cached_and_have_one_canonical_address(indexed: Any) -> None:
    answer = wire("/search/", query="q=rain")
    assert "etag" not in answer.headers
    assert '<link rel="canonical" href="http://testserver/search/">' in answer.text
    indexed(title="Rain")  # the cache is not invalidated, and yet:
    assert hits(wire("/search/", query="q=rain").text) == ["Rain"]


def test_links_to_further_results_keep_the_query(indexed: Any) -> None:
    for number in range(11):
        indexed(title=f"Rain & wind {number}")
    assert 'href="/search/?q=rain%20%26%20wind&amp;page=2"' in ask("rain & wind")
    assert 'href="/search/?q=rain%20%26%20wind"' in ask("rain & wind", page="2")
    assert hits(ask("rain & wind", page="2")) == ["Rain & wind 0"]


def test_a_saved_post_is_found_at_once(
    ada: Any, logged_in: Any, send_form: Any, post: Post
) -> None:
    tag = Tag.objects.create(name="mecha", slug="mecha")
    Post.objects.update(published_at=None)  # a draft may lack what a published post may not
    address, client = f"/admin/blog/post/{post.pk}/change/", logged_in(ada)
    answer = send_form(client, address, title="Brass Snow", body="Snowfall.", tags=[tag.pk])
    assert answer.status_code == 302, answer.content.decode()
    Post.objects.update(published_at=timezone.now())
    assert hits(ask("snowfall mecha")) == ["Brass Snow"]
    send_form(client, f"/admin/blog/tag/{tag.pk}/change/", name="robots")
    catch_up()
    assert hits(ask("robots")) == ["Brass Snow"]
    assert hits(ask("mecha")) == []
    client.post(f"/admin/blog/tag/{tag.pk}/delete/", {"post": "yes"})
    catch_up()
    assert hits(ask("robots")) == []


def test_a_changed_title_of_a_work_is_found_after_the_worker_has_run(
    ada: Any, logged_in: Any, send_form: Any, indexed: Any
) -> None:
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    indexed(title="Review", work=work)
    address = reverse("admin:blog_work_change", args=[work.pk])
    send_form(logged_in(ada), address, title="Snow")
    catch_up()
    assert hits(ask("snow")) == ["Review"]
    assert hits(ask("rain")) == []


def test_a_deleted_post_leaves_the_index(indexed: Any) -> None:
    indexed(title="Rain").delete()
    indexed(title="Rain")
    Post.objects.all().delete()
    assert not SearchEntry.objects.exists()
    assert hits(ask("rain")) == []


def test_unindexed_posts_are_found_after_the_worker_has_run(post: Post) -> None:
    assert hits(ask("metallic")) == []
    catch_up()
    assert hits(ask("metallic")) == ["Metallic Rain"]


def test_only_posts_that_are_rendered_again_are_indexed_again(indexed: Any) -> None:
    old, new = indexed(title="Rain"), indexed(title="Hail")
    Post.objects.filter(pk=old.pk).update(body="Snow", renderer="old")
    call_command("render_again", verbosity=0)
    assert list(Post.objects.filter(index_due=True)) == [old]
    catch_up()
    assert hits(ask("snow")) == ["Rain"]
    call_command("render_again", everything=True, verbosity=0)
    assert set(Post.objects.filter(index_due=True)) == {old, new}


def test_saving_a_tag_or_work_only_marks_its_posts_for_indexing(
    ada: Any, logged_in: Any, send_form: Any, indexed: Any
) -> None:
    """Indexing thousands of posts in the request would hold SQLite's one lock for half a minute."""
    post = indexed(tags=["mecha"], work=Work.objects.create(title="Hail", slug="h", kind="film"))
    tag, client = Tag.objects.get(), logged_in(ada)
    before = entries()
    for address, field, text in (("tag", "name", "robots"), ("work", "creators", "Kitefield")):
        row = tag if address == "tag" else post.work
        assert send_form(client, f"/admin/blog/{address}/{row.pk}/change/").status_code == 302
        assert not Post.objects.filter(index_due=True).exists()  # nothing was changed
        send_form(client, f"/admin/blog/{address}/{row.pk}/change/", slug="other")
        assert not Post.objects.filter(index_due=True).exists()  # none of the indexed words was
        send_form(client, f"/admin/blog/{address}/{row.pk}/change/", **{field: text})
        assert Post.objects.filter(index_due=True).exists()
        assert entries() == before
        catch_up()
        assert not Post.objects.filter(index_due=True).exists()
        assert entries() != before
        before = entries()


def entries() -> list[Any]:
    """Return all rows of the index in the order in which they were written."""
    return list(SearchEntry.objects.order_by("pk").values_list("title", "body"))


def test_the_worker_indexes_in_small_transactions_and_stops_when_told(
    write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(50):
        write()
    stopping, sizes, original = threading.Event(), [], index.index_posts

    def counted(posts: list[Post]) -> None:
        sizes.append(len(posts))
        original(posts)
        if len(sizes) == 2:
            stopping.set()

    monkeypatch.setattr(index, "index_posts", counted)
    index.index_due_posts(stopping)
    assert sizes == [20, 20]
    catch_up()
    assert (sizes[2:], SearchEntry.objects.count()) == ([10], 50)


def test_a_post_that_cannot_be_indexed_stops_no_others(
    write: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    posts, original = [write() for _number in range(21)], index.index_posts

    def failing(some: list[Post]) -> None:
        if posts[0] in some:
            raise ValueError("No such words.")
        original(some)

    monkeypatch.setattr(index, "index_posts", failing)
    caplog.set_level(logging.CRITICAL)
    catch_up()
    assert SearchEntry.objects.exists()
    assert Post.objects.get(pk=posts[0].pk).index_due


def test_a_search_takes_as_many_queries_for_ten_posts_as_for_five(
    indexed: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(10):
        work = Work.objects.create(title=f"Rain {number}", slug=f"rain-{number}", kind="film")
        indexed(title=f"Rain {number}", work=work, tags=[f"tag{number}"])
    with django_assert_max_num_queries(6):
        assert len(hits(ask("rain"))) == 10
