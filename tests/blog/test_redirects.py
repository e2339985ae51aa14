"""Slugs are made from titles and unique, and a changed address redirects to the new one."""

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.redirects.models import Redirect
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from blog.models import Page, Post, Tag, Work
from comments.models import Comment
from tests.support.forms import form
from tests.support.wire import wire

TIME = {"published_at_0": "2020-01-01", "published_at_1": "12:00"}
DRAFT = {"published_at_0": "", "published_at_1": ""}


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    client: Client = logged_in(ada)
    return client


@pytest.fixture
def change(author: Client, send_form: Any, complete: dict[str, str]) -> Callable[..., Any]:
    """Return a function that changes a row in the admin; posts get a complete checklist."""

    def changed(row: Any, **values: Any) -> Any:
        if isinstance(row, Post):
            values = {**complete, **values}
        name = f"admin:blog_{row._meta.model_name}_change"
        answer = send_form(author, reverse(name, args=[row.pk]), **values)
        assert answer.status_code == 302, answer.context["adminform"].form.errors
        return answer

    return changed


@pytest.fixture
def add(author: Client, send_form: Any, complete: dict[str, str]) -> Callable[..., Any]:
    def added(model: str = "post", **values: Any) -> Any:
        values = {**(complete if model == "post" else {}), "body": "Ice.", **values}
        return send_form(author, f"/admin/blog/{model}/add/", **values)

    return added


def target(path: str, **options: Any) -> str | None:
    """Return where a path redirects permanently; None if it does not redirect."""
    answer = wire(path.encode().decode("latin-1"), **options)
    assert answer.status in (200, 301, 308, 404)
    return answer.headers.get("location")


# --- How slugs are made ------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Metallic Rouge: Review", "metallic-rouge-review"),
        ("鋼の雨", "鋼の雨"),
        ("Дождь", "дождь"),
        ("x" * 200, "x" * 180),
    ],
)
def test_an_empty_slug_is_made_from_the_title(title: str, slug: str, add: Any) -> None:
    assert add(title=title, slug="").status_code == 302
    assert Post.objects.get().slug == slug


def test_a_generated_slug_is_unique(add: Any) -> None:
    for _number in range(3):
        add(title="Hail", slug="")
    assert set(Post.objects.values_list("slug", flat=True)) == {"hail", "hail-2", "hail-3"}


def test_a_generated_slug_leaves_room_for_a_number(add: Any) -> None:
    for _number in range(2):
        add("tag", name="x" * 49 + ("?" if Tag.objects.exists() else "!"), slug="")
    assert set(Tag.objects.values_list("slug", flat=True)) == {"x" * 49, f"{'x' * 48}-2"}


def test_a_taken_slug_is_refused_and_a_free_one_is_suggested(add: Any, write: Any) -> None:
    write(slug="hail")
    write(slug="hail-2")
    errors = add(title="Hail", slug="hail").context["adminform"].form.errors
    assert errors["slug"] == ["The URL slug “hail” is already in use. “hail-3” is available."]


@pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite lets one write at a time: there is no such moment"
)
@pytest.mark.django_db(transaction=True)
def test_a_slug_taken_at_the_same_moment_is_refused_and_the_text_is_kept(
    add: Any, ada: Any
) -> None:
    def somebody_else() -> None:
        Post.objects.bulk_create([Post(title="First", slug="hail", author=ada, body="Ice.")])
        connection.close()

    def between(**_kwargs: Any) -> None:
        pre_save.disconnect(between, sender=Post)
        thread = Thread(target=somebody_else)
        thread.start()
        thread.join()

    pre_save.connect(between, sender=Post)
    answer = add(title="Hail", slug="hail", body="Typed with care.")
    assert "“hail” is already in use" in answer.context["adminform"].form.errors["slug"][0]
    assert "Typed with care." in answer.content.decode()


@pytest.mark.parametrize(
    ("title", "slug", "sentence"),
    [
        ("!?", "", "Please type a URL slug"),
        ("Hail", "a b", "Use only letters, digits, hyphens"),
        ("Hail", "a/b", "Use only letters, digits, hyphens"),
        ("Hail", "a\0b", "Null characters are not allowed"),
        ("Hail", "x" * 181, "at most 180 characters"),
    ],
)
def test_an_invalid_slug_is_refused(title: str, slug: str, sentence: str, add: Any) -> None:
    assert sentence in " ".join(
        add(title=title, slug=slug).context["adminform"].form.errors["slug"]
    )


