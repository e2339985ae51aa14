"""Emphasis, line breaks, lists and anchors in every script."""

import unicodedata

import pytest

from markup import render_comment, render_post, slugify


def post(text: str, language: str = "en", *, typography: bool = False) -> str:
    rendered = render_post(
        text, pictures={}, site_url="https://a.org", language=language, typography=typography
    )
    return rendered.html.strip()


def comment(text: str) -> str:
    return render_comment(text, site_url="https://a.org", language="en").html.strip()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("これは**「名作」**です。", "これは<strong>「名作」</strong>です。"),
        ("彼は**強い。**とても強い。", "彼は<strong>強い。</strong>とても強い。"),
        ("**『鬼滅の刃』**は面白い。", "<strong>『鬼滅の刃』</strong>は面白い。"),
        ("これは*「傑作」*だ。", "これは<em>「傑作」</em>だ。"),
        ("~~「駄作」~~です", "<s>「駄作」</s>です"),
        ("**기생충(2019)**을", "<strong>기생충(2019)</strong>을"),
        ("**„großartig“**e", "<strong>„großartig“</strong>e"),
        ("**Fazit:**Ein Film", "<strong>Fazit:</strong>Ein Film"),
        ('**"Quoted."**said he', "<strong>&quot;Quoted.&quot;</strong>said he"),
        ("2*(3+4)*5 and a * b * c", "2*(3+4)*5 and a * b * c"),
        ("snake_case_name", "snake_case_name"),
    ],
)
def test_emphasis_works_beside_punctuation_of_every_script(text: str, html: str) -> None:
    assert post(text) == f"<p>{html}</p>".replace("&quot;", '"')
    assert comment(text) == f"<p>{html}</p>".replace("&quot;", '"')


def test_a_line_break_between_wide_characters_is_no_space() -> None:
    assert post("吾輩は\n猫である。") == "<p>吾輩は猫である。</p>"
    assert post("기생충\n영화") == "<p>기생충\n영화</p>"
    assert post("one\ntwo") == "<p>one\ntwo</p>"
    assert post("**吾輩は**\n猫") == "<p><strong>吾輩は</strong>猫</p>"


def test_a_wide_space_indents_the_first_line_of_a_paragraph() -> None:
    assert post("\u3000吾輩は猫である。") == "<p>\u3000吾輩は猫である。</p>"


@pytest.mark.parametrize("text", ["1984. It began.", "1986. What a season."])
def test_a_year_that_begins_a_paragraph_begins_no_list(text: str) -> None:
    assert post(text) == comment(text) == f"<p>{text}</p>"


def test_the_items_of_a_list_keep_their_numbers() -> None:
    assert '<ol start="2">\n<li>a</li>\n<li value="5">b</li>' in comment("2. a\n5. b")
    assert '<li value="3">b</li>' in comment("5) a\n3) b")
    assert "value" not in comment("1. a\n2. b\n3. c")


@pytest.mark.parametrize("text", [">_< so sad", ">.<", ">:( no"])
def test_an_emoticon_is_no_quote_in_a_comment(text: str) -> None:
    assert "<blockquote>" not in comment(text)
    assert "<blockquote>" in comment("> quoted\n>as well")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("हिन्दी फ़िल्म", "हिन्दी-फ़िल्म"),
        ("ภาพยนตร์ไทย", "ภาพยนตร์ไทย"),
        ("Ranma ½", "ranma-1-2"),
        ("Cafe\u0301 -- Über", "café-über"),
        ("東京物語", "東京物語"),
    ],
)
def test_a_slug_keeps_the_vowels_of_every_script(title: str, slug: str) -> None:
    assert slugify(title) == unicodedata.normalize("NFC", slug)


@pytest.mark.parametrize(
    ("language", "text", "html"),
    [
        ("en", "\"Don't,\" she said -- it's 'late'...", "“Don’t,” she said – it’s ‘late’…"),
        ("de", "Sie sagte \"nein\" und 'ja'.", "Sie sagte „nein“ und ‚ja‘."),
        ("es", 'Dijo "no".', "Dijo «no»."),
        ("en", "one---two and 1990--2000", "one—two and 1990–2000"),
        ("en", 'run `--all "x"` or --all', 'run <code>--all "x"</code> or --all'),
        ("en", r"\"plain\"", '"plain"'),
    ],
)
def test_quotes_and_dashes_are_those_of_the_language(language: str, text: str, html: str) -> None:
    assert post(text, language, typography=True) == f"<p>{html}</p>"


def test_an_address_keeps_its_own_quotes_and_dashes() -> None:
    address = "https://example.org/it's--a...b"
    assert f">{address}</a>" in post(f'See "{address}" there', typography=True)


def test_without_typography_a_text_stays_as_typed() -> None:
    assert post('"Don\'t" -- ...') == '<p>"Don\'t" -- ...</p>'


def test_quotations_and_lists_run_in_the_direction_of_their_letters():
    assert '<blockquote dir="auto">' in comment("> שלום\n")
    assert '<ul dir="auto">' in comment("- مرحبا\n- hello\n")
    assert '<ol start="4" dir="auto">' in comment("4. שלום\n")
    assert "dir=" not in comment("> hello\n\n- 今日は\n")
