"""What each role may do at every address behind a login. An address without a row fails."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.redirects.models import Redirect
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver
from PIL import Image

from accounts.models import Invitation
from blog.images import processing
from blog.models import Band, Page, Picture, Post, SiteSettings, Tag, Work
from comments.models import BulkAct, CommentSettings, Status

FORM = {"GET": {}, "POST": {"content_type": "application/x-www-form-urlencoded"}}
PEOPLE = {"moderator": "mo", "author": "ada", "owner": "olive"}
GUARDED = ("account/", "admin/", "moderation/", "login/", "logout/", "password/")
ROLES = ("anonymous", "moderator", "author", "owner")
# Two groups of responses, to GET and to POST; in each: anonymous, moderator, author, owner.
# "in" is a redirect to the login.
TABLE = """
account/bar/                                             | 204 200 200 200 | 405 405 405 405
account/email/                                           | 410 410 410 410 | 410 410 410 410
account/email/<str:token>/                               | 410 410 410 410 | 405 405 405 405
account/invitation/                                      | 410 410 410 410 | 410 410 410 410
account/invitation/<str:token>/                          | 410 410 410 410 | 405 405 405 405
account/invitations/                                     | in  403 403 200 | 403 403 403 400
account/invitations/<int:pk>/                            | in  403 403 405 | 403 403 403 400
admin/                                                   | in  in  200 200 | in  in  200 200
admin/(?P<url>.*)$                                       | in  in  404 404 | in  in  404 404
admin/^(?P<app_label>blog|redirects|auth|comments)/$     | in  in  200 200 | in  in  200 200
admin/auth/group/                                        | in  in  403 200 | in  in  403 200
admin/auth/group/<path:object_id>/                       | in  in  302 302 | in  in  302 302
admin/auth/group/<path:object_id>/change/                | in  in  403 200 | in  in  403 200
admin/auth/group/<path:object_id>/delete/                | in  in  403 200 | in  in  403 200
admin/auth/group/<path:object_id>/history/               | in  in  403 200 | in  in  403 200
admin/auth/group/add/                                    | in  in  403 200 | in  in  403 200
admin/auth/user/                                         | in  in  403 200 | in  in  403 200
admin/auth/user/<id>/password/                           | in  in  403 200 | in  in  403 200
admin/auth/user/<path:object_id>/                        | in  in  302 302 | in  in  302 302
admin/auth/user/<path:object_id>/change/                 | in  in  403 200 | in  in  403 200
admin/auth/user/<path:object_id>/delete/                 | in  in  403 200 | in  in  403 200
admin/auth/user/<path:object_id>/history/                | in  in  403 200 | in  in  403 200
admin/auth/user/add/                                     | in  in  403 200 | in  in  403 200
admin/autocomplete/                                      | in  in  403 403 | in  in  405 405
admin/blog/band/                                         | in  in  200 200 | in  in  200 200
admin/blog/band/<path:object_id>/                        | in  in  302 302 | in  in  302 302
admin/blog/band/<path:object_id>/change/                 | in  in  200 200 | in  in  200 200
admin/blog/band/<path:object_id>/delete/                 | in  in  200 200 | in  in  200 200
admin/blog/band/<path:object_id>/history/                | in  in  200 200 | in  in  200 200
admin/blog/band/add/                                     | in  in  200 200 | in  in  200 200
admin/blog/page/                                         | in  in  200 200 | in  in  200 200
admin/blog/page/<int:pk>/preview/                        | in  in  302 302 | in  in  400 400
admin/blog/page/<path:object_id>/                        | in  in  302 302 | in  in  302 302
admin/blog/page/<path:object_id>/change/                 | in  in  200 200 | in  in  200 200
admin/blog/page/<path:object_id>/delete/                 | in  in  200 200 | in  in  200 200
admin/blog/page/<path:object_id>/history/                | in  in  200 200 | in  in  200 200
admin/blog/page/add/                                     | in  in  200 200 | in  in  200 200
admin/blog/page/add/preview/                             | in  in  302 302 | in  in  400 400
admin/blog/picture/                                      | in  in  200 200 | in  in  200 200
admin/blog/picture/<path:object_id>/                     | in  in  302 302 | in  in  302 302
admin/blog/picture/<path:object_id>/change/              | in  in  200 200 | in  in  200 200
admin/blog/picture/<path:object_id>/delete/              | in  in  200 200 | in  in  200 200
admin/blog/picture/<path:object_id>/history/             | in  in  200 200 | in  in  200 200
admin/blog/picture/add/                                  | in  in  200 200 | in  in  200 200
admin/blog/post/                                         | in  in  200 200 | in  in  200 200
admin/blog/post/<int:pk>/preview/                        | in  in  302 302 | in  in  400 400
admin/blog/post/<path:object_id>/                        | in  in  302 302 | in  in  302 302
admin/blog/post/<path:object_id>/change/                 | in  in  200 200 | in  in  200 200
admin/blog/post/<path:object_id>/delete/                 | in  in  200 200 | in  in  200 200
admin/blog/post/<path:object_id>/history/                | in  in  200 200 | in  in  200 200
admin/blog/post/add/                                     | in  in  200 200 | in  in  200 200
admin/blog/post/add/preview/                             | in  in  302 302 | in  in  400 400
admin/blog/sitesettings/                                 | in  in  403 200 | in  in  403 200
admin/blog/sitesettings/<path:object_id>/                | in  in  302 302 | in  in  302 302
admin/blog/sitesettings/<path:object_id>/change/         | in  in  403 200 | in  in  403 200
admin/blog/sitesettings/<path:object_id>/delete/         | in  in  403 403 | in  in  403 403
admin/blog/sitesettings/<path:object_id>/history/        | in  in  403 200 | in  in  403 200
admin/blog/sitesettings/add/                             | in  in  403 403 | in  in  403 403
admin/blog/tag/                                          | in  in  200 200 | in  in  200 200
admin/blog/tag/<path:object_id>/                         | in  in  302 302 | in  in  302 302
admin/blog/tag/<path:object_id>/change/                  | in  in  200 200 | in  in  200 200
admin/blog/tag/<path:object_id>/delete/                  | in  in  200 200 | in  in  200 200
admin/blog/tag/<path:object_id>/history/                 | in  in  200 200 | in  in  200 200
admin/blog/tag/add/                                      | in  in  200 200 | in  in  200 200
admin/blog/work/                                         | in  in  200 200 | in  in  200 200
admin/blog/work/<path:object_id>/                        | in  in  302 302 | in  in  302 302
admin/blog/work/<path:object_id>/change/                 | in  in  200 200 | in  in  200 200
admin/blog/work/<path:object_id>/delete/                 | in  in  200 200 | in  in  200 200
admin/blog/work/<path:object_id>/history/                | in  in  200 200 | in  in  200 200
admin/blog/work/add/                                     | in  in  200 200 | in  in  200 200
admin/comments/commentsettings/                          | in  in  403 200 | in  in  403 200
admin/comments/commentsettings/<path:object_id>/         | in  in  302 302 | in  in  302 302
admin/comments/commentsettings/<path:object_id>/change/  | in  in  403 200 | in  in  403 200
admin/comments/commentsettings/<path:object_id>/delete/  | in  in  403 403 | in  in  403 403
admin/comments/commentsettings/<path:object_id>/history/ | in  in  403 200 | in  in  403 200
admin/comments/commentsettings/add/                      | in  in  403 403 | in  in  403 403
admin/jsi18n/                                            | in  in  200 200 | in  in  405 405
admin/login/                                             | in  403 302 302 | in  403 302 302
admin/logout/                                            | 302 302 405 405 | 302 302 302 302
admin/password_change/                                   | in  in  200 200 | in  in  200 200
admin/password_change/done/                              | in  in  200 200 | in  in  405 405
admin/preview/                                           | 405 405 405 405 | 403 403 200 200
admin/r/<path:content_type_id>/<path:object_id>/         | in  in  302 302 | in  in  302 302
admin/redirects/redirect/                                | in  in  403 200 | in  in  403 200
admin/redirects/redirect/<path:object_id>/               | in  in  302 302 | in  in  302 302
admin/redirects/redirect/<path:object_id>/change/        | in  in  403 200 | in  in  403 200
admin/redirects/redirect/<path:object_id>/delete/        | in  in  403 200 | in  in  403 200
admin/redirects/redirect/<path:object_id>/history/       | in  in  403 200 | in  in  403 200
admin/redirects/redirect/add/                            | in  in  403 200 | in  in  403 200
admin/status/                                            | in  403 403 200 | 405 405 405 405
admin/upload/                                            | 405 405 405 405 | 403 403 400 400
login/                                                   | 200 200 200 200 | 200 200 200 200
login/code/                                              | in  in  in  in  | in  in  in  in
login/done/                                              | in  302 302 302 | in  302 302 302
login/second-factor/                                     | in  200 200 200 | 403 400 400 400
logout/                                                  | 405 405 405 405 | 302 302 302 302
moderation/                                              | in  200 403 200 | 403 405 403 405
moderation/<int:pk>/                                     | in  200 403 200 | 403 405 403 405
moderation/<int:pk>/dismiss/                             | in  302 403 302 | 403 302 403 302
moderation/<int:pk>/edit/                                | in  302 403 302 | 403 400 403 400
moderation/<int:pk>/move/                                | in  302 403 302 | 403 400 403 400
moderation/<int:pk>/note/                                | in  302 403 302 | 403 400 403 400
moderation/<int:pk>/note/<int:note>/delete/              | in  302 403 302 | 403 302 403 302
moderation/<int:pk>/reply/                               | in  302 403 302 | 403 400 403 400
moderation/<int:pk>/thread/                              | in  302 403 302 | 403 400 403 400
moderation/act/                                          | in  302 403 302 | 403 400 403 400
moderation/acts/                                         | in  200 403 200 | 403 405 403 405
moderation/acts/undo/                                    | in  302 403 302 | 403 400 403 400
moderation/bulk/<uuid:action_id>/                        | in  200 403 200 | 403 405 403 405
moderation/counts/                                       | in  200 403 200 | 403 405 403 405
moderation/empty/                                        | in  302 403 302 | 403 400 403 400
moderation/mail/                                         | in  200 403 200 | 403 400 403 400
moderation/mail/<str:token>/                             | 410 410 410 410 | 410 410 410 410
moderation/mail/undo/<str:token>/                        | 410 410 410 410 | 410 410 410 410
moderation/reported/                                     | in  200 403 200 | 403 405 403 405
moderation/rules/                                        | in  403 403 200 | 403 403 403 400
moderation/rules/delete/                                 | in  403 403 302 | 403 403 403 302
moderation/rules/sample/                                 | in  403 403 302 | 403 403 403 200
moderation/undo/                                         | in  302 403 302 | 403 400 403 400
password/change/                                         | in  200 200 200 | in  200 200 200
password/change/done/                                    | in  200 200 200 | in  405 405 405
password/reset/                                          | 200 200 200 200 | 200 200 200 200
password/reset/<uidb64>/<token>/                         | 200 200 200 200 | 200 200 200 200
password/reset/done/                                     | 200 200 200 200 | 405 405 405 405
password/reset/sent/                                     | 200 200 200 200 | 405 405 405 405
"""
ROWS = {
    route: (get.split(), post.split())
    for route, get, post in (re.split(r"\s+\| ", line) for line in TABLE.strip().splitlines())
}


def routes(patterns: Any, before: str = "") -> Iterator[str]:
    """Yield every guarded route, including those of the admin."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif route.startswith(GUARDED):
            yield route


