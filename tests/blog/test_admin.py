"""Writing in the admin: permissions, refused values, the live preview, and lists."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from blog.models import Band, Page, Picture, Post, Tag, Work
from tests.support.forms import fields
from tests.support.image_files import tagged_png
from tests.support.people import person
from tests.support.wire import wire

ADD = "/admin/blog/post/add/"
PREVIEW = "/admin/preview/"


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    client: Client = logged_in(ada)
    return client


@pytest.fixture
def write_in_admin(author: Client, send_form: Any) -> Callable[..., Any]:
    def written(**values: Any) -> Any:
        return send_form(author, ADD, **{"title": "Hail", "slug": "hail", "body": "Ice.", **values})

    return written


# --- Who may do what ------------------------------------------------------------------------


def test_a_new_post_is_a_draft_until_it_has_a_publication_time(
    write_in_admin: Any, author: Client, ada: Any, send_form: Any, complete: Any
) -> None:
    assert write_in_admin().status_code == 302
    post = Post.objects.get()
    assert (post.author, post.is_published) == (ada, False)
    assert wire("/reviews/hail/").status == 404
    address = reverse("admin:blog_post_change", args=[post.pk])
    send_form(
        author,
        address,
        published_at_0="2020-01-01",
        published_at_1="00:00",
        **complete,
    )
    assert "<p>Ice.</p>" in wire("/reviews/hail/").text


def test_a_post_of_an_author_has_their_name(
    author: Client, write_in_admin: Any, ada: Any, olive: Any
) -> None:
    assert 'name="author"' not in author.get(ADD).content.decode()
    write_in_admin(author=str(olive.pk))
    assert Post.objects.get().author == ada


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Work, {"title": "Tin", "slug": "tin", "kind": "film"}),
        (Tag, {"name": "tin", "slug": "tin"}),
        (Band, {"lowest": "70", "wording": "fine"}),
    ],
)
def test_an_author_can_edit_works_tags_and_the_score_guide(
    model: Any, values: dict[str, str], author: Client, send_form: Any
) -> None:
    name = f"admin:blog_{model._meta.model_name}"
    assert send_form(author, reverse(f"{name}_add"), **values).status_code == 302
    row = model.objects.get()
    assert author.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert author.get(reverse(f"{name}_changelist")).status_code == 200


def test_an_author_can_delete_a_post_with_its_comments(
    author: Client, post: Post, say: Any
) -> None:
    first = say()
    say("I did not.", parent=first, email="tess@example.com")
    address = reverse("admin:blog_post_delete", args=[post.pk])
    assert author.get(address).status_code == 200
    assert author.post(address, {"post": "yes"}).status_code == 302
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/admin/blog/sitesettings/",
        "/admin/blog/sitesettings/1/change/",
        "/admin/comments/commentsettings/",
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        "/admin/auth/group/",
    ],
)
def test_an_author_may_not_change_settings_or_users(path: str, author: Client, olive: Any) -> None:
    assert author.get(path).status_code == 403
    assert author.post(path, {}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", ADD, "/admin/blog/post/", "/admin/jsi18n/"])
def test_the_admin_is_closed_to_moderators_and_asks_others_to_log_in(
    path: str, mo: Any, logged_in: Any, client: Client
) -> None:
    assert logged_in(mo).get(path, follow=True).status_code == 403
    assert logged_in(person("Nobody")).get(path, follow=True).status_code == 403
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == f"/login/?next={path}"


@pytest.mark.parametrize("path", ["blog/sitesettings", "comments/commentsettings"])
def test_the_owner_can_change_the_settings(
    path: str, olive: Any, logged_in: Any, send_form: Any
) -> None:
    client = logged_in(olive)
    assert client.get(f"/admin/{path}/add/").status_code == 403
    assert client.post(f"/admin/{path}/1/delete/", {"post": "yes"}).status_code == 403
    assert send_form(client, f"/admin/{path}/").status_code == 302
    assert send_form(client, f"/admin/{path}/1/change/").status_code == 302


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"_draft": ""}, "{} was saved as a draft."),
        ({"_publish": ""}, '{} is published. <a href="/hail/">View it on the site</a>.'),
        (
            {"published_at_0": "2999-01-02", "published_at_1": "12:00"},
            "{} is scheduled for Jan. 2, 2999",
        ),
    ],
)
@pytest.mark.parametrize("button", ["_save", "_continue"])
def test_saving_a_post_says_what_happened(
    button: str, values: dict[str, str], sentence: str, author: Client, send_form: Any
) -> None:
    form = "/admin/blog/page/add/"
    typed = {"title": "<Hail>", "slug": "hail", "body": "Ice.", button: "", **values}
    for _time in ("added", "changed"):
        place = send_form(author, form, **typed)["Location"]
        form = f"/admin/blog/page/{Page.objects.get().pk}/change/"
        assert place == (form if button == "_continue" else "/admin/blog/page/")
        page = author.get(place).content.decode()
        assert sentence.format(f'“<a href="{form}">&lt;Hail&gt;</a>”') in page


# --- What is refused ------------------------------------------------------------------------

REFUSALS = {
    "unpaired spoiler": ({"body": "He is ||dead."}, "body", "closed. Put || on both sides"),
    "open block": ({"body": "::: spoiler\nDead."}, "body", "closed. Add a line with only :::"),
    "foreign picture": (
        {"body": "![A pixel](https://example.com/pixel.png)"},
        "body",
        "a picture uploaded here",
    ),
    "spoiler in the verdict": (
        {"verdict": "Good, ||though he dies||."},
        "verdict",
        "Please write it without spoilers",
    ),
    "no address": ({"slug": "hail & ice"}, "slug", "Use only letters, digits, hyphens"),
    "score over 100": ({"score": "101"}, "score", "less than or equal to 100"),
    "score under 0": ({"score": "-1"}, "score", "greater than or equal to 0"),
    "no whole score": ({"score": "7.5"}, "score", "whole number"),
    "no title": ({"title": ""}, "title", "This field is required"),
    "long text": ({"body": "x" * 65_001}, "body", "has 65,001 characters. The limit is 65,000."),
    "long verdict": ({"verdict": "x" * 4_001}, "verdict", "4,001 characters. The limit is 4,000."),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_invalid_values_are_refused_with_an_explanation_and_the_text_is_kept(
    case: str, write_in_admin: Any
) -> None:
    values, field, sentence = REFUSALS[case]
    answer = write_in_admin(**{"summary": "Typed with care.", **values})
    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert sentence in " ".join(form.errors[field])
    assert list(form.errors) == [field]
    assert form["summary"].value() == "Typed with care."
    assert form[field].value() == values[field]
    assert "Typed with care." in answer.content.decode()
    assert not Post.objects.exists()


def test_a_line_end_counts_as_one_character_as_in_the_browser(write_in_admin: Any) -> None:
    typed = {"body": "It\r\nhails." + "\r\n" * 64_000 + "Ice\rfalls.", "verdict": "A\r\n" * 2_000}
    assert write_in_admin(**typed).status_code == 302
    post = Post.objects.get()
    assert post.body == "It\nhails." + "\n" * 64_000 + "Ice\nfalls."
    assert post.verdict == "A\n" * 1_999 + "A"


def test_a_taken_address_is_refused(write_in_admin: Any, post: Post) -> None:
    form = write_in_admin(slug=post.slug).context["adminform"].form
    assert "“metallic-rain” is already in use" in " ".join(form.errors["slug"])


def test_a_picture_in_use_is_not_deleted(author: Client, write: Any) -> None:
    Picture.objects.bulk_create([Picture(file="pictures/a.webp", width=1, height=1, alt="A")])
    write(thumbnail=Picture.objects.get())
    address = reverse("admin:blog_picture_delete", args=[Picture.objects.get().pk])
    assert author.post(address, {"post": "yes"}).status_code in (200, 403)
    assert Picture.objects.exists()


@pytest.fixture
def picture(db: None) -> Picture:
    return Picture.objects.create(file=ContentFile(tagged_png(), "a.png"), alt="A green field")


def test_pictures_are_seen_in_their_list_and_on_their_page(
    author: Client, picture: Picture, write: Any
) -> None:
    body = f"![A]({picture.file.url})"
    post, other = write(title="Shown & seen", body=body), write(title="Not at all")
    page = Page.objects.create(title="About", slug="about", body=body)
    carded = write(title="On the card", thumbnail=picture)
    assert f'src="{picture.file.url}"' in author.get("/admin/blog/picture/").content.decode()
    html = author.get(f"/admin/blog/picture/{picture.pk}/change/").content.decode()
    assert f'src="{picture.file.url}" alt="A green field"' in html
    assert f'<a href="/admin/blog/post/{post.pk}/change/">Shown &amp; seen</a>' in html
    assert f'<a href="/admin/blog/post/{carded.pk}/change/">On the card</a>' in html
    assert f'<a href="/admin/blog/page/{page.pk}/change/">About</a>' in html
    assert f"/admin/blog/post/{other.pk}/" not in html


def test_the_list_of_pictures_takes_as_many_queries_as_one_picture(
    author: Client, picture: Picture
) -> None:
    def grow(number: int) -> int:
        rows = [Picture(file=f"pictures/{uuid4()}", width=9, height=9) for _row in range(number)]
        Picture.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as seen:
            assert author.get("/admin/blog/picture/").status_code == 200
        return len(seen)

    grow(1)
    assert grow(2) == grow(8)


def test_deleting_a_picture_names_the_texts_that_show_it(
    author: Client, picture: Picture, write: Any
) -> None:
    picture.renditions.create(format="webp", width=4, height=2, file="pictures/b.webp")
    post = write(title="Shown", body=f"![A]({picture.file.url})")
    single = author.get(f"/admin/blog/picture/{picture.pk}/delete/")
    selected = {"action": "delete_selected", "_selected_action": picture.pk}
    several = author.post("/admin/blog/picture/", selected)
    for answer in (single, several):
        html = answer.content.decode()
        assert "will show the alt text instead" in html
        assert f'<a href="/admin/blog/post/{post.pk}/change/">Shown</a>' in html
        assert "endition" not in html
    author.post(f"/admin/blog/picture/{picture.pk}/delete/", {"post": "yes"})
    assert not Picture.objects.exists()


def test_deleting_posts_and_tags_lists_no_inner_rows(author: Client, write: Any, say: Any) -> None:
    tag, post = Tag.objects.create(name="Tin", slug="tin"), write(title="Hail")
    post.tags.add(tag)
    say(post=post)
    html = author.get(f"/admin/blog/tag/{tag.pk}/delete/").content.decode()
    assert "Tags: 1" in html
    assert "relationship" not in html
    html = author.get(f"/admin/blog/post/{post.pk}/delete/").content.decode()
    assert "Posts: 1" in html
    assert "Comments: 1" in html
    listed = html[html.index("<h2>Summary") : html.index("<form method")]
    assert listed.count("<li>") == 3
    assert "entr" not in listed


def test_the_refusal_of_an_unknown_picture_says_its_alternative_text(write_in_admin: Any) -> None:
    answer = write_in_admin(body="![A green field](/media/pictures/gone.webp)")
    [sentence] = answer.context["adminform"].form.errors["body"]
    assert "“A green field (/media/pictures/gone.webp)” isn't a picture" in sentence


def test_the_list_shows_the_state_of_each_post(author: Client, write: Any) -> None:
    write(title="Hail")
    write(title="Sleet", published_at=None)
    write(title="Snow", published_at="2999-01-01T00:00Z")
    page = author.get("/admin/blog/post/").content.decode()
    for state in ("published", "draft", "scheduled"):
        assert f'<td class="field-state">{state}</td>' in page


# --- The preview ----------------------------------------------------------------------------

TEXT = """It *rains*, ||always||.[^1]

