"""The receipt, which shows its sender the status of a comment."""

from datetime import timedelta

import pytest
from django.utils import timezone

from blog.models import SiteSettings
from comments.models import Comment, Status

SAID = {
    Status.CHECKING: "checking your comment for spam",
    Status.PENDING: "waiting for a moderator",
    Status.APPROVED: "Your comment is live",
    Status.SPAM: "marked as spam",
    Status.TRASH: "decided not to publish your comment",
}


@pytest.mark.parametrize("status", Status)
def test_it_shows_the_status_of_the_comment(client, send, status):
    address = send()["Location"]
    now = timezone.now()
    Comment.objects.update(status=status, next_check_at=now, decided_at=now)
    assert SAID[status] in client.get(address).content.decode()


def test_it_shows_the_text_escaped_and_without_links(client, send):
    address = send(body="<b>Look</b> at [this](https://example.com/spam) https://example.com/too")[
        "Location"
    ]
    page = client.get(address).content.decode()
    assert "&lt;b&gt;Look&lt;/b&gt; at [this](https://example.com/spam)" in page
    assert 'href="https://example.com' not in page


def test_its_title_and_that_of_the_reply_page_end_with_the_sites_name(client, send, post):
    SiteSettings(name="Wet & Loud").save()
    receipt = client.get(send()["Location"]).content.decode()
    assert "<title>Your comment - Wet &amp; Loud</title>" in receipt
    form = client.get(f"{post.get_absolute_url()}comments/").content.decode()
    assert f"<title>Leave a Reply · {post.title} - Wet &amp; Loud</title>" in form


def test_it_is_never_indexed_stored_or_sent_as_a_referrer(client, send):
    response = client.get(send()["Location"])
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies


def test_it_expires_after_30_days(client, send):
    address = send()["Location"]
    Comment.objects.update(created_at=timezone.now() - timedelta(days=29, hours=23))
    assert client.get(address).status_code == 200
    Comment.objects.update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    assert client.get(address).status_code == 404


def test_only_its_own_token_opens_it_and_no_token_is_stored(client, send):
    token = send()["Location"].split("/")[-2]
    stored = str(Comment.objects.values().get())
    assert token not in stored
    assert client.get(f"/comments/receipt/{token[::-1]}/").status_code == 404
    assert client.get(f"/comments/receipt/{Comment.objects.get().receipt}/").status_code == 404


def test_it_still_works_after_a_change_of_the_secret_key(client, send, settings):
    address = send()["Location"]
    settings.SECRET_KEY = "another one"
    assert client.get(address).status_code == 200
