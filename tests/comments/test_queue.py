"""The moderation queue, used without JavaScript."""

import pytest
from django.test import Client

from comments.models import Comment, Rule, SpamServiceState, Status


@pytest.fixture
def desk(mo, logged_in):
    return logged_in(mo)


def status_of(comment: Comment) -> str:
    return Comment.objects.get(pk=comment.pk).status


@pytest.mark.parametrize(
    ("who", "expected"), [(None, 302), ("guest", 403), ("ada", 403), ("mo", 200), ("olive", 200)]
)
def test_only_moderators_and_the_owner_have_access(
    request, say, logged_in, who, expected, django_user_model
):
    comment = say(status=Status.PENDING)
    if who == "guest":
        client = logged_in(django_user_model.objects.create_user("guest", password="x"))
    else:
        client = logged_in(request.getfixturevalue(who)) if who else Client()
    for path in ("", f"{comment.pk}/"):
        response = client.get(f"/moderation/{path}")
        assert response.status_code == expected
        if who is None:
            assert response["Location"].startswith("/login/?next=")
    for path in ("act/", "undo/", f"{comment.pk}/edit/", f"{comment.pk}/reply/"):
        response = client.get(f"/moderation/{path}")
        assert response.status_code == (302 if expected == 200 else expected)
        if expected == 200:  # the address of a form leads to the form's page
            page = path.replace("edit/", "").replace("reply/", "")
            page = "" if page in ("act/", "undo/") else page
            assert response["Location"] == f"/moderation/{page}"
    if expected != 200:
        client.post("/moderation/act/", {"act": f"approve:{comment.pk}"})
        assert status_of(comment) == Status.PENDING


def test_a_form_without_a_csrf_token_changes_nothing(mo, say):
    comment = say(status=Status.PENDING)
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    assert client.post("/moderation/act/", {"act": f"approve:{comment.pk}"}).status_code == 403
    assert status_of(comment) == Status.PENDING


def test_pending_comments_come_first_and_oldest_first(desk, say):
    old, new = say("Old words.", status=Status.PENDING), say("New words.", status=Status.PENDING)
    say("Approved words.")
    page = desk.get("/moderation/").content.decode()
    assert page.index(f'id="comment-{old.pk}"') < page.index(f'id="comment-{new.pk}"')
    assert "Approved words." not in page


def test_a_comment_is_shown_with_everything_that_a_decision_needs(desk, say, akismet):
    parent = say("The parent's words.", name="Paula")
    say(
        "The words in question.",
        parent=parent,
        status=Status.PENDING,
        reason="Filled in the hidden trap field (likely a bot).",
        name="Quentin",
        email="q@example.com",
        website="https://example.com/q",
        address="203.0.113.77",
        result="ham",
    )
    page = desk.get("/moderation/").content.decode()
    for words in (
        "The words in question.",
        "Quentin",
        "q@example.com",
        "https://example.com/q",
        "203.0.113.77",
        "Metallic Rain",
        "Paula",
        "The parent&#x27;s words.",
        "Filled in the hidden trap field (likely a bot).",
        "Akismet: not spam.",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("act", "after", "said"),
    [
        ("approve", "approved", "Approved Tobin&#x27;s comment."),
        ("spam", "spam", "Marked Tobin&#x27;s comment as spam."),
        ("reject", "trash", "Moved Tobin&#x27;s comment to Trash."),
    ],
)
def test_one_comment_is_decided_by_its_button_and_undone(desk, say, act, after, said):
    comment = say(status=Status.PENDING, name="Tobin")
    page = desk.post(
        "/moderation/act/", {"act": f"{act}:{comment.pk}", "seen": "pending"}, follow=True
    )
    assert status_of(comment) == after
    assert said in page.content.decode()
    undo = Comment.objects.get(pk=comment.pk).events.last().act
    assert f'value="{undo}"' in page.content.decode()
    page = desk.post("/moderation/undo/", {"act": str(undo)}, follow=True)
    assert status_of(comment) == Status.PENDING
    assert "Undone. Tobin&#x27;s comment moved back." in page.content.decode()


