"""The owner's rules: what they match, what they do, and that they never publish anything."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from comments import moderation, retention
from comments.models import (
    Comment,
    CommentSettings,
    Event,
    Result,
    Rule,
    RuleAction,
    RuleField,
    Status,
)
from comments.rule_forms import new_rule
from comments.screening import worker
from comments.screening.rules import Matcher
from pagecache.version import invalidate_pages
from tests.support.fake_akismet import Mode
from tests.support.forms import fields
from tests.support.page_cache import forget_pages
from tests.support.wire import wire
from tests.support.worker_round import run_worker_round

pytestmark = pytest.mark.django_db


def add(*patterns: str, field: str = RuleField.ANY, action: str = RuleAction.HOLD) -> Rule:
    """Save rules, and return the last one."""
    rules = [new_rule(pattern, field, action) for pattern in patterns]
    Rule.objects.add_or_replace(rules)
    return rules[-1]


def matches(pattern: str, text: str = "", field: str = RuleField.ANY, **fields: Any) -> bool:
    """Return True if a rule matches a comment."""
    address = fields.pop("address", None)
    comment = Comment(body=text, **fields)
    comment.update_search_text()
    rule = new_rule(pattern, field, RuleAction.HOLD)
    return Matcher([rule]).first_match(comment.search_text, address) is rule


@pytest.fixture
def owner(olive: Any, logged_in: Any) -> Client:
    return logged_in(olive)


def page(response: Any) -> str:
    """Return the text of a page in one line, without tags."""
    assert response.status_code == 200
    return " ".join(re.sub("<[^>]+>", " ", response.content.decode()).split())


# --- What a pattern matches ------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("casino", "Best CASINO in town"),
        ("casino", "Best casino."),
        ("casino", "(casino)"),
        ("casino", "_casino_"),
        ("casino", "**ca\u00adsi\u200bno**"),
        ("casino", "ｃａｓｉｎｏ"),
        ("casino", "𝐂𝐀𝐒𝐈𝐍𝐎"),
        ("casino", "see casino.example for more"),
        ("Café", "the CAFE\u0301 here"),
        ("buy now", "Buy\nnow!"),
        ("casino*", "casinos"),
        ("*casino", "mycasino"),
        ("*casino*", "supercasinos"),
        ("c*sino", "ca$$sino"),
        ("c*s*o*", "casinolike"),
        ("b-*-now", "x b-it-now y"),
        ("a*ab", "a-a-a abc a-xab"),
        ("a a*x", "a a a-x"),
        ("$$$", "win$$$now"),
        (".ru", "http://spam.ru/x"),
        ("straße", "STRASSE"),
        ("STRASSE", "die Straße"),
        ("kumarhane", "KUMARHANE"),
        ("ışık", "IŞIK"),
        ("İZLE", "izle"),
        ("赌场", "最好的赌场在这里"),
        ("赌场", "online赌场online"),
        ("casino", "これはcasinoです"),
        ("カジノ", "ｵﾝﾗｲﾝｶｼﾞﾉです"),
        ("카지노", "카지노는 여기"),
        ("คาสิโน", "เล่นคาสิโนออนไลน์"),
        ("قمار", "هذا قمار!"),
        ("काम", "यह काम है"),
    ],
)
def test_a_pattern_matches(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("press", "I use WordPress"),
        ("press", "pressing on"),
        ("casino*", "mycasino"),
        ("*casino", "casinos"),
        ("c*sino", "c sino"),
        ("c*sino", "the casinos"),
        ("buy now", "buy it now"),
        ("a*b", "a" * 50),
        (".ru", "spam.run"),
        ("قمار", "القمارية"),
        ("क", "का"),
        ("кази", "казино"),
        ("art", "p\u0430rt art\u00ef"),
    ],
)
def test_a_pattern_does_not_match(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


@pytest.mark.parametrize("field", ["name", "email", "website", "text"])
def test_a_rule_for_a_field_looks_only_there(field: str) -> None:
    values = {"name": "a bad1", "email": "bad2@example.com", "website": "https://bad3.example/"}
    words = {"name": "bad1", "email": "bad2@example.com", "website": "bad3.example", "text": "bad4"}
    found = {name for name, word in words.items() if matches(word, "so bad4", field, **values)}
    assert found == {field}
    assert all(matches(word, "so bad4", **values) for word in words.values())


def test_a_word_does_not_reach_from_one_field_into_the_next() -> None:
    assert not matches("rita rita@example.com", "x", name="Rita", email="rita@example.com")


@pytest.mark.parametrize(
    ("pattern", "address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.77", False),
        ("192.0.2.0/24", "192.0.2.200", True),
        ("192.0.2.9/24", "192.0.2.200", True),
        ("192.0.2.0/24", "192.0.3.1", False),
        ("192.0.2.0/24", "2001:db8::1", False),
        ("2001:db8::/32", "2001:db8:1::5", True),
        ("2001:DB8::1", "2001:db8:0::1", True),
        ("192.0.2.0/24", None, False),
    ],
)
def test_networks_contain_addresses(pattern: str, address: str | None, expected: bool) -> None:
    assert matches(pattern, "hello", address=address) is expected


@pytest.mark.parametrize("pattern", ["a*a*a*a*a*a*a*ab", "*a*a*a*a*b", "a*a*a*ab", "*aa*ab*b"])
@pytest.mark.parametrize("unit", ["a", "a-", "a b", "ab", "a\u0301", "赌"])
def test_hostile_patterns_on_hostile_texts_come_to_an_end(pattern: str, unit: str) -> None:
    text = unit * (5_000 // len(unit))
    assert matches(pattern, text) in (True, False)
    assert not matches(f"{pattern}x", text)


# --- What a rule does to a new comment ---------------------------------------------------


@pytest.mark.parametrize(
    ("action", "status", "reason"),
    [
        ("hold", Status.PENDING, "Held by the rule “casino” (text)."),
        ("spam", Status.SPAM, "Moved to Spam by the rule “casino” (text)."),
        ("trash", Status.TRASH, "Moved to Trash by the rule “casino” (text)."),
    ],
)
def test_a_rule_names_itself_on_the_comment_and_in_its_history(
    action: str, status: str, reason: str, send: Any
) -> None:
    rule = add("casino", field="text", action=action)
    assert send(body="My casino").status_code == 303
    comment = Comment.objects.get()
    assert (comment.status, comment.rule) == (status, rule)
    assert comment.reason.startswith(reason)
    assert Event.objects.get().why == comment.reason
    assert list(rule.comments.all()) == [comment]


def test_a_comment_that_no_rule_matches_is_treated_as_before(send: Any) -> None:
    add("casino")
    send(body="Lovely")
    comment = Comment.objects.get()
    assert (comment.status, comment.rule) == (Status.PENDING, None)
    assert comment.reason == "Spam checking is off (no Akismet key)."


def test_the_strictest_rule_counts(send: Any) -> None:
    add("casino")
    add("poker", action="spam")
    rule = add("slots", action="trash")
    send(body="casino poker slots")
    assert Comment.objects.get().rule == rule


def test_links_hold_a_comment_from_the_number_that_the_owner_sets(send: Any) -> None:
    CommentSettings(hold_links=3).save()
    send(body="https://a.example https://b.example", email="a@example.com")
    send(body="https://a.example [b](https://b.example) <https://c.example>")
    few, many = Comment.objects.order_by("pk")
    assert "link" not in few.reason
    assert many.reason.startswith("Held: it has 3 links.")
    assert many.status == Status.PENDING


def test_without_a_number_links_hold_nothing(send: Any) -> None:
    CommentSettings(hold_links=None).save()
    send(body="https://a.example " * 20)
    assert "link" not in Comment.objects.get().reason


@pytest.mark.parametrize("action", ["hold", "spam", "trash"])
def test_the_team_passes_no_rules(action: str, mo: Any, logged_in: Any, send: Any) -> None:
    add("casino", action=action)
    send(logged_in(mo), body="casino https://a.example https://b.example")
    comment = Comment.objects.get()
    assert (comment.status, comment.rule) == (Status.APPROVED, None)


def test_the_receipt_tells_nothing_about_rules(send: Any) -> None:
    for number, action in enumerate(RuleAction.values):
        add(f"bad{number}", action=action)
        receipt = send(body=f"bad{number}", email=f"r{number}@example.com")["Location"]
        shown = wire(receipt).text.replace(f"bad{number}", "", 1)
        assert "rule" not in shown.partition("<main")[2].lower()
        assert f"bad{number}" not in shown
        assert "A moderator decided" not in shown


def test_a_second_click_on_a_comment_in_the_trash_gets_the_same_receipt(send: Any) -> None:
    add("casino", action="trash")
    first, second = (send(body="casino", address="203.0.113.1") for _time in range(2))
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Comment.objects.count() == 1


def test_five_hundred_rules_take_as_many_queries_as_one(
    send: Any, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    add("word")
    with django_assert_max_num_queries(12) as one:
        send(body="one", email="a@example.com")
    add(*(f"*word{number}*" for number in range(500)))
    with django_assert_num_queries(len(one)):
        send(body="two", email="b@example.com")


# --- Rules and Akismet --------------------------------------------------------------------


@pytest.mark.parametrize("action", ["spam", "trash"])
@pytest.mark.django_db(transaction=True)
def test_what_a_rule_moves_away_is_not_sent_to_akismet(
    action: str, send: Any, akismet: Any
) -> None:
    add("casino", action=action)
    send(body="casino")
    run_worker_round()
    assert akismet.calls_to("comment-check") == []
    assert Comment.objects.get().status == action


@pytest.mark.parametrize(
    ("answer", "status", "result"),
    [(Mode.HAM, Status.PENDING, Result.HAM), (Mode.SPAM, Status.SPAM, Result.SPAM)],
)
@pytest.mark.django_db(transaction=True)
def test_what_a_rule_holds_is_checked_all_the_same_and_keeps_the_reason(
    answer: Mode, status: str, result: str, send: Any, akismet: Any
) -> None:
    add("casino")
    akismet.answer = answer
    send(body="casino")
    assert Comment.objects.get().status == Status.CHECKING
    run_worker_round()
    comment = Comment.objects.get()
    assert (comment.status, comment.result) == (status, result)
    assert comment.reason == "Held by the rule “casino” (anywhere)."
    assert comment.events.last().why == comment.reason


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_checked_names_both_reasons(send: Any, akismet: Any) -> None:
    add("casino")
    send(body="casino")
    moderation.hold_unchecked([Comment.objects.get().pk], "It couldn't be checked.")
    reason = Comment.objects.get().reason
    assert reason == "Held by the rule “casino” (anywhere). It couldn't be checked."


@pytest.mark.parametrize("place", ["spam", "trash"])
@pytest.mark.django_db(transaction=True)
def test_blatant_spam_goes_where_the_owner_wants_it(place: str, send: Any, akismet: Any) -> None:
    CommentSettings(blatant_spam_to=place).save()
    akismet.answer = Mode.DISCARD
    send()
    run_worker_round()
    comment = Comment.objects.get()
    assert (comment.status, comment.result) == (place, Result.BLATANT)


@pytest.mark.parametrize("action", RuleAction.values)
@pytest.mark.parametrize("answer", [Mode.HAM, Mode.SPAM, Mode.DISCARD, Mode.BROKEN])
@pytest.mark.django_db(transaction=True)
def test_no_rule_and_no_answer_publishes_a_comment(
    action: str, answer: Mode, send: Any, akismet: Any
) -> None:
    add("casino", action=action)
    akismet.answer = answer
    send(body="casino", email="a@example.com")
    send(body="harmless", email="b@example.com")
    run_worker_round()
    worker.expire_unchecked()
    Rule.objects.all().remove()
    assert not Event.objects.filter(status_to=Status.APPROVED).exists()
    assert not Comment.objects.for_readers().exists()


# --- What is kept ---------------------------------------------------------------------------


def test_no_address_is_left_in_reasons_after_the_purge(send: Any) -> None:
    add("203.0.113.9", action="spam")
    send(address="203.0.113.9")
    Comment.objects.update(created_at=timezone.now() - timedelta(days=31), status=Status.PENDING)
    comment = Comment.objects.get()
    assert comment.rule
    retention.purge()
    comment.refresh_from_db()
    texts = [comment.reason, *comment.events.values_list("why", flat=True)]
    assert (comment.rule, comment.address) == (None, None)
    assert texts == ["Moved to Spam by a rule for its IP address."] * 2


def test_a_placeholder_does_not_name_its_rule(say: Any, send: Any) -> None:
    add("rita@example.com", action="spam")
    send()
    comment = Comment.objects.get()
    Comment.objects.filter(pk=comment.pk).update(created_at=timezone.now() - timedelta(days=31))
    say("The reply stays.", parent=comment)
    retention.purge()
    comment.refresh_from_db()
    assert (comment.body, comment.reason, comment.rule) == ("", "", None)
    assert [event.why for event in comment.events.all()] == [""]


def test_a_deleted_rule_leaves_its_comments_where_they_are(send: Any, owner: Client) -> None:
    rule = add("casino", action="spam")
    send(body="casino")
    answer = owner.post("/moderation/rules/delete/", {"rule": rule.pk}, follow=True)
    assert "1 rule deleted." in page(answer)
    comment = Comment.objects.get()
    assert (comment.status, comment.rule) == (Status.SPAM, None)
    assert "casino" in comment.reason


@pytest.mark.parametrize(
    "wrong", [{"key": ""}, {"field": "all"}, {"action": "approve"}, {"key": "casino"}]
)
def test_the_database_refuses_what_is_no_rule(wrong: dict[str, str]) -> None:
    add("casino")
    values = {"pattern": "x", "key": "x", "field": "any", "action": "hold", **wrong}
    with pytest.raises(IntegrityError), transaction.atomic():
        Rule.objects.create(**values)


# --- The page of the rules ------------------------------------------------------------------


def fill(patterns: str, step: str = "try", **values: str) -> dict[str, str]:
    """Return the fields of the form for new rules."""
    return {"patterns": patterns, "field": "any", "action": "hold", "step": step, **values}


def test_rules_are_saved_one_a_line_each_once(owner: Client) -> None:
    answer = owner.post(
        "/moderation/rules/", fill("casino\r\n\r\n  Buy   now \r\nCASINO\n192.0.2.0/24", "save")
    )
    assert answer.status_code == 302
    saved = {(rule.pattern, rule.field) for rule in Rule.objects.all()}
    assert saved == {("CASINO", "any"), ("Buy now", "any"), ("192.0.2.0/24", "address")}


def test_a_rule_that_is_entered_again_gets_the_new_action(owner: Client) -> None:
    rule = add("casino")
    owner.post("/moderation/rules/", fill("Casino", "save", action="trash"))
    assert Rule.objects.get().pk == rule.pk
    assert Rule.objects.get().action == "trash"


def test_hundreds_of_words_can_be_pasted_and_are_tried_and_listed(
    owner: Client, django_assert_max_num_queries: Any
) -> None:
    words = "\n".join(f"word{number}" for number in range(800))
    with django_assert_max_num_queries(12):
        assert "Save 800 rules" in page(owner.post("/moderation/rules/", fill(words)))
    with django_assert_max_num_queries(16):
        owner.post("/moderation/rules/", fill(words, "save"))
    with django_assert_max_num_queries(12):
        shown = page(owner.get("/moderation/rules/"))
    assert Rule.objects.count() == 800
    assert "word799" in shown
    assert "and 790 more" in shown


@pytest.mark.parametrize(
    ("patterns", "field", "sentence"),
    [
        ("", "any", "Please enter at least one word or address."),
        ("*", "any", "“*”: * needs a letter next to it."),
        ("buy * now", "any", "“buy * now”: * needs a letter next to it."),
        ("\u0301", "any", "needs a letter"),
        ("x" * 101, "any", "is too long"),
        ("ﷺ" * 30, "any", "is too long"),
        ("casino", "address", "“casino” isn't an IP address."),
        ("192.0.2.0/33", "address", "isn't an IP address."),
        ("\n".join(map(str, range(2_001))), "any", "at most 2000 rules"),
    ],
)
@pytest.mark.parametrize("step", ["try", "save"])
def test_a_wrong_pattern_is_refused_with_all_that_was_typed(
    patterns: str, field: str, sentence: str, step: str, owner: Client
) -> None:
    answer = owner.post("/moderation/rules/", fill(patterns, step, field=field))
    assert answer.status_code == 400
    shown = answer.content.decode().replace("&#x27;", "'")
    assert sentence in shown
    assert patterns in shown
    assert Rule.objects.count() == 0


def test_the_page_says_in_words_what_happens(owner: Client, akismet: Any) -> None:
    CommentSettings(close_after_days=7, blatant_spam_to="trash", hold_links=4).save()
    add("casino")
    add("192.0.2.0/24", action="trash")
    shown = page(owner.get("/moderation/rules/"))
    sentences = [
        "Comments close 7 days after a post was published.",
        "It goes to Trash, unseen by Akismet, if a rule matches: “192.0.2.0/24” (IP address).",
        "It is held and marked for the moderators if a rule matches: “casino” (anywhere).",
        "It is held and marked for the moderators if it has 4 links or more.",
        "Akismet checks it: spam goes to Spam, blatant spam to Trash.",
        "Every comment that is left waits for a moderator.",
    ]
    places = [shown.index(sentence) for sentence in sentences]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"body": "My casino"}, "It would be held by the rule “casino” (anywhere)."),
        ({"name": "Slots"}, "It would go to Spam by the rule “slots” (name)."),
        ({"address": "192.0.2.9"}, "It would go to Trash by the rule “192.0.2.9” (IP address)."),
        (
            {"body": "https://a.example https://b.example"},
            "It would be held for the number of its links.",
        ),
        ({"body": "Lovely"}, "No rule matches. It would wait for a moderator."),
    ],
)
def test_any_text_can_be_tried_and_nothing_is_stored(
    values: dict[str, str], sentence: str, owner: Client
) -> None:
    add("casino")
    add("slots", field="name", action="spam")
    add("192.0.2.9", action="trash")
    assert sentence in page(owner.post("/moderation/rules/sample/", values))
    assert not Comment.objects.exists()
    assert not Event.objects.exists()


# --- Trying rules on the past ---------------------------------------------------------------


def state() -> list[Any]:
    """Return everything about comments, events and rules."""
    tables: list[Any] = [Comment, Event, Rule]
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_a_rule_is_tried_on_the_approved_comments_of_a_year(
    say: Any, mo: Any, owner: Client
) -> None:
    def ago(days: int, body: str, **values: Any) -> Comment:
        return say(body, created_at=timezone.now() - timedelta(days=days), **values)

    found = [ago(1, "My CASINO"), ago(364, "a casino, too", name="Zoe")]
    ago(366, "an old casino")
    ago(2, "casinos")
    ago(2, "casino as spam", status=Status.SPAM)
    ago(2, "a waiting casino", status=Status.PENDING)
    ago(2, "the team's casino", user=mo)
    before = state()
    answer = owner.post("/moderation/rules/", fill("casino"))
    assert "In the last year, it would have held 2 comments that you approved." in page(answer)
    links = re.findall(r'href="/moderation/(\d+)/"', answer.content.decode())
    assert links == [str(comment.pk) for comment in found]
    assert state() == before


def test_a_trial_lists_twenty_comments_and_counts_the_others_by_rule(
    say: Any, owner: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(23):
        say(f"casino {number}")
    say("poker")
    with django_assert_max_num_queries(12):
        answer = owner.post("/moderation/rules/", fill("casino\npoker", action="spam"))
    shown = page(answer)
    assert "it would have moved 24 comments that you approved to Spam." in shown
    assert "“casino” (anywhere): 23 comments" in shown
    assert "“poker” (anywhere): 1 comment" in shown
    assert "And 4 older ones." in shown
    assert len(re.findall(r'href="/moderation/\d+/"', answer.content.decode())) == 20


def test_a_trial_by_address_says_how_long_addresses_are_known(say: Any, owner: Client) -> None:
    say("Hello", address="192.0.2.5")
    shown = page(owner.post("/moderation/rules/", fill("192.0.2.0/24", action="trash")))
    assert "it would have moved 1 comment that you approved to Trash." in shown
    assert "IP addresses are kept for 30 days" in shown


def test_a_harmless_rule_says_so_and_can_be_saved_or_changed(say: Any, owner: Client) -> None:
    say("Lovely")
    answer = owner.post("/moderation/rules/", fill("casino\npoker*"))
    assert "it would have stopped none of the 1 comment you approved" in page(answer)
    hidden = dict(
        re.findall(
            r'type="hidden" name="(patterns|field|action)" value="([^"]*)"', answer.content.decode()
        )
    )
    again = owner.post("/moderation/rules/", {**hidden, "step": "change"})
    assert re.search(r"<textarea[^>]*>\s*casino\npoker\*</textarea>", again.content.decode())
    assert Rule.objects.count() == 0
    owner.post("/moderation/rules/", {**hidden, "step": "save"})
    assert {rule.pattern for rule in Rule.objects.all()} == {"casino", "poker*"}


@pytest.mark.parametrize("person", ["mo", "ada"])
def test_only_the_owner_may_see_try_or_change_rules(
    person: str, logged_in: Any, request: Any
) -> None:
    add("casino")
    client = logged_in(request.getfixturevalue(person))
    assert client.get("/moderation/rules/").status_code == 403
    for path in ("", "delete/", "sample/"):
        answer = client.post(f"/moderation/rules/{path}", {**fill("x", "save"), "rule": "1"})
        assert answer.status_code == 403
    assert Rule.objects.count() == 1


def test_rules_that_were_typed_come_back_after_a_lost_session(db: None) -> None:
    answer = Client().post("/moderation/rules/", fill("casino"))
    assert answer.status_code == 403
    assert "casino" in answer.content.decode()


# --- The other settings ----------------------------------------------------------------------


def test_without_a_website_field_none_is_asked_for_or_taken(post: Any, send: Any) -> None:
    assert 'name="website"' in wire(post.get_absolute_url()).text
    with transaction.atomic():
        CommentSettings(ask_website=False).save()
        invalidate_pages()
    for path in (post.get_absolute_url(), f"/reviews/{post.slug}/comments/"):
        assert 'name="website"' not in wire(path).text
    assert 'name="website"' not in send(body="").content.decode()
    send(website="https://spam.example/")
    assert Comment.objects.get().website == ""
    assert "optionally, your website" not in wire("/privacy/").text


def test_saving_the_settings_or_a_rule_shows_at_once(post: Any, owner: Client) -> None:
    assert 'name="website"' in wire(post.get_absolute_url()).text
    CommentSettings(hold_links=None).save()
    assert "Rules of our own" not in wire("/privacy/").text
    owner.post("/moderation/rules/", fill("casino", "save"))
    assert "Rules of our own" in wire("/privacy/").text
    form = fields(owner.get("/admin/comments/commentsettings/").content.decode())
    del form["ask_website"]  # an empty box is not sent
    assert owner.post("/admin/comments/commentsettings/", form).status_code == 302
    assert 'name="website"' not in wire(post.get_absolute_url()).text


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("send_name", "your name"),
        ("send_email", "your email address"),
        ("send_website", "your website"),
        ("send_browser", "your browser details"),
        ("send_referrer", "the page you came from"),
        ("ask_website", "your website"),
    ],
)
def test_the_privacy_page_lists_what_akismet_receives(
    setting: str, words: str, akismet: Any, db: None
) -> None:
    assert f"<li>{words}</li>" in wire("/privacy/").text
    CommentSettings(**{setting: False}).save()
    forget_pages()
    shown = wire("/privacy/").text
    assert f"<li>{words}</li>" not in shown
    assert "<li>your IP address</li>" in shown


@pytest.mark.django_db(transaction=True)
def test_akismet_is_not_sent_what_the_owner_keeps(send: Any, akismet: Any) -> None:
    CommentSettings(send_email=False, send_referrer=False).save()
    send(website="https://rita.example/")
    run_worker_round()
    [call] = akismet.calls_to("comment-check")
    assert "comment_author_email" not in call.fields
    assert call.fields["comment_author_url"] == "https://rita.example/"
    assert Comment.objects.get().akismet_request == {
        name: value for name, value in call.fields.items() if name != "api_key"
    }


def test_newest_threads_come_first_if_the_owner_wants_it(say: Any, post: Any) -> None:
    CommentSettings(newest_first=True, threads_per_page=2).save()
    first, second, third = (say(f"Thread {number}") for number in range(3))
    replies = [say(f"Reply {number}", parent=second) for number in range(2)]
    shown = wire(post.get_absolute_url()).text
    ids = [int(pk) for pk in re.findall(r'<li class="comment[^>]*id="comment-(\d+)"', shown)]
    assert ids == [third.pk, second.pk, *(reply.pk for reply in replies)]
    assert "Older comments" in shown
    assert "Newer comments" not in shown
    for comment, page_number in ((third, ""), (replies[1], ""), (first, "?comments=2")):
        location = wire(f"/comments/{comment.pk}/").headers["location"]
        assert location == f"{post.get_absolute_url()}{page_number}#comment-{comment.pk}"
    assert "Thread 0" in wire(post.get_absolute_url(), query="comments=2").text
