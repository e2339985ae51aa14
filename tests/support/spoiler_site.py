"""A site with a spoiler in every place that can hold one, and the address of every page."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.urls import URLPattern, URLResolver
from django.utils import timezone
from PIL import Image

from blog.images import processing
from blog.models import Band, Page, Picture, Post, Tag, Work
from blog.search import index
from comments import moderation
from comments.models import Comment

# Each of these words occurs only inside spoilers.
CANARIES = ("finch", "siskin", "linnet", "bunting", "serin", "redpoll", "brambling", "twite")
TEXT = """
Rain falls ||and the finch is dead||, as everybody saw coming.[^wet]

## What ||the siskin|| knew

::: spoiler up to episode 5
The linnet did it, with ![the bunting holds a knife](/media/{picture} "the serin watches").[^dry]
:::

| who | what |
|---|---|
| she | >!the twite!< |

[^wet]: It always falls ||on the redpoll||.
[^dry]: As the brambling said.
"""
COMMENT = (
    "I wept when ||the finch and the siskin|| fell.\n\n::: spoiler end\nAnd the linnet too.\n:::"
)

# The address of each route of the URLconf; `placeholders` returns the values for the braces.
ADDRESSES = {
    "": "/",
    "healthz": "/healthz",
    "readyz": "/readyz",
    "reviews/<any_slug:slug>/": "/reviews/metallic-rain/",
    "feed/": "/feed/",
    "feed/atom/": "/feed/atom/",
    "tags/<any_slug:slug>/feed/": "/tags/rain/feed/",
    "tags/<any_slug:slug>/feed/atom/": "/tags/rain/feed/atom/",
    "reviews/<any_slug:slug>/feed/": "/reviews/metallic-rain/feed/",
    "reviews/<any_slug:slug>/feed/atom/": "/reviews/metallic-rain/feed/atom/",
    "comments/feed/": "/comments/feed/",
    "comments/feed/atom/": "/comments/feed/atom/",
    "sitemap.xml": "/sitemap.xml",
    "sitemap-<slug:section>.xml": "/sitemap-posts.xml",
    "tags/": "/tags/",
    "tags/<any_slug:slug>/": "/tags/rain/",
    "works/": "/works/",
    "works/<any_slug:slug>/": "/works/metallic-rain/",
    "archive/": "/archive/",
    "archive/<year:year>/": "{year}",
    "archive/<year:year>/<month:month>/": "{month}",
    "scores/": "/scores/",
    "scores/<score:lowest>/": "/scores/70/",
    "spoiler-free/": "/spoiler-free/",
    "search/": "/search/?q=rain",
    "<any_slug:slug>/": "/about/",
    "robots.txt": "/robots.txt",
    ".well-known/security.txt": "/.well-known/security.txt",
    "media/<file:path>": "/media/{picture}",
    "reviews/<any_slug:slug>/comments/": "/reviews/metallic-rain/comments/?parent={comment}",
    "comments/<int:pk>/": "/comments/{comment}/",
    "comments/<int:pk>/report/": "/comments/{comment}/report/",
    "comments/reported/": "/comments/reported/",
    "comments/receipt/<str:token>/": "{receipt}",
    "privacy/": "/privacy/",
    "account/bar/": "/account/bar/?path=/reviews/metallic-rain/",
    "account/invitations/": "/account/invitations/",
    "account/invitations/<int:pk>/": "/account/invitations/1/",
    "account/invitation/": "/account/invitation/",
    "account/invitation/<str:token>/": "/account/invitation/none/",
    "account/email/": "/account/email/",
    "account/email/<str:token>/": "/account/email/none/",
    "login/": "/login/",
    "login/code/": "/login/code/",
    "login/second-factor/": "/login/second-factor/",
    "login/done/": "/login/done/",
    "logout/": "/logout/",
    "password/change/": "/password/change/",
    "password/change/done/": "/password/change/done/",
    "password/reset/": "/password/reset/",
    "password/reset/sent/": "/password/reset/sent/",
    "password/reset/<uidb64>/<token>/": "/password/reset/Mg/set-password/",
    "password/reset/done/": "/password/reset/done/",
    "moderation/": "/moderation/?status=approved",
    "moderation/act/": "/moderation/act/",
    "moderation/bulk/<uuid:action_id>/": "/moderation/bulk/2c7a4dd6-6f6e-4a5b-8d3f-0f6a4a4b7c55/",
    "moderation/counts/": "/moderation/counts/?status=approved",
    "moderation/empty/": "/moderation/empty/",
    "moderation/undo/": "/moderation/undo/",
    "moderation/rules/": "/moderation/rules/",
    "moderation/rules/delete/": "/moderation/rules/delete/",
    "moderation/rules/sample/": "/moderation/rules/sample/",
    "moderation/<int:pk>/": "/moderation/{comment}/",
    "moderation/<int:pk>/edit/": "/moderation/{comment}/edit/",
    "moderation/<int:pk>/reply/": "/moderation/{comment}/reply/",
    "moderation/<int:pk>/note/": "/moderation/{comment}/note/",
    "moderation/<int:pk>/note/<int:note>/delete/": "/moderation/{comment}/note/1/delete/",
    "moderation/<int:pk>/thread/": "/moderation/{comment}/thread/",
    "moderation/<int:pk>/move/": "/moderation/{comment}/move/",
    "moderation/<int:pk>/dismiss/": "/moderation/{comment}/dismiss/",
    "moderation/mail/": "/moderation/mail/",
    "moderation/mail/<str:token>/": "/moderation/mail/x/",
    "moderation/mail/undo/<str:token>/": "/moderation/mail/undo/x/",
    "moderation/acts/": "/moderation/acts/",
    "moderation/acts/undo/": "/moderation/acts/undo/",
    "moderation/reported/": "/moderation/reported/",
    "admin/status/": "/admin/status/",
    "admin/": "/admin/blog/post/",
    "admin/login/": "/admin/login/",
    "admin/preview/": "/admin/preview/",
    "admin/upload/": "/admin/upload/",
}


def routes(patterns: Any, prefix: str = "") -> list[str]:
    """Return every route of the URLconf; the whole of Django's admin is one."""
    found = []
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            found += routes(pattern.url_patterns, route)
        else:
            assert isinstance(pattern, URLPattern | URLResolver)
            found.append(route)
    return found