def test_a_slug_longer_than_the_present_limit_may_stay(
    write: Any, change: Any, author: Client, send_form: Any, complete: dict[str, str]
) -> None:
    row = write(slug="x" * 200)
    change(row, title="Changed")
    assert Post.objects.values_list("title", "slug").get() == ("Changed", "x" * 200)
    for other in ("x" * 199, "y" * 200):
        answer = send_form(
            author, reverse("admin:blog_post_change", args=[row.pk]), **{**complete, "slug": other}
        )
        errors = answer.context["adminform"].form.errors
        assert "at most 180 characters" in errors["slug"][0]
    change(row, slug="short")
    assert Post.objects.get().slug == "short"


def test_the_suggestion_while_typing_supports_every_script(author: Client) -> None:
    page = author.get("/admin/blog/post/add/").content.decode()
    assert "&quot;allowUnicode&quot;: true" in page
    assert "&quot;maxLength&quot;: 180" in page


@pytest.mark.parametrize(
    "slug", ["admin", "feed", "login", "search", "healthz", "privacy", "moderation", "static"]
)
def test_a_page_cannot_use_an_address_of_the_site(slug: str, add: Any) -> None:
    errors = add("page", title="About", slug=slug).context["adminform"].form.errors
    assert "Please choose another one" in errors["slug"][0]


@pytest.mark.parametrize("slug", ["about", "about-me", "私"])
def test_a_page_can_use_any_other_address(slug: str, add: Any) -> None:
    assert add("page", title="About", slug=slug, **TIME).status_code == 302
    assert Page.objects.get().slug == slug


# --- A changed address ----------------------------------------------------------------------


def test_an_old_address_and_those_below_it_redirect_to_the_new_one(post: Post, change: Any) -> None:
    change(post, slug="rain")
    assert target("/reviews/metallic-rain/") == "/reviews/rain/"
    assert target("/reviews/metallic-rain/", query="comments=2") == "/reviews/rain/?comments=2"
    assert target("/reviews/metallic-rain/feed/") == "/reviews/rain/feed/"
    below = "/reviews/metallic-rain/comments/"
    assert target(below, query="parent=1") == "/reviews/rain/comments/?parent=1"


def test_browsers_do_not_cache_the_redirect(post: Post, change: Any) -> None:
    change(post, slug="rain")
    assert wire("/reviews/metallic-rain/").headers["cache-control"] == "no-cache"


def test_a_comment_sent_to_the_old_address_arrives(post: Post, change: Any, send: Any) -> None:
    change(post, slug="rain")
    answer = send()  # the form of a page that was opened before
    assert answer.status_code == 308  # the browser repeats the request with its body
    assert answer["Location"] == "/reviews/rain/comments/"


def test_tags_works_and_pages_get_redirects_too(post: Post, change: Any) -> None:
    tag = Tag.objects.create(name="rain", slug="rain")
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    page = Page.objects.create(
        title="About", slug="about", body="Me.", published_at=post.published_at
    )
    post.tags.add(tag)
    Post.objects.update(work=work)
    for row in (tag, work, page):
        change(row, slug="wet")
    assert target("/tags/rain/") == "/tags/wet/"
    assert target("/tags/rain/feed/") == "/tags/wet/feed/"
    assert target("/works/rain/") == "/works/wet/"
    assert target("/about/") == "/wet/"


def test_an_address_that_was_never_public_gets_no_redirect(write: Any, change: Any) -> None:
    change(write(published_at=None, slug="a"), slug="b")
    change(write(published_at="2999-01-01T00:00Z", slug="c"), slug="d")
    change(Tag.objects.create(name="rain", slug="e"), slug="f")
    assert not Redirect.objects.exists()


def test_a_japanese_address_redirects(write: Any, change: Any) -> None:
    old, new = "鋼" * 180, "雨" * 180
    change(write(slug=old), slug=new)
    assert target(f"/reviews/{old}/") == f"/reviews/{quote(new)}/"
    assert wire(f"/reviews/{new}/".encode().decode("latin-1")).status == 200


def test_several_changes_lead_to_one_redirect(post: Post, change: Any) -> None:
    for slug in ("b", "c", "d"):
        change(post, slug=slug)
    for old in ("metallic-rain", "b", "c"):
        assert target(f"/reviews/{old}/") == "/reviews/d/"


def test_changing_an_address_back_makes_no_loop(post: Post, change: Any) -> None:
    change(post, slug="b")
    change(post, slug="metallic-rain")
    assert wire("/reviews/metallic-rain/").status == 200
    assert target("/reviews/b/") == "/reviews/metallic-rain/"
    assert Redirect.objects.count() == 1


def test_a_new_post_at_an_old_address_takes_precedence(post: Post, change: Any, add: Any) -> None:
    change(post, slug="b")
    assert add(title="New", slug="metallic-rain", **TIME).status_code == 302
    assert "New" in wire("/reviews/metallic-rain/").text
    assert not Redirect.objects.exists()


