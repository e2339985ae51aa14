"""Hosts, redirect targets and proxy headers: what is trusted and what is not."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.redirects.models import Redirect
from django.core import mail
from django.test import Client
from granian.utils.proxies import wrap_wsgi_with_proxy_headers

from accounts.tasks import send_password_reset_mail
from blog.models import Page, Post
from comments.models import Comment
from tests.support.forms import form
from tests.support.people import PASSWORD
from tests.support.wire import wire
from tests.support.wsgi_client import Ask, whole_site

FOREIGN = "//evil.example"
AWAY = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\x01//evil.example",
    " //evil.example",
    "https:evil.example",
    "https:///evil.example",
    "http://testserver@evil.example/",
    "http://testserver.evil.example/",
    "javascript:alert(1)",
    "data:text/html,<script>",
    "//evil.example\\@testserver/",
    "/%0d%0aLocation: https://evil.example/",
]


# --- Hosts ------------------------------------------------------------------------------------

KEPT = ["/", "/reviews/metallic-rain/", "/feed/", "/feed/atom/", "/comments/feed/", "/tags/"]
KEPT += ["/works/", "/archive/", "/scores/", "/spoiler-free/", "/privacy/", "/sitemap.xml"]
KEPT += ["/sitemap-posts.xml", "/robots.txt", "/about/", "/reviews/metallic-rain/feed/"]


@pytest.mark.parametrize("path", KEPT)
def test_a_page_cached_for_one_host_does_not_name_another(path: str, post: Post) -> None:
    """Two hosts are allowed, and readers at the second get the page cached for the first."""
    Page.objects.create(title="About", slug="about", body="Us.", published_at=post.published_at)
    first = wire(path, host="localhost:666", x_forwarded_host="evil.example")
    second = wire(path)
    assert first.status == second.status == 200
    assert first.body == second.body
    for answer in (first, second):
        answer.headers.pop("x-accel-expires", None)  # depends on the time of the response
    assert first.headers == second.headers
    for said in (first.text, str(first.headers)):
        assert "localhost" not in said
        assert "evil.example" not in said


def test_a_foreign_host_is_refused_even_for_a_cached_page(post: Post) -> None:
    page = wire("/")
    assert page.status == 200
    refused = wire("/", host="evil.example")
    assert refused.status == 400
    assert "evil.example" not in refused.text
    assert wire("/").body == page.body


def test_a_foreign_host_leaves_nothing_in_the_cache(post: Post) -> None:
    assert wire("/", host="evil.example").status == 400
    assert wire("/").status == 200


def test_the_link_in_a_password_mail_uses_the_sites_own_address(ada: Any, settings: Any) -> None:
    settings.SITE_URL = "https://reviews.example"
    asked = {"email": ada.email}
    for host in ("localhost:666", "evil.example"):
        Client().post("/password/reset/", asked, headers={"host": host})
    send_password_reset_mail.func(ada.pk)
    (sent,) = mail.outbox
    assert "https://reviews.example/password/reset/" in sent.body
    assert "localhost" not in sent.body + sent.subject


# --- Redirects --------------------------------------------------------------------


@pytest.mark.parametrize("address", AWAY)
def test_no_redirect_leads_to_another_site(address: str, mo: Any, post: Post, say: Any) -> None:
    client, comment = Client(), say()
    given = {"next": address}
    answers = [
        client.get("/admin/login/", given),
        client.get("/moderation/", given),
        client.post("/login/", {"username": "mo", "password": PASSWORD, **given}),
        client.get("/login/done/", given),
        client.get("/login/", given),
        client.get(f"/comments/{comment.pk}/", given),
        client.post("/moderation/act/", {"act": f"approve:{comment.pk}", "q": address, **given}),
        client.post("/moderation/act/", {"detail": address, "status": address, "page": address}),
        client.post("/moderation/undo/", {"act": address, **given}),
        client.post(f"/moderation/{comment.pk}/edit/", {"name": "R", "body": "b", **given}),
        client.get("/login", given),
        client.post("/logout/", given),
    ]
    targets = [answer["Location"] for answer in answers if answer.has_header("Location")]
    assert len(targets) > 8
    for target in targets:
        assert urlsplit(target).netloc == urlsplit(target).scheme == ""
        assert target.startswith("/")
        assert not target.startswith(("//", "/\\"))
        assert "\n" not in target


def test_redirects_below_a_changed_address_stay_on_this_site(post: Post) -> None:
    Redirect.objects.create(site_id=1, old_path="/reviews/a/", new_path="/reviews/b/")
    for below in (FOREIGN, "/" + FOREIGN, "\\evil.example", "..//evil.example", "@evil.example"):
        target = wire(f"/reviews/a/{below}").headers["location"]
        assert target.startswith("/reviews/b/")


# --- Proxies ----------------------------------------------------------------------------------

PEER, NETWORK = "127.0.0.1", "10.0.0.0/8"
# (peer, X-Forwarded-For, the address that is stored)
CHAINS = [
    (PEER, "198.51.100.7", "198.51.100.7"),
    (PEER, "6.6.6.6, 198.51.100.7", "198.51.100.7"),
    (PEER, "6.6.6.6, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
    (PEER, "6.6.6.6,198.51.100.7,127.0.0.1", "198.51.100.7"),
    (PEER, "2001:db8::7", "2001:db8::7"),
    (PEER, "10.1.2.3", "10.1.2.3"),
    (PEER, "", PEER),
    (PEER, "unknown", None),
    (PEER, "198.51.100.7, <script>", None),
    (PEER, "1.2.3.4' OR 1=1 --", None),
    (PEER, "9" * 8000, None),
    (PEER, ",,,", PEER),
    ("10.9.9.9", "198.51.100.7", "198.51.100.7"),
    ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
    ("203.0.113.9", "127.0.0.1", "203.0.113.9"),
    ("::1", "198.51.100.7", "::1"),
]


def proxied() -> Ask:
    """The application of config/wsgi.py with these two as trusted proxies."""
    return whole_site(lambda site: wrap_wsgi_with_proxy_headers(site, [PEER, NETWORK]))


@pytest.mark.parametrize(("peer", "chain", "stored"), CHAINS)
def test_only_a_trusted_proxy_can_set_the_address_of_a_visitor(
    peer: str, chain: str, stored: str | None, post: Post
) -> None:
    path, named = f"{post.get_absolute_url()}comments/", {"HTTP_X_FORWARDED_FOR": chain}
    assert proxied()(path, "POST", form(), REMOTE_ADDR=peer, **named).status == 303
    assert Comment.objects.get().address == stored


@pytest.mark.parametrize(
    ("peer", "said", "status"),
    [
        (PEER, "https", 200),
        (PEER, "http", 301),
        (PEER, "HTTPS", 301),
        (PEER, "https, http", 301),
        (PEER, "javascript", 301),
        ("203.0.113.9", "https", 301),
    ],
)
def test_only_a_trusted_proxy_can_say_that_a_request_uses_tls(
    peer: str, said: str, status: int, post: Post, settings: Any
) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_SSL_HOST = True, "reviews.example"
    named = {"HTTP_X_FORWARDED_FOR": "198.51.100.7", "HTTP_X_FORWARDED_PROTO": said}
    for path in ("/", "/login/"):
        assert proxied()(path, REMOTE_ADDR=peer, **named).status == status
