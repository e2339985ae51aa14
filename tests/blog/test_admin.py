"""Writing: what an author may do in the admin, what is refused there, and the live preview."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from blog.models import Band, Picture, Post, Tag, Work
from tests.conftest import person, wire

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


def test_an_author_writes_a_post_which_is_a_draft_until_it_has_a_time(
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


def test_an_author_writes_under_their_own_name(
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
        (Band, {"lowest": "70", "words": "fine"}),
    ],
)
def test_an_author_keeps_works_tags_and_the_legend(
    model: Any, values: dict[str, str], author: Client, send_form: Any
) -> None:
    name = f"admin:blog_{model._meta.model_name}"
    assert send_form(author, reverse(f"{name}_add"), **values).status_code == 302
    row = model.objects.get()
    assert author.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200
    assert author.get(reverse(f"{name}_changelist")).status_code == 200


def test_an_author_deletes_a_post_with_its_conversation(
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
def test_an_author_may_not_change_rules_or_people(path: str, author: Client, olive: Any) -> None:
    assert author.get(path).status_code == 403
    assert author.post(path, {}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", ADD, "/admin/blog/post/", "/admin/jsi18n/"])
def test_the_admin_is_shut_for_moderators_and_asks_others_for_a_login(
    path: str, mo: Any, logged_in: Any, client: Client
) -> None:
    assert logged_in(mo).get(path, follow=True).status_code == 403
    assert logged_in(person("Nobody")).get(path, follow=True).status_code == 403
    answer = client.get(path, follow=True)
    assert answer.status_code == 200
    assert answer.redirect_chain[-1][0] == f"/login/?next={path}"


@pytest.mark.parametrize("path", ["blog/sitesettings", "comments/commentsettings"])
def test_the_owner_changes_the_one_record_of_settings(
    path: str, olive: Any, logged_in: Any, send_form: Any
) -> None:
    client = logged_in(olive)
    assert client.get(f"/admin/{path}/add/").status_code == 403
    assert client.post(f"/admin/{path}/1/delete/", {"post": "yes"}).status_code == 403
    assert send_form(client, f"/admin/{path}/").status_code == 302
    assert send_form(client, f"/admin/{path}/1/change/").status_code == 302


# --- What is refused ------------------------------------------------------------------------

REFUSALS = {
    "unpaired spoiler": ({"body": "He is ||dead."}, "body", "has no partner"),
    "open block": ({"body": "::: spoiler\nDead."}, "body", "is never closed"),
    "foreign picture": (
        {"body": "![A pixel](https://example.com/pixel.png)"},
        "body",
        "is not a picture that was uploaded here",
    ),
    "spoiler in the verdict": (
        {"verdict": "Good, ||though he dies||."},
        "verdict",
        "please write it without spoilers",
    ),
    "score over 100": ({"score": "101"}, "score", "less than or equal to 100"),
    "score under 0": ({"score": "-1"}, "score", "greater than or equal to 0"),
    "no whole score": ({"score": "7.5"}, "score", "whole number"),
    "no title": ({"title": ""}, "title", "This field is required"),
    "long text": ({"body": "x" * 65_001}, "body", "at most 65000 characters"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_is_refused_in_a_sentence_and_the_text_is_kept(
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


def test_a_taken_address_is_refused(write_in_admin: Any, post: Post) -> None:
    form = write_in_admin(slug=post.slug).context["adminform"].form
    assert "“metallic-rain” is taken" in " ".join(form.errors["slug"])


def test_a_picture_in_use_is_not_deleted(author: Client, write: Any) -> None:
    Picture.objects.bulk_create([Picture(file="pictures/a.webp", width=1, height=1, alt="A")])
    write(thumbnail=Picture.objects.get())
    address = reverse("admin:blog_picture_delete", args=[Picture.objects.get().pk])
    assert author.post(address, {"post": "yes"}).status_code in (200, 403)
    assert Picture.objects.exists()


def test_the_list_says_where_each_post_stands(author: Client, write: Any) -> None:
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
def test_only_who_may_write_sees_the_preview(who: str, status: int, client_of: Any) -> None:
    assert client_of(who).post(PREVIEW, {"content": TEXT}).status_code == status


@pytest.mark.parametrize("who", ["anonymous", "moderator", "author", "owner"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_the_preview_is_only_posted_to(who: str, method: str, client_of: Any) -> None:
    assert client_of(who).generic(method, PREVIEW).status_code == 405


def test_the_preview_needs_the_token_of_the_form(ada: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post(PREVIEW, {"content": TEXT}).status_code == 403


def test_the_preview_is_exactly_the_page(author: Client, write: Any) -> None:
    preview = author.post(PREVIEW, {"content": TEXT}).content.decode()
    post = write(body=TEXT)
    assert post.body_html.strip() in preview
    assert post.body_html.strip() in wire(post.get_absolute_url()).text


def test_the_preview_says_what_would_be_refused(author: Client) -> None:
    preview = author.post(PREVIEW, {"content": "He is ||dead."}).content.decode()
    assert "has no partner" in preview


@pytest.mark.parametrize("content", [{}, {"content": ""}, {"content": "x" * 70_000}])
def test_the_preview_takes_any_text(content: dict[str, str], author: Client) -> None:
    assert author.post(PREVIEW, content).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("who", ["anonymous", "owner"])
@pytest.mark.parametrize("path", ["/markdownx/upload/", "/markdownx/markdownify/", "/markdownx/"])
def test_the_editors_own_views_are_not_there(
    path: str, who: str, method: str, client_of: Any
) -> None:
    answer = client_of(who).generic(method, path)
    assert answer.status_code == 404 or (path, answer.status_code) == ("/markdownx/", 405)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_editors_upload_is_not_there(method: str, client_of: Any) -> None:
    assert client_of("owner").generic(method, "/admin/upload/").status_code == 404
    # Whoever is not logged in is asked to, as everywhere in the admin.
    assert client_of("anonymous").generic(method, "/admin/upload/").status_code in (302, 404)


@pytest.mark.parametrize("field", ["title", "summary", "spoiler_note"])
def test_spoilers_are_refused_where_they_would_stand_open(write_in_admin: Any, field: str) -> None:
    response = write_in_admin(**{field: "In the end ||he dies||."})
    assert "please write it without spoilers" in response.content.decode()
    assert "||he dies||" in response.content.decode()
    assert not Post.objects.exists()