def test_a_selection_is_decided_in_one_action(desk, say):
    comments = [say(f"number {n}", status=Status.PENDING) for n in range(3)]
    ids = [c.pk for c in comments[:2]]
    page = desk.post("/moderation/act/", {"act": "approve", "comment": ids}, follow=True)
    assert [status_of(c) for c in comments] == ["approved", "approved", "pending"]
    assert "Approved 2 comments." in page.content.decode()


@pytest.mark.parametrize(
    ("act", "one", "several"),
    [
        ("approve", "Approved %s comment.", "Approved 2 comments."),
        ("spam", "Marked %s comment as spam.", "Marked 2 comments as spam."),
        ("reject", "Moved %s comment to Trash.", "Moved 2 comments to Trash."),
        ("restore", "Restored %s comment.", "Restored 2 comments."),
    ],
)
def test_each_action_is_confirmed_with_the_name_of_the_commenter(desk, say, act, one, several):
    status = Status.TRASH if act == "restore" else Status.CHECKING
    ids = [say(f"number {n}", status=status, name="").pk for n in range(3)]
    for chosen, said in ((ids[:1], one % "Anonymous&#x27;s"), (ids[1:], several)):
        form = {"act": act, "comment": chosen}
        assert said in desk.post("/moderation/act/", form, follow=True).content.decode()
    undo = Comment.objects.get(pk=ids[1]).events.last().act
    page = desk.post("/moderation/undo/", {"act": str(undo)}, follow=True).content.decode()
    assert "Undone. 2 comments moved back." in page


def test_500_comments_can_be_decided_at_once(desk, say):
    ids = [say(f"number {n}", status=Status.PENDING).pk for n in range(500)]
    desk.post("/moderation/act/", {"act": "approve", "comment": ids})
    assert Comment.objects.filter(status=Status.APPROVED).count() == 500


def test_restore_returns_a_comment_to_its_previous_status(desk, say):
    comment = say(status=Status.APPROVED)
    desk.post("/moderation/act/", {"act": f"reject:{comment.pk}"})
    desk.post("/moderation/act/", {"act": f"restore:{comment.pk}"})
    assert status_of(comment) == Status.APPROVED


def test_a_comment_that_another_moderator_has_decided_is_skipped(desk, say):
    comment = say(status=Status.SPAM)
    page = desk.post(
        "/moderation/act/", {"act": f"approve:{comment.pk}", "seen": "pending"}, follow=True
    )
    assert status_of(comment) == Status.SPAM
    assert "someone else already handled it" in page.content.decode()


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"act": "publish:1"},
        {"act": "approve:x"},
        {"act": "approve:²"},
        {"act": f"approve:{'9' * 30}"},
        {"act": "approve", "comment": ["1", "x"]},
    ],
)
def test_an_invalid_form_gets_a_400_page(desk, nonsense):
    assert desk.post("/moderation/act/", nonsense).status_code == 400


def test_an_empty_selection_asks_to_select_comments(desk):
    page = desk.post("/moderation/act/", {"act": "approve"}, follow=True).content.decode()
    assert "Select some comments first" in page


def test_an_invalid_undo_gets_a_400_page(desk):
    assert desk.post("/moderation/undo/", {"act": "x"}).status_code == 400


def test_actions_redirect_to_the_same_list(desk, say):
    comment = say(status=Status.SPAM)
    response = desk.post(
        "/moderation/act/",
        {"act": f"approve:{comment.pk}", "status": "spam", "q": "a&b", "page": "3"},
    )
    assert response["Location"] == "/moderation/?status=spam&q=a%26b&page=3"


@pytest.mark.parametrize("status", Status)
def test_each_status_has_its_tab_with_its_count(desk, say, status):
    for other in Status:
        say(f"words of {other}", status=other)
    page = desk.get(f"/moderation/?status={status}").content.decode()
    assert f"words of {status}" in page
    assert page.count('<span class="count">1</span>') == 5


def test_counting_stops_at_999(desk, say):
    first = say(status=Status.PENDING)
    fields = {f.name: getattr(first, f.name) for f in Comment._meta.fields if f.name != "id"}
    Comment.objects.bulk_create(Comment(**{**fields, "receipt": f"r{n}"}) for n in range(1001))
    assert '<span class="count">999+</span>' in desk.get("/moderation/").content.decode()