def test_a_draft_at_an_old_address_does_not_replace_the_redirect(
    post: Post, change: Any, add: Any
) -> None:
    change(post, slug="b")
    add(title="New", slug="metallic-rain", **DRAFT)
    assert target("/reviews/metallic-rain/") == "/reviews/b/"


LATER = {"published_at_0": "2999-01-01", "published_at_1": "12:00"}


@pytest.mark.parametrize(
    "steps",
    [
        [{"_draft": "1"}, {"slug": "c"}],
        [{"_draft": "1", "slug": "c"}],
        [{"slug": "b"}, {"slug": "c", "_draft": "1"}],
        [{"slug": "b"}, {"_draft": "1"}, {"slug": "c"}],
        [{"slug": "c", **LATER}],
        [LATER, {"slug": "b"}, {"slug": "c"}],
    ],
)
def test_an_address_changed_while_a_post_is_unpublished_redirects(
    steps: list[dict[str, str]], post: Post, change: Any
) -> None:
    for step in [*steps, {"_publish": "1"}]:
        change(post, **step)
    assert target("/reviews/metallic-rain/") == "/reviews/c/"
    assert target("/reviews/b/") in (None, "/reviews/c/")
    assert wire("/reviews/c/").status == 200


def test_a_page_and_a_tag_changed_while_unpublished_redirect_too(post: Post, change: Any) -> None:
    page = Page.objects.create(
        title="About", slug="about", body="Me.", published_at=post.published_at
    )
    tag = Tag.objects.create(name="rain", slug="rain")
    for row in (page, post):
        change(row, _draft="1", **({"tags": str(tag.pk)} if row is post else {}))
    change(page, slug="me")
    change(tag, slug="wet")
    for row in (page, post):
        change(row, _publish="1")
    assert target("/about/") == "/me/"
    assert target("/tags/rain/") == "/tags/wet/"


def test_an_unpublished_post_is_not_found_at_its_old_address(post: Post, change: Any) -> None:
    change(post, _draft="1")
    change(post, slug="b")
    assert target("/reviews/metallic-rain/") == "/reviews/b/"
    assert wire("/reviews/b/").status == 404


def test_a_scheduled_post_gets_a_redirect_after_its_publication(
    write: Any, change: Any, clock: Any
) -> None:
    row = write(slug="a", published_at=timezone.now() + timedelta(hours=1))
    clock.move(hours=2)
    change(row, slug="b", **DRAFT)
    change(row, slug="c", **TIME)
    assert target("/reviews/a/") == "/reviews/c/"


def test_two_unpublished_posts_that_swap_addresses_make_no_loop(write: Any, change: Any) -> None:
    first, second = write(slug="a"), write(slug="b")
    for row, slug in ((first, "c"), (second, "a"), (first, "b"), (second, "c"), (first, "a")):
        change(row, slug=slug, **DRAFT)
    for path in ("a", "b", "c"):
        seen = [f"/reviews/{path}/"]
        while to := target(seen[-1]):
            assert to not in seen
            seen.append(to)
        assert len(seen) <= 2


@pytest.mark.parametrize("way", ["page", "list"])
def test_no_redirect_leads_to_a_deleted_post(
    way: str, post: Post, change: Any, author: Client
) -> None:
    change(post, slug="b")
    if way == "page":
        author.post(reverse("admin:blog_post_delete", args=[post.pk]), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": post.pk, "post": "yes"}
        author.post("/admin/blog/post/", chosen)
    assert not Post.objects.exists()
    assert not Redirect.objects.exists()
    assert wire("/reviews/metallic-rain/").status == 404


# --- Addresses written differently ------------------------------------------------------------


@pytest.fixture
def cafe(write: Any) -> Post:
    """A post, a tag, a work and a page whose slugs have accents; readers see all of them."""
    post: Post = write(title="Café Größe", slug="café-größe")
    post.tags.add(Tag.objects.create(name="Ω", slug="ω-café"))
    post.work = Work.objects.create(title="Über", slug="über", kind="film")
    post.save()
    Page.objects.create(title="Olé", slug="olé", body="Us.", published_at=post.published_at)
    return post


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("/reviews/Café-Größe/", "/reviews/café-größe/"),
        ("/REVIEWS/CAFÉ-GRÖßE/FEED/ATOM/", "/reviews/café-größe/feed/atom/"),
        ("/reviews/cafe\u0301-gro\u0308ße/", "/reviews/café-größe/"),
        ("/Tags/Ω-CAFE\u0301/", "/tags/ω-café/"),
        ("/tags/Ω-café/feed/", "/tags/ω-café/feed/"),
        ("/works/U\u0308ber/", "/works/über/"),
        ("/Olé/", "/olé/"),
        ("/Search/", "/search/"),
    ],
)
def test_an_address_in_capitals_or_with_separate_accents_redirects(
    asked: str, path: str, cafe: Post
) -> None:
    assert target(asked) == quote(path)
    assert wire(path.encode().decode("latin-1")).status == 200


