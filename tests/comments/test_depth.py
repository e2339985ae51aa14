"""Very long threads and deeply nested texts are limited and cause no error."""

from typing import Any

from django.test import Client

from comments.models import Comment, CommentSettings, Status
from tests.support.html_inspection import page_faults
from tests.support.wire import wire


def test_a_chain_of_2000_replies_is_shown_flat_on_one_page(say: Any, post: Any) -> None:
    first = say("The first.")
    shared = {"post": post, "name": "Rita", "status": Status.APPROVED, "thread": first}
    start = first.pk + 1
    Comment.objects.bulk_create(
        Comment(pk=start + n, body=f"n {n}", body_html=f"<p>n {n}</p>", receipt=str(n),
                parent_id=start + n - 1, **shared)
        for n in range(2_000)
    )  # fmt: skip
    page = wire(post.get_absolute_url())
    assert page.status == 200
    assert page.text.count('<li class="comment') == 2_001
    assert 'depth-5"' in page.text
    assert 'depth-6"' not in page.text
    last = start + 1_999
    assert wire(f"/comments/{last}/").headers["location"].endswith(f"#comment-{last}")
    assert wire(f"/reviews/{post.slug}/comments/", query=f"parent={last}").status == 200


def test_texts_with_many_links_and_deep_nesting_are_accepted(send: Any, post: Any) -> None:
    CommentSettings(flood_seconds=0).save()
    pieces = ["<https://a.b>", "https://a.b ", "<a@b.c>", "[a](/b)", "![a](/b)", "> ", "- ", "["]
    for number, piece in enumerate(pieces):
        body = (piece * 5_000)[:4_990] + " the end"
        assert send(body=body, email=f"r{number}@example.com").status_code == 303
    Comment.objects.update(status=Status.APPROVED)
    page = Client().get(post.get_absolute_url()).content.decode()
    assert page_faults(page) == []
    # Nested quotes and lists keep ten levels; anything deeper is text.
    assert page.count("the end") == len(pieces)