@pytest.mark.parametrize(
    "query", ["umbrellas", "UMBRELLAS", "quentin", "q@example", "example.com/q", "203.0.113.77"]
)
def test_search_finds_text_name_and_addresses(desk, say, query):
    say(
        "About Umbrellas.",
        status=Status.PENDING,
        name="Quentin",
        email="q@example.com",
        website="https://example.com/q",
        address="203.0.113.77",
    )
    say("Something else.", status=Status.PENDING)
    page = desk.get("/moderation/", {"q": query}).content.decode()
    assert "About Umbrellas." in page
    assert "Something else." not in page


@pytest.mark.parametrize("query", ["%", "_", "'", '"', "\\", "\0", "x" * 5000, "☂", "999.1.1.1"])
def test_any_search_gets_a_response(desk, say, query):
    say(status=Status.PENDING)
    assert desk.get("/moderation/", {"q": query}).status_code == 200


def test_the_queue_has_pages(desk, say):
    for n in range(51):
        say(f"number {n}", status=Status.PENDING)
    assert "page=2" in desk.get("/moderation/").content.decode()
    assert "number 50" in desk.get("/moderation/?page=2").content.decode()


def test_a_moderator_can_edit_a_comment(desk, say, post):
    comment = say("Teh text.", name="Rita")
    desk.post(
        f"/moderation/{comment.pk}/edit/", {"name": "Rita", "website": "", "body": "The text."}
    )
    assert "The text." in Client().get(f"/reviews/{post.slug}/").content.decode()
    assert "Teh text." in desk.get(f"/moderation/{comment.pk}/").content.decode()


def test_an_invalid_edit_is_refused_and_the_text_is_kept(desk, say):
    comment = say("The text.")
    response = desk.post(
        f"/moderation/{comment.pk}/edit/", {"name": "Rita", "body": "Now ||broken"}
    )
    assert response.status_code == 400
    assert "Now ||broken" in response.content.decode()
    assert Comment.objects.get().body == "The text."


def test_a_moderator_replies_in_their_own_name(desk, say, mo, post):
    comment = say("A question.")
    desk.post(f"/moderation/{comment.pk}/reply/", {"body": "An answer."})
    reply = Comment.objects.get(parent=comment)
    assert (reply.user, reply.name, reply.status) == (mo, "Mo", Status.APPROVED)
    assert "An answer." in Client().get(f"/reviews/{post.slug}/").content.decode()


def test_a_reply_to_a_hidden_comment_is_refused_and_the_text_is_kept(desk, say):
    comment = say(status=Status.PENDING)
    response = desk.post(f"/moderation/{comment.pk}/reply/", {"body": "An answer."})
    assert response.status_code == 400
    assert "An answer." in response.content.decode()
    assert "Approve this comment before replying" in response.content.decode()


def test_moderators_are_told_if_there_is_no_key(desk):
    assert "Spam checking is off" in desk.get("/moderation/").content.decode()


def test_moderators_are_told_in_plain_words_if_akismet_fails(desk, akismet):
    SpamServiceState.objects.create(
        pk=1,
        failure="Akismet refuses the key.",
        alert_code="10403",
        alert="Your access is revoked.",
    )
    page = desk.get("/moderation/").content.decode()
    assert "Akismet refuses the key." in page
    assert "No comments are lost." in page
    assert "Your access is revoked." in page


@pytest.mark.parametrize("number", ["99", "9" * 30])
def test_a_comment_that_does_not_exist_is_not_found(desk, number):
    assert desk.get(f"/moderation/{number}/").status_code == 404
    assert desk.get(f"/comments/{number}/").status_code == 404
    assert desk.post(f"/moderation/{number}/edit/", {"body": "x"}).status_code == 404
    assert desk.post(f"/moderation/{number}/reply/", {"body": "x"}).status_code == 404


def test_a_form_with_an_expired_token_gets_a_page_of_the_site(mo):
    client = Client(enforce_csrf_checks=True)
    client.force_login(mo)
    response = client.post("/moderation/act/", {"act": "approve:1"})
    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_a_comment_can_be_restored_on_its_own_page(desk, say):
    comment = say(status=Status.TRASH)
    assert f"restore:{comment.pk}" in desk.get(f"/moderation/{comment.pk}/").content.decode()


