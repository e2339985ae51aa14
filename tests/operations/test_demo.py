"""The demo: loading it into an empty site only, and removing it completely."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from blog.models import Band, Page, Picture, Post, SiteSettings, Tag, Work
from blog.rendering import render_body
from comments.forms import render_body as render_comment
from comments.models import Comment, Status
from tests.support.forms import form
from tests.support.people import person
from tests.support.wire import wire

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


def everything() -> dict[str, int]:
    models = (Post, Work, Tag, Picture, Comment, Band, get_user_model())
    return {model.__name__: model._default_manager.count() for model in models}


def test_without_an_author_the_demo_belongs_to_the_owner() -> None:
    owner = person("Olive", is_superuser=True, is_staff=True)
    run()
    assert {post.author for post in Post.objects.all()} == {owner}


def test_an_empty_site_is_filled_and_logins_are_printed_once() -> None:
    told = run()
    logins = dict(
        line.rpartition(": ")[2].split(" / ") for line in told.splitlines() if "/" in line
    )
    assert list(logins) == ["owner", "author", "moderator"]
    assert len(set(logins.values())) == 3
    assert all(len(password) == 14 for password in logins.values())
    for name, place in (("owner", "/admin/"), ("author", "/admin/"), ("moderator", "/moderation/")):
        client = Client()
        client.post("/login/", {"username": name, "password": logins[name]})
        assert client.get("/login/done/")["Location"] == place
    assert Post.objects.published().count() == 5
    assert SiteSettings.load().name == "The Late Showing"


def test_running_it_again_changes_nothing() -> None:
    run()
    before = everything()
    for arguments in ((), ("--first",), ()):
        told = run(*arguments)
        assert " / " not in told
        assert everything() == before


def test_the_first_start_of_a_site_with_people_adds_nothing(ada: Any) -> None:
    assert run("--first") == ""
    assert not Post.objects.exists()


def test_a_site_with_posts_of_its_own_is_left_alone(write: Any) -> None:
    write()
    assert "was not added" in run()
    assert Post.objects.count() == 1


def test_every_post_and_comment_renders_without_problems() -> None:
    run()
    for post in Post.objects.all():
        assert render_body(post.body).problems == ()
        assert not render_body(post.verdict).has_spoilers
        page = wire(post.get_absolute_url())
        assert page.status == 200
        assert post.title in page.text
        assert "picture:" not in post.body
        if post.score is not None:
            assert post.score_wording
    for comment in Comment.objects.all():
        assert render_comment(comment.body).problems == ()
    statuses = set(Comment.objects.values_list("status", flat=True))
    assert statuses >= {Status.APPROVED, Status.PENDING, Status.SPAM}
    assert wire("/").text.count("<article") == 5


def test_removing_it_deletes_everything_that_it_created() -> None:
    run()
    names = [picture.file.name for picture in Picture.objects.all()]
    assert all(default_storage.exists(name) for name in names)
    assert wire("/").text.count("<article") == 5
    assert run("--remove").startswith("Removed posts: 5.")
    left = everything()
    assert (left["Post"], left["Work"], left["Picture"], left["Comment"], left["Tag"]) == (0,) * 5
    assert left["User"] == 3
    assert "No reviews yet" in wire("/").text


def test_its_page_is_in_the_menu_until_it_is_removed() -> None:
    run()
    assert '<a href="/about/">About</a>' in wire("/").text
    assert "etag" in wire("/about/").headers
    run("--remove")
    assert wire("/about/").status == 404
    run()
    Page.objects.update(updated_at=timezone.now() + timedelta(hours=1))
    run("--remove")
    assert wire("/about/").status == 200  # the owner has edited it


def test_its_files_are_deleted_after_the_rows(
    django_capture_on_commit_callbacks: Any,
) -> None:
    run()
    names = [picture.file.name for picture in Picture.objects.all()]
    with django_capture_on_commit_callbacks(execute=True):
        run("--remove")
    assert not any(default_storage.exists(name) for name in names)


def test_removing_keeps_what_people_have_added(write: Any, say: Any) -> None:
    Post.objects.all().delete()  # the demo is only loaded if there are no posts
    run()
    work, (first, second, *_rest) = Work.objects.first(), Picture.objects.all()
    tag = Tag.objects.create(name="mine", slug="mine")
    own = write(
        slug="own",
        work=work,
        thumbnail=first,
        body=f"![Mine]({second.file.url})",
    )
    own.tags.add(tag, Tag.objects.exclude(pk=tag.pk).first())
    say("I know this one.", post=own)
    run("--remove")
    assert list(Post.objects.all()) == [own]
    assert list(Work.objects.all()) == [work]
    assert set(Picture.objects.all()) == {first, second}
    assert own.tags.count() == 2
    assert Comment.objects.get(body="I know this one.").post == own
    assert wire("/reviews/own/").status == 200


def test_removing_keeps_an_unused_tag_that_existed_before(ada: Any) -> None:
    run()
    Tag.objects.create(name="for later", slug="for-later")
    run("--remove")
    assert Tag.objects.filter(name="for later").exists()


def test_removing_a_demo_that_does_not_exist_is_no_error() -> None:
    assert run("--remove").startswith("Removed posts: 0.")


def test_removing_keeps_a_post_that_was_edited_or_commented_on(db: None) -> None:
    run()
    Post.objects.filter(slug="how-i-score").update(updated_at=timezone.now() + timedelta(hours=1))
    Client().post("/reviews/thunder-meridian/comments/", form(body="A reader's words."))
    run("--remove")
    left = Post.objects.values_list("slug", flat=True)
    assert sorted(left) == ["how-i-score", "thunder-meridian"]
    assert Comment.objects.filter(body="A reader's words.").exists()