::: spoiler the end
It stops.
:::

| a | b |
|---|---|
| 1 | >!2!< |

[^1]: Sometimes.
"""


@pytest.fixture
def client_of(ada: Any, mo: Any, olive: Any, logged_in: Any) -> Callable[[str], Client]:
    people = {"author": ada, "moderator": mo, "owner": olive, "nobody": person("Nobody")}
    return lambda who: logged_in(people[who]) if who in people else Client()


@pytest.mark.parametrize(
    ("who", "status"),
    [("anonymous", 403), ("nobody", 403), ("moderator", 403), ("author", 200), ("owner", 200)],
)
def test_only_authors_and_owners_see_the_preview(who: str, status: int, client_of: Any) -> None:
    assert client_of(who).post(PREVIEW, {"content": TEXT}).status_code == status


@pytest.mark.parametrize("who", ["anonymous", "moderator", "author", "owner"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_the_preview_only_accepts_post_requests(who: str, method: str, client_of: Any) -> None:
    assert client_of(who).generic(method, PREVIEW).status_code == 405


def test_the_preview_needs_a_csrf_token(ada: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post(PREVIEW, {"content": TEXT}).status_code == 403


def test_the_preview_has_the_same_html_as_the_page(author: Client, write: Any) -> None:
    preview = author.post(PREVIEW, {"content": TEXT}).content.decode()
    post = write(body=TEXT)
    assert post.body_html.strip() in preview
    assert post.body_html.strip() in wire(post.get_absolute_url()).text


def test_the_preview_shows_problems_that_prevent_saving(author: Client) -> None:
    preview = author.post(PREVIEW, {"content": "He is ||dead."}).content.decode()
    assert "closed. Put || on both sides" in preview


@pytest.mark.parametrize("content", [{}, {"content": ""}, {"content": "x" * 70_000}])
def test_the_preview_accepts_any_text(content: dict[str, str], author: Client) -> None:
    assert author.post(PREVIEW, content).status_code == 200


def test_the_preview_says_by_how_much_a_text_is_too_long(author: Client) -> None:
    fits = author.post(PREVIEW, {"content": "a\r\n" * 32_500}).content.decode()
    assert "The limit is" not in fits
    preview = author.post(PREVIEW, {"content": "x" * 65_400}).content.decode()
    assert "This text has 65,400 characters. The limit is 65,000." in preview
    assert "xxx" not in preview


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("who", ["anonymous", "owner"])
@pytest.mark.parametrize("path", ["/markdownx/upload/", "/markdownx/markdownify/", "/markdownx/"])
def test_the_views_of_the_editor_package_are_not_used(
    path: str, who: str, method: str, client_of: Any
) -> None:
    answer = client_of(who).generic(method, path)
    assert answer.status_code == 404 or (path, answer.status_code) == ("/markdownx/", 405)


@pytest.mark.parametrize("field", ["title", "summary", "spoiler_note"])
def test_spoilers_are_refused_in_fields_that_cannot_hide_them(
    write_in_admin: Any, field: str
) -> None:
    response = write_in_admin(**{field: "In the end ||he dies||."})
    assert "Please write it without spoilers" in response.content.decode()
    assert "||he dies||" in response.content.decode()
    assert not Post.objects.exists()


# --- The preview of the whole page ----------------------------------------------------------

WHOLE = "/admin/blog/post/add/preview/"


@pytest.fixture
def whole(author: Client, send_form: Any) -> Callable[..., Any]:
    """Return a function that changes some fields of a form and previews the whole page."""

    def shown(address: str = ADD, **values: Any) -> Any:
        typed = fields(author.get(address).content.decode()) | values | {"_preview": ""}
        return author.post(address.replace("change/", "").rstrip("/") + "/preview/", typed)

    return shown


def test_the_whole_page_can_be_previewed_before_it_is_saved(whole: Any, complete: Any) -> None:
    tag = Tag.objects.create(name="ice", slug="ice")
    typed = {"title": "Hail", "slug": "", "body": "It *hails*.", "tags": [str(tag.pk)]}
    answer = whole(**typed, **complete)
    page = answer.content.decode()
    assert answer.status_code == 200
    for shown in ("<em>hails</em>", "Bring a hat.", "ice", "only you can see it", "noindex"):
        assert shown in page
    assert "comment-form" not in page
    assert "no-store" in answer["Cache-Control"]
    assert not Post.objects.exists()


def test_a_preview_of_a_stored_post_does_not_change_it(whole: Any, post: Post) -> None:
    address = reverse("admin:blog_post_change", args=[post.pk])
    page = whole(address, title="Hail", body="Changed.").content.decode()
    assert "Changed." in page
    assert "comment-form" not in page
    assert (Post.objects.get().title, Post.objects.get().body) == (post.title, post.body)
    assert "Changed." not in wire(post.get_absolute_url()).text


@pytest.mark.parametrize("time", ["", "2020-01-01", "2999-01-01", "soon"])
def test_a_preview_does_not_need_a_complete_checklist(time: str, whole: Any) -> None:
    hour = "12:00" if time else ""
    answer = whole(title="Hail", body="Ice.", published_at_0=time, published_at_1=hour)
    assert answer.status_code == (400 if time == "soon" else 200)


@pytest.mark.parametrize("values", [{"body": "||x"}, {"title": ""}, {"body": "\0"}])
def test_a_preview_of_invalid_values_explains_the_problems(
    values: dict[str, str], whole: Any
) -> None:
    answer = whole(**{"title": "Hail", "body": "Ice.", **values})
    assert answer.status_code == 400
    assert "your text is safe" in answer.content.decode()
    assert 'class="errorlist' in answer.content.decode()


def test_pages_have_a_preview_too(whole: Any) -> None:
    answer = whole("/admin/blog/page/add/", title="About", slug="about", body="It is *me*.")
    assert "<em>me</em>" in answer.content.decode()
    assert not Page.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("anonymous", 302), ("nobody", 302), ("author", 400)])
def test_only_authors_and_owners_see_the_preview_of_a_page(
    who: str, status: int, client_of: Any
) -> None:
    assert client_of(who).post(WHOLE, {}).status_code == status


@pytest.mark.parametrize("model", ["post", "page"])
def test_a_login_on_the_way_to_a_preview_leads_to_the_form(
    model: str, author: Client, write: Any
) -> None:
    row = write() if model == "post" else Page.objects.create(title="Me", slug="me", body="Me.")
    for form in (f"/admin/blog/{model}/add/", f"/admin/blog/{model}/{row.pk}/change/"):
        answer = author.get(form.replace("change/", "") + "preview/", follow=True)
        assert answer.redirect_chain == [(form, 302)]
        assert "Your text is safe in the other tab" in answer.content.decode()


def test_the_whole_page_needs_a_post_request_with_a_csrf_token(author: Client, ada: Any) -> None:
    assert author.put(WHOLE).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.post(WHOLE, {}).status_code == 403


@pytest.mark.parametrize("pk", ["0", "9" * 30])
def test_a_post_that_does_not_exist_has_no_preview(pk: str, author: Client) -> None:
    assert author.post(f"/admin/blog/post/{pk}/preview/", {}).status_code == 404


def test_the_form_links_to_the_page_of_the_post(author: Client, write: Any) -> None:
    draft = write(published_at=None, slug="soon")
    page = author.get(reverse("admin:blog_post_change", args=[draft.pk])).content.decode()
    link = re.search(r'href="(/admin/r/\d+/\d+/)"', page)
    assert link
    assert author.get(link[1])["Location"].endswith("/reviews/soon/")
    assert author.get("/reviews/soon/").status_code == 200


# --- Works, tags and pictures while writing -------------------------------------------------


def test_the_form_has_lists_that_work_without_javascript(author: Client, complete: Any) -> None:
    assert '<a href="?plain=1">' in author.get(ADD).content.decode()
    plain = author.get(ADD, {"plain": "1"}).content.decode()
    assert f'<option value="{complete["work"]}">Hail</option>' in plain
    assert "admin-autocomplete" not in plain


def test_query_parameters_can_fill_in_the_form(author: Client, complete: Any) -> None:
    tag = Tag.objects.create(name="rain", slug="rain")
    asked = {"title": "Hail", "work": complete["work"], "tags": f"{tag.pk}", "plain": "1"}
    form = fields(author.get(ADD, asked).content.decode())
    assert (form["title"], form["work"], form["tags"]) == ("Hail", complete["work"], [f"{tag.pk}"])


@pytest.mark.parametrize(
    "value", ["x", "a\0b", "-1", "", ",", "1,x", "9" * 30, "9" * 5_000, "\u0663"]
)
@pytest.mark.parametrize("who", ["author", "owner"])
def test_invalid_query_parameters_cause_no_error(who: str, value: str, client_of: Any) -> None:
    asked = dict.fromkeys(("title", "work", "tags", "thumbnail", "score"), value)
    asked |= dict.fromkeys(("author", "published_at", "menu_place", "spoiler_level"), value)
    for path in (ADD, "/admin/blog/page/add/"):
        for plain in ({}, {"plain": "1"}):
            assert client_of(who).get(path, {**asked, **plain}).status_code == 200


@pytest.mark.parametrize("model", ["work", "tag", "picture"])
def test_works_tags_and_pictures_can_be_added_from_the_form(model: str, author: Client) -> None:
    way = f"/admin/blog/{model}/add/"
    assert f'href="{way}?' in author.get(ADD).content.decode()
    assert author.get(way, {"_popup": "1"}).status_code == 200


# --- The lists ------------------------------------------------------------------------------

POSTS = "/admin/blog/post/"


@pytest.mark.parametrize("state", ["draft", "scheduled", "published"])
def test_the_list_shows_one_state(state: str, author: Client, write: Any) -> None:
    write(title="draft one", published_at=None)
    write(title="scheduled one", published_at="2999-01-01T00:00Z")
    write(title="published one")
    found = author.get(POSTS, {"state": state}).context["cl"].result_list
    assert [post.title for post in found] == [f"{state} one"]


@pytest.mark.parametrize("query", [{"state": "?"}, {"missing": "x" * 5_000}, {"state": "\0"}])
def test_a_list_accepts_any_query(query: dict[str, str], author: Client) -> None:
    assert author.get(POSTS, query).status_code in (200, 302)


def test_the_list_finds_posts_by_title_work_and_tag_each_once(
    author: Client, write: Any, complete: Any
) -> None:
    post = write(title="Metallic Rain", work_id=complete["work"])
    write(title="Another")
    post.tags.set(Tag.objects.create(name=f"wet {kind}", slug=kind) for kind in ("film", "day"))
    for asked in ("metallic", "hail", "wet", "wet rain"):
        with CaptureQueriesContext(connection) as seen:
            found = author.get(POSTS, {"q": asked}).context["cl"]
        assert list(found.result_list) == [post], asked
        whole = [query["sql"] for query in seen if '"body_html"' in query["sql"]]
        assert whole
        assert not any("DISTINCT" in query for query in whole)
    assert not author.get(POSTS, {"q": "wet snow"}).context["cl"].result_list


def test_the_list_counts_comments_and_sorts_by_them(
    author: Client, write: Any, say: Any, ada: Any, mo: Any
) -> None:
    for post, number in ((write(title="Loud"), 3), (write(title="Quiet"), 1)):
        for status in ["approved"] * number + ["pending", "spam"]:
            say(f"{status} {number}", post=post, status=status)
    column = author.get(POSTS).context["cl"].list_display.index("conversation")
    page = author.get(POSTS, {"o": str(column)})
    assert [post.title for post in page.context["cl"].result_list][:2] == ["Loud", "Quiet"]
    assert "3 (1 pending)" in page.content.decode()
    assert "/moderation/" not in page.content.decode().partition("result_list")[2]
    ada.groups.add(*mo.groups.all())
    page = author.get(POSTS).content.decode().partition("result_list")[2]
    assert '<a href="/moderation/">3 (1 pending)</a>' in page


@pytest.mark.parametrize("path", [POSTS, "/admin/blog/page/", "/admin/"])
def test_the_number_of_queries_does_not_depend_on_the_length_of_a_list(
    path: str, author: Client, write: Any, complete: Any
) -> None:
    def grow(number: int) -> int:
        for _number in range(number):
            made = write(work=Work.objects.get(), thumbnail=Picture.objects.get())
            write(work=Work.objects.get(), published_at=None)
            write(published_at="2999-01-01T00:00Z")
            Page.objects.create(title="About", slug=f"about-{made.pk}", body="Me.")
        with CaptureQueriesContext(connection) as seen:
            assert author.get(path).status_code == 200
        return len(seen)

    grow(1)  # some things are cached after the first time
    assert grow(2) == grow(8) <= 16


def test_the_dashboard_shows_drafts_scheduled_posts_and_pending_comments(
    author: Client, write: Any, say: Any, ada: Any, mo: Any, olive: Any
) -> None:
    write(title="Half a review", published_at=None)
    write(title="Another's draft", published_at=None, author=olive)
    write(title="Next week", published_at="2999-01-01T00:00Z")
    say(post=write(title="Out"), status="pending")
    page = author.get("/admin/").content.decode()
    assert f'href="{ADD}"' in page
    assert re.search(r"Half a review</a>\s*<time[^>]*>\s*Last changed: \w", page)
    assert re.search(r"Next week</a>\s*<time[^>]*>\s*Publishes Jan. 1, 2999", page)
    assert "Another&#x27;s draft" not in page
    assert "1 comment to review" not in page
    ada.groups.add(*mo.groups.all())
    assert "1 comment to review" in author.get("/admin/").content.decode()