def test_a_reply_quotes_its_parent_without_the_parents_markup(desk, say):
    parent = say("*Does* it\n\nend & ||badly||?")
    say("Yes.", status=Status.PENDING, parent=parent)
    page = desk.get("/moderation/").content.decode()
    assert "<bdi>Rita</bdi>: Does it end &amp; badly?" in " ".join(page.split())


def test_only_the_owners_tools_lead_to_the_status_page(mo, olive, logged_in):
    pages = [logged_in(user).get("/moderation/").content.decode() for user in (mo, olive)]
    assert ['href="/admin/status/"' in page for page in pages] == [False, True]


def test_without_the_script_the_answer_leads_to_the_next_comment(desk, say):
    comments = [say(f"{n}", email=f"{n}@a.org", status=Status.PENDING) for n in range(3)]
    form = {"act": f"approve:{comments[0].pk}", "seen": "pending", "status": "pending"}
    answer = desk.post("/moderation/act/", form)
    assert answer["Location"] == f"/moderation/#comment-{comments[1].pk}"


def test_the_script_gets_messages_tabs_and_what_was_moved(desk, say):
    comment = say(status=Status.PENDING)
    form = {"act": f"spam:{comment.pk}", "seen": "pending", "in_place": "yes"}
    page = desk.post("/moderation/act/", form).content.decode()
    assert f'data-moved="{comment.pk}"' in page
    assert "Marked Rita&#x27;s comment as spam." in page
    assert 'class="tabs"' in page
    assert "<html" not in page


def test_all_comments_of_a_page_can_be_selected_without_the_script(desk, say):
    for n in range(3):
        say(f"{n}", email=f"{n}@a.org", status=Status.PENDING)
    assert desk.get("/moderation/?select=page").content.decode().count(" checked>") == 3
    assert desk.get("/moderation/").content.decode().count(" checked>") == 0


def test_the_queue_can_be_narrowed_by_post_and_date_and_turned_round(desk, say, write, clock):
    other = write(title="Another", slug="another")
    first = say("First.", status=Status.PENDING, post=other)
    second = say("Second.", email="b@example.com", status=Status.PENDING, post=other)
    say("Elsewhere.", email="c@example.com", status=Status.PENDING)
    page = desk.get(f"/moderation/?post={other.pk}&order=newest").content.decode()
    assert "Elsewhere." not in page
    assert page.index(f'id="comment-{second.pk}"') < page.index(f'id="comment-{first.pk}"')
    today = f"{first.created_at:%Y-%m-%d}"
    assert "First." in desk.get(f"/moderation/?since={today}&until={today}").content.decode()
    assert "First." not in desk.get("/moderation/?until=2020-01-01").content.decode()


def test_the_queue_can_be_narrowed_to_one_rule(desk, say):
    rule = Rule(pattern="casino", field="any", action="hold")
    rule.update_key()
    rule.save()
    held = say("A casino.", status=Status.PENDING, rule=rule)
    say("Another.", email="b@example.com", status=Status.PENDING)
    page = desk.get("/moderation/").content.decode()
    assert f'href="?status=pending&amp;rule={rule.pk}"' in page
    page = desk.get(f"/moderation/?rule={rule.pk}").content.decode()
    assert f'id="comment-{held.pk}"' in page
    assert "Another." not in page
    assert "<bdi>casino</bdi>" in page


@pytest.mark.parametrize(
    "query",
    ["since=nonsense", "since=2026-02-30", "until=9999-12-31", "post=x", "order=x", "post=9" * 9],
)
def test_a_filter_that_makes_no_sense_is_ignored(desk, say, query):
    say("Here.", status=Status.PENDING)
    answer = desk.get(f"/moderation/?{query}")
    assert answer.status_code == 200


def test_a_filter_survives_an_action(desk, say, post):
    comment = say("Two words.", status=Status.PENDING)
    form = {"act": f"spam:{comment.pk}", "status": "pending", "q": "words", "order": "newest"}
    answer = desk.post("/moderation/act/", form)
    assert answer["Location"] == "/moderation/?status=pending&q=words&order=newest"


def test_tabs_can_be_asked_for_alone(desk, say):
    say(status=Status.PENDING)
    page = desk.get("/moderation/counts/").content.decode()
    assert 'class="tabs"' in page
    assert "<html" not in page
