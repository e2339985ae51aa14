"""Names with characters that reorder, cover or hide other text, or imitate another name."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comments import display_names
from comments.models import Comment
from tests.support.wire import wire


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Rita\u202e evoba", "Rita evoba"),
        ("\u2067Rita", "Rita"),
        ("Ri\u200bta\ufeff\u00ad", "Rita"),
        ("Rita\x1b[31m\x07\x00", "Rita[31m"),
        ("Rita\n\u2028 \t Reed", "Rita Reed"),
        ("Z" + "\u0321" * 50 + "a", "Z" + "\u0321" * 4 + "a"),
        ("Z" + "\u0321\u200d" * 50 + "a", "Z" + "\u0321\u200d" * 4 + "a"),
        ("Z" + "\u0321\u0321\u202e" * 50 + "a", "Z" + "\u0321" * 4 + "a"),
        ("Rita\ud800\ufdd0\ue000", "Rita"),
        ("Rita\U000e0041", "Rita"),
    ],
)
def test_characters_that_affect_the_text_around_a_name_are_removed(typed: str, kept: str) -> None:
    assert display_names.clean_display_name(typed) == kept


@pytest.mark.parametrize(
    "name",
    [
        *["Nguyễn Văn Ế", "علی‌رضا", "יוֹסֵף", "क्‍षेत्र", "👩‍👩‍👧", "❤️", "José", "O'Brien-Smith"],
        *["山田 太郎", "ก็่", "<b>", "Ada", "-", "🏴‍☠️"],
    ],
)
def test_real_names_are_not_changed(name: str) -> None:
    assert display_names.clean_display_name(name) == name


INVISIBLE = ["\u200b", "\u2800", "\u3164\uffa0", "\u200d\u200c", "\u202e\u2066", "\u0301", "\ufe0f"]


@pytest.mark.parametrize("name", [*INVISIBLE, "\u00a0\u3000", "\U000e0020", "\x01\x02"])
def test_an_invisible_name_is_refused(send, name):
    response = send(name=name, body="Typed with care.")
    assert response.status_code == 400
    assert "Please enter your name" in response.content.decode()
    assert "Typed with care." in response.content.decode()


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=100))
def test_cleaning_a_clean_name_does_not_change_it(name: str) -> None:
    tidy = display_names.clean_display_name(name)
    assert display_names.clean_display_name(tidy) == tidy
    assert not re.search("[\x00-\x1f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", tidy)
    assert "\u0301" * 5 not in tidy
    assert tidy == "" or any(unicodedata.category(char)[0] in "LNPS" for char in tidy)


def test_the_cleaned_name_is_stored(send):
    assert send(name="Rita\u202e" + "e\u0301\u0301" * 20).status_code == 303
    assert Comment.objects.get().name == "Rita" + "é\u0301" * 20


def test_a_name_edited_by_a_moderator_is_cleaned_too(say, mo, logged_in):
    comment = say()
    form = {"name": "Ri\u202eta", "website": "", "body": "I liked it."}
    assert logged_in(mo).post(f"/moderation/{comment.pk}/edit/", form).status_code == 302
    comment.refresh_from_db()
    assert comment.name == "Rita"


def test_the_text_keeps_characters_for_right_to_left_scripts(send):
    text = "\u200fשלום \u2067abc\u2069 می‌خواهم\u200e!"
    assert send(body=text).status_code == 303
    assert Comment.objects.get().body == text


def test_only_comments_of_the_team_have_its_mark(say, ada, post):
    say(name="Ada", email=ada.email)
    assert "comment-mark" not in wire(post.get_absolute_url()).text
    say("Mine.", name="Ada", user=ada)
    assert wire(post.get_absolute_url()).text.count("comment-mark") == 1