def create_review(author: Any) -> Post:
    """Create a review and a page with every canary. The review has no summary of its own."""
    png = BytesIO()
    Image.new("RGB", (4, 3)).save(png, "PNG")
    clean, picture = processing.reencode(png), Picture(alt="A wet street")
    picture.file.save(clean.name, clean)
    post = Post(
        title="Metallic Rain",
        slug="metallic-rain",
        author=author,
        work=Work.objects.create(title="Metallic Rain", slug="metallic-rain", kind="film"),
        body=TEXT.format(picture=picture.file.name),
        verdict="Wet, and worth it. ||The finch agrees.||",
        score=70,
        spoiler_level="minor",
        published_at=timezone.now() - timedelta(days=1),
    )
    post.save()
    post.tags.add(Tag.objects.create(name="rain", slug="rain"))
    Band.objects.create(lowest=70, wording="pretty fun to watch")
    Page.objects.create(
        title="About", slug="about", body=post.body, menu_place=1, published_at=post.published_at
    )
    index.index_posts([post])
    return post


def placeholders(review: Post, send: Any) -> dict[str, Any]:
    """Send a comment with canaries and approve it; return the values that `ADDRESSES` need."""
    receipt = send(to=review, body=COMMENT)["Location"]
    comment = Comment.objects.get()
    moderation.approve([comment.pk], review.author)
    return {
        "comment": comment.pk,
        "receipt": receipt,
        "picture": Picture.objects.get().file.name,
        "year": f"/archive/{review.published_at:%Y}/",
        "month": f"/archive/{review.published_at:%Y/%m}/",
    }
