"""How long a post is, in words and minutes."""

from collections.abc import Callable

import pytest

from blog.models import Post
from blog.rendering import count_words
from tests.support.wire import wire


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("It rains - and how!", 4),
        ("“Rain”, she said: 3.5 hours of it …", 7),
        ("東京都に雨。", 2),  # five characters of a script without spaces
        ("「Rain」を見た。", 2),
        ("ฝนตก", 2),
    ],
)
def test_words_are_counted_in_scripts_with_and_without_spaces(text: str, words: int) -> None:
    assert count_words(text)[0] == words


@pytest.mark.parametrize(("words", "minutes"), [(0, 0), (1, 1), (230, 1), (231, 2), (2300, 10)])
def test_reading_time_is_rounded_up_to_minutes(words: int, minutes: int) -> None:
    assert count_words("rain " * words)[1] == minutes


def test_the_page_shows_the_reading_time(write: Callable[..., Post]) -> None:
    write(slug="long", body="rain " * 700)
    assert "4 min read" in wire("/reviews/long/").text