@pytest.mark.parametrize(
    "asked",
    [
        *("/reviews/No-Such/", "/tags/Unused/", "/works/Draft/", "/Draft/", "/reviews/Draft/"),
        *("/media/RAIN.webp", "//Evil.example/", "//Search/", "/No/Such/", "/%41bout/"),
    ],
)
def test_an_address_that_leads_nowhere_in_small_letters_either_does_not_redirect(
    asked: str, write: Any
) -> None:
    work = Work.objects.create(title="Draft", slug="draft", kind="film")
    write(slug="draft", published_at=None, work=work)
    Page.objects.create(title="Draft", slug="draft", body="Us.")
    Tag.objects.create(name="unused", slug="unused")
    assert target(asked) is None


def test_an_address_in_capitals_keeps_its_query(cafe: Post) -> None:
    assert target("/Tags/Ω-café/", query="page=2") == f"{quote('/tags/ω-café/')}?page=2"


def test_a_former_address_in_capitals_redirects_too(post: Post, change: Any) -> None:
    change(post, slug="b")
    assert target("/reviews/Metallic-Rain/") == "/reviews/b/"


def test_a_comment_sent_to_an_address_in_capitals_arrives_whole(post: Post, client: Client) -> None:
    answer = client.post("/reviews/Metallic-Rain/comments/", form(), follow=True)
    assert answer.redirect_chain[0] == ("/reviews/metallic-rain/comments/", 308)
    assert Comment.objects.get().post == post


def test_only_addresses_in_capitals_take_more_queries(post: Post, client: Client) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get(path)
        return len(seen)

    queries("/reviews/metallic-ra/")  # reads the settings
    not_found = queries("/reviews/metallic-ra/")
    assert queries("/reviews/Metallic-Rain/") == not_found + 1
    assert queries("/reviews/Metallic-Ra/") == not_found + 2


# --- Redirects of the owner -------------------------------------------------------------------


@pytest.fixture
def lead(db: None) -> Callable[[str, str], None]:
    return lambda old, new: Redirect.objects.create(site_id=1, old_path=old, new_path=new) and None


@pytest.mark.parametrize(
    ("old", "new", "asked", "location"),
    [
        ("/old.php", "/", "/old.php", "/"),
        ("/old/post/", "/tags/", "/old/post", "/tags/"),
        ("/old/", "https://example.org/", "/old/", "https://example.org/"),
        ("/old/", "/", "/old/deeper/", None),
        ("/old/blog/", "/tags/", "/old/blog/deeper/", None),
        ("/reviews/a/", "/reviews/b/", "/reviews/a//evil.example/", "/reviews/b//evil.example/"),
        ("/loop/", "/loop/", "/loop/", None),
        ("/old/", "/", "//evil.example/old/", None),
    ],
)
def test_redirects_of_the_owner_work(
    old: str, new: str, asked: str, location: str | None, lead: Any
) -> None:
    lead(old, new)
    assert target(asked) == location


def test_a_redirect_without_a_target_answers_gone(lead: Any, client: Client) -> None:
    lead("/old/", "")
    assert client.get("/old/").status_code == 410


@pytest.mark.parametrize(
    "path", ["/a\0b/", "/reviews/\0/", "/\xff/", f"/{'x' * 5_000}/", "/%00/", "/a%0d%0aX: y/"]
)
def test_any_address_gets_a_response(path: str, db: None) -> None:
    assert wire(path).status == 404


def test_a_page_that_is_not_found_costs_one_more_query(client: Client, db: None) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/reviews/nothing/", {"q": "x" * 5_000}).status_code == 404
    assert len([query for query in seen if "django_redirect" in query["sql"]]) == 1


def test_only_the_owner_can_edit_redirects(
    author: Client, olive: Any, logged_in: Any, send_form: Any
) -> None:
    address = "/admin/redirects/redirect/"
    assert author.get(address).status_code == 403
    assert logged_in(olive).get(address).status_code == 200
    send_form(logged_in(olive), f"{address}add/", old_path="/old.php", new_path="/")
    assert target("/old.php") == "/"
    assert logged_in(olive).get("/admin/sites/site/").status_code == 404