def test_every_address_behind_a_login_has_a_row() -> None:
    assert sorted(set(routes(get_resolver().url_patterns))) == sorted(ROWS)


@pytest.fixture
def things(post: Post, mo: Any, say: Any) -> dict[str, Any]:
    """Create one of everything; return them by the beginning of their routes."""
    work = Work.objects.create(title="Rain", slug="rain", kind="film")
    moved = Redirect.objects.create(site_id=1, old_path="/old/", new_path="/")
    picture, png = Picture(alt="Rain"), BytesIO()
    Image.new("RGB", (4, 3)).save(png, "PNG")
    clean = processing.reencode(png)
    picture.file.save(clean.name, clean)
    return {
        "account/invitations/": Invitation.objects.create(email="nora@example.org", role="author"),
        "admin/r/": ContentType.objects.get_for_model(Post),
        "admin/blog/post/": post,
        "admin/blog/page/": Page.objects.create(title="About", slug="about", body="Us."),
        "admin/blog/work/": work,
        "admin/blog/tag/": Tag.objects.create(name="rain", slug="rain"),
        "admin/blog/band/": Band.objects.create(lowest=70, wording="fun"),
        "admin/blog/picture/": picture,
        "admin/blog/sitesettings/": SiteSettings.objects.create(pk=1),
        "admin/comments/commentsettings/": CommentSettings.objects.create(pk=1),
        "admin/auth/user/": mo,
        "admin/auth/group/": Group.objects.get(name="Moderators"),
        "admin/redirects/redirect/": moved,
        "moderation/bulk/": BulkAct.objects.create(name="spam", newest_id=1, total=1),
        "moderation/": say(status=Status.PENDING),
    }


