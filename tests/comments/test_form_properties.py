"""Properties of the comment form for any text and any origin."""

from typing import Any

import html5lib
from django.test import RequestFactory, override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comments.forms import CommentForm
from comments.models import Comment, CommentSettings, Status
from core.request_origin import Origin, origin_of

# Includes controls, lone surrogates and non-characters, which hypothesis leaves out by default.
ODD = "\x00\x01\x0b\x0c\x1b\x7f\x85\u00ad\u200b\u202e\u2028\u2066\ud800\udfff\ufdd0\ufeff\ufffe\r\n"
TEXT = st.text(st.one_of(st.characters(exclude_categories=()), st.sampled_from(ODD)), max_size=300)
FORM = st.fixed_dictionaries(
    {},
    optional={
        "name": st.one_of(TEXT, st.just("Rita")),
        "email": st.one_of(TEXT, st.emails()),
        "website": st.one_of(TEXT, st.just("example.com"), TEXT.map("https://a.example/{}".format)),
        "body": TEXT,
        "parent": TEXT,
    },
)
thorough = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thorough
@given(FORM)
def test_the_form_accepts_any_text_or_shows_it_again(typed: dict[str, str]) -> None:
    form = CommentForm(typed)
    if form.is_valid():
        assert form.cleaned_data["body"]
        assert form.fields["body"].html
        ("".join(map(str, form.cleaned_data.values())) + form.fields["body"].html).encode()
        return
    assert all(str(sentence) for sentences in form.errors.values() for sentence in sentences)
    for name in ("name", "email", "website"):
        assert form[name].value() == typed.get(name)
    page = form["body"].as_field_group()
    area = html5lib.parseFragment(page, namespaceHTMLElements=False).find(".//textarea")
    given_back, body = area.text or "", typed.get("body", "")
    # Text that no browser sends or HTML can't contain may come back changed.
    if body.isprintable():
        assert given_back.removeprefix("\n") == body


OWN, OTHER = "reviews.example", "evil.example"
SITES = [None, "same-origin", "none", "same-site", "cross-site", "", "SAME-ORIGIN", "nonsense"]
ORIGINS = [
    *[None, "null", "", "http://[", "file://", "//", f"https://{OTHER}", f"http://{OWN}.{OTHER}"],
    *[f"https://{OWN}", f"http://{OWN}", f"https://{OWN}:444", f"https://{OTHER}@{OWN}"],
    *["http://testserver", "http://testserver:81", "https://testserver", f"https://x{OWN}"],
]


def expected(site: str | None, origin: str | None) -> Origin:
    """Return the expected origin, written independently of the code."""
    match site:
        case "same-origin":
            return Origin.SAME_ORIGIN
        case "none":  # typed into the address bar, so no page sent it
            return Origin.UNKNOWN
        case None if origin is None:
            return Origin.UNKNOWN
        case None:
            own = ["https://reviews.example", "http://reviews.example"]
            asked = ["http://testserver", "https://testserver"]
            return Origin.SAME_ORIGIN if origin in own + asked else Origin.CROSS_SITE
        case _:
            return Origin.CROSS_SITE


@override_settings(SITE_URL=f"https://{OWN}")
def test_the_origin_is_right_for_every_combination_of_headers() -> None:
    for site in SITES:
        for origin in ORIGINS:
            told = {"HTTP_SEC_FETCH_SITE": site, "HTTP_ORIGIN": origin}
            request = RequestFactory().post("/", **{k: v for k, v in told.items() if v is not None})
            assert origin_of(request) is expected(site, origin), (site, origin)


def test_a_session_only_counts_for_a_form_of_this_site(
    send: Any, logged_in: Any, ada: Any, settings: Any
) -> None:
    settings.SITE_URL = f"https://{OWN}"
    CommentSettings(flood_seconds=0).save()
    number, member = 0, logged_in(ada)
    for site in (None, "same-origin", "none", "cross-site"):
        for origin in (None, f"https://{OWN}", f"https://{OTHER}"):
            for client in (member, None):
                number += 1
                told = {"Sec-Fetch-Site": site, "Origin": origin, "X-Some": "thing"}
                headers = {name: value for name, value in told.items() if value is not None}
                response = send(client, headers=headers, body=f"This is text {number}.")
                where = expected(site, origin)
                assert response.status_code == (403 if where is Origin.CROSS_SITE else 303)
                taken = Comment.objects.filter(body=f"This is text {number}.").first()
                assert (taken is None) == (where is Origin.CROSS_SITE)
                if taken:
                    own = bool(client) and where is Origin.SAME_ORIGIN
                    assert (taken.user, taken.status) == (
                        (ada, Status.APPROVED) if own else (None, Status.PENDING)
                    )


def test_only_post_requests_send_a_comment(post: Any, client: Any) -> None:
    for method in ("put", "patch", "delete", "options", "trace"):
        answer = getattr(client, method)(f"/reviews/{post.slug}/comments/")
        assert answer.status_code == 405
