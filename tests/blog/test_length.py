"""How long a post is, in words and minutes."""

import pytest

from blog.models.texts import measure


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("It rains - and how!", 4),
        ("“Rain”, she said: 3.5 hours of it …", 7),
        ("東京都に雨。", 2),  # five signs of a script without spaces
        ("「Rain」を見た。", 2),
        ("ฝนตก", 2),
    ],
)
def test_words_are_counted_in_scripts_with_and_without_spaces(text: str, words: int) -> None:
    assert measure(text)[0] == words


@pytest.mark.parametrize(("words", "minutes"), [(0, 0), (1, 1), (230, 1), (231, 2), (2300, 10)])
def test_a_begun_minute_of_reading_counts_as_one(words: int, minutes: int) -> None:
    assert measure("rain " * words)[1] == minutes