def address(route: str, things: dict[str, Any]) -> str:
    """Return the address of a route with all parameters filled in."""
    pk = next((str(thing.pk) for start, thing in things.items() if route.startswith(start)), "")
    fixed = {"content_type_id": pk, "app_label": "blog", "uidb64": "Mg", "token": "x", "url": "x"}
    if route.startswith("admin/r/"):
        pk = str(things["admin/blog/post/"].pk)
    path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda place: fixed.get(place[1], pk), path)


def short_form(answer: Any) -> str:
    """Return the status of a response, or "in" for a redirect to the login."""
    if answer.status_code != 302:
        return str(answer.status_code)
    return "in" if re.match("/(admin/)?login/($|[?])", answer["Location"]) else "302"


def asked(client: Client, method: str, path: str) -> Any:
    """Send a request as a page of the site would, and roll back its changes."""
    with transaction.atomic():
        answer = client.generic(
            method, path, headers={"Sec-Fetch-Site": "same-origin"}, **FORM[method]
        )
        transaction.set_rollback(True)
    return answer


def client_of(role: str, request: Any) -> Client:
    client = Client()
    if role != "anonymous":
        client.force_login(request.getfixturevalue(PEOPLE[role]))
    return client


@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_the_response_in_the_table(
    role: str, things: dict[str, Any], request: Any
) -> None:
    column, client = ROLES.index(role), client_of(role, request)
    cookies = client.cookies.copy()
    found = {}
    for route in ROWS:
        for method in ("GET", "POST"):
            client.cookies = cookies.copy()
            found[route, method] = short_form(asked(client, method, address(route, things)))
    expected = {
        (route, method): answers[column]
        for route, row in ROWS.items()
        for method, answers in zip(("GET", "POST"), row, strict=True)
    }
    assert found == expected


def test_every_form_needs_a_csrf_token(things: dict[str, Any], request: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(request.getfixturevalue("olive"))
    taken = {route: short_form(asked(client, "POST", address(route, things))) for route in ROWS}
    assert {route: said for route, said in taken.items() if said not in ("403", "405")} == {}
