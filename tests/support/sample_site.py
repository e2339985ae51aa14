"""A small site with everything on it, and the way to every kind of page that it has."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from PIL import Image
from playwright.sync_api import Page

from accounts import email_changes, invitations
from accounts.models import EmailChange, Invitation
from blog.images import processing
from blog.models import Band, Picture, Post, SiteSettings, SpoilerLevel, Tag, Work
from blog.models import Page as StandingPage
from blog.search import index
from comments import mail_links, moderation, submission
from comments.models import Comment, CommentSettings, Result, Rule, Status
from comments.rule_forms import new_rule
from pagecache.version import invalidate_pages
from tests.support import authenticator
from tests.support.people import PASSWORD

ACCOUNT = "/login/second-factor/"
RULES = "/moderation/rules/"
LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
ADDRESS = "https://example.org/a-very-long-address/without-any-place-to-break/in-it-at-all"

BODY = f"""\
First *words* with **weight**, [a link](https://example.org/), `code` and ~~regret~~, then
||an inline secret with [a way out](https://example.org/out)|| and more.[^note]

## A heading with {LONG}

> Somebody said this.
>
> - in a list

PICTURE

| Episodes | The plot | The people | The music | Did I like it at all? |
|---|---|---|---|---|
| 1-6 | Small puzzles, each better than the last | Two colleagues | Rain | Very much |
| 7-9 | Coats and basements | >!He is sent away.!< | Strings | No |

### A smaller heading

1. One
2. Two
   - Two and a half

```
a_line_of_code_that_is_far_longer_than_any_telephone_is_wide = the_same_on_the_other_side()
```

::: spoiler the ending
A block secret, with ||another inside||.

- and a list
:::

---

{LONG}{LONG} and <{ADDRESS}>

[^note]: A footnote, with ||a footnote's secret||.
"""


def picture() -> Picture:
    """A picture that was uploaded."""
    file = BytesIO()
    Image.new("RGB", (640, 360), "#7a3b2e").save(file, "PNG")
    made = Picture(alt="Rain over a harbour")
    clean = processing.reencode(file)
    made.file.save(clean.name, clean, save=True)
    return made


def review(author: Any) -> Post:
    """A published review that uses every element a post can have."""
    Band.objects.create(
        lowest=70, wording="pretty fun to watch if you don't think about it too hard"
    )
    shown = picture()
    made = Post(
        title=f"Metallic Rain: {LONG}",
        slug="metallic-rain",
        author=author,
        work=Work.objects.create(
            title=f"Metallic Rain {LONG}",
            slug="metallic-rain",
            kind="anime_series",
            year=2024,
            creators="Studio Kitefield",
            length=13,
        ),
        thumbnail=shown,
        spoiler_level=SpoilerLevel.MINOR,
        spoiler_note="The first two episodes.",
        body=BODY.replace("PICTURE", f'![Rain]({shown.file.url} "Rain, as seen from here.")'),
        verdict="Bring *patience* and a snack.",
        score=70,
        published_at=timezone.now() - timedelta(days=1),
    )
    made.snapshot_score_wording()
    made.save()
    made.tags.add(
        Tag.objects.create(name="anime", slug="anime"),
        Tag.objects.create(name=LONG[:50], slug="long"),
    )
    index.index_posts([made])
    return made


def say(post: Post, body: str = "I liked the rain.", **values: Any) -> Comment:
    """Create a comment, approved by default."""
    status, reason = values.pop("status", Status.APPROVED), values.pop("reason", "")
    values = {"name": "Rita", "email": "rita@example.com", "address": "203.0.113.9", **values}
    comment = Comment(post=post, body=body, **values)
    submission.prepare(comment)
    moderation.record_submission(comment, status, reason)
    return comment


class Stage:
    """A site with one of everything, written by Ada and moderated by Mo."""

    def __init__(self, ada: Any, mo: Any) -> None:
        self.ada, self.mo = ada, mo
        now, name = timezone.now(), f"{LONG.lower()[:60]}@example.org"
        Invitation.objects.create(email=name, role="moderator", invited_by=mo, accepted_at=now)
        self.invited = Invitation.objects.create(email="nora@example.org", role="author")
        with transaction.atomic():
            SiteSettings(tagline="Reviews of works that do not exist", contact=ada.email).save()
            CommentSettings(threads_per_page=3, flood_seconds=0).save()
            self.post = review(ada)
            self.others()
            self.about()
            self.threads()
            rules = [new_rule(pattern, "any", "spam") for pattern in ("casino", LONG[:100], "قمار")]
            Rule.objects.add_or_replace(rules)
            self.receipts = {status: self.waiting(status) for status in Status}
            invalidate_pages()

    def others(self) -> None:
        """Enough posts for a second page; one closed to comments, a draft and a scheduled one."""
        yesterday = timezone.now() - timedelta(days=2)
        for number in range(1, 11):
            Post.objects.create(
                title=f"Review {number}",
                slug=f"review-{number}",
                author=self.ada,
                body="It was fine.",
                spoiler_level="none",
                score=number if number % 2 else None,
                comments_open=number != 1,
                published_at=yesterday - timedelta(days=number),
            )
        Post.objects.create(title="Draft", slug="draft", author=self.ada, body=BODY)
        tomorrow = timezone.now() + timedelta(days=1)
        Post.objects.create(
            title="Soon",
            slug="soon",
            author=self.ada,
            body="Soon.",
            spoiler_level="none",
            published_at=tomorrow,
        )

    def about(self) -> None:
        """Create a page in the menu, and a post that is related to the first."""
        StandingPage.objects.create(
            title="About",
            slug="about",
            body=BODY,
            menu_place=1,
            published_at=timezone.now() - timedelta(days=1),
        )
        Post.objects.get(slug="review-2").tags.set(self.post.tags.all())

    def month(self) -> str:
        """Return the address of the month in which the review was published."""
        at = timezone.localtime(self.post.published_at)
        return reverse("archive_month", args=[at.year, at.month])

    def threads(self) -> None:
        """Create two pages of comments: with a very deep thread, and with a placeholder."""
        self.first = parent = say(self.post, "It holds ||a commenter's secret||.")
        for depth in range(6):
            parent = say(self.post, f"Reply {depth}. {LONG}", parent=parent, name=LONG)
        gone = say(self.post, "Gone.")
        say(
            self.post, "Why?", parent=gone, user=self.ada, name="Ada", website="https://ada.example"
        )
        moderation.reject([gone.pk], self.mo)
        for number in range(3):
            say(self.post, f"{ADDRESS} {number}", user=self.mo if number else None, name="Mo")

    def waiting(self, status: Status) -> Comment:
        """Create a comment with a status and with everything that the queue can show of it."""
        return say(
            self.post,
            f"I am {status}, with ||a secret|| and {LONG}.",
            status=status,
            reason="Filled in the hidden trap field (likely a bot).",
            parent=self.first,
            website=ADDRESS,
            honeypot_name="subject",
            honeypot_value="cheap",
            result=Result.HAM,
            check_attempts=3,
            check_error="Akismet took too long." if status == Status.CHECKING else "",
            akismet_request={"comment_content": LONG, "permalink": ADDRESS},
        )

    def receipt(self, status: Status) -> str:
        """Return the address of the receipt of a comment with a status."""
        return reverse("receipt", args=[submission.receipt_token(self.receipts[status])])

    def mail_link(self, name: str = "") -> str:
        """Return the address in a moderator's mail about a comment, or of the act after it."""
        comment = self.waiting(Status.PENDING)
        last_event = mail_links.last_events([comment.pk])[comment.pk]
        token = mail_links.decision_token(comment.pk, self.mo, last_event)
        if not name:
            return reverse("moderation_mail_link", args=[token])
        decision = mail_links.decide(token, name)
        return reverse("moderation_mail_undo", args=[mail_links.undo_token(decision)])

    def new_password(self) -> str:
        """Return the address in a mail for a new password of Mo."""
        uid = urlsafe_base64_encode(force_bytes(self.mo.pk))
        token = default_token_generator.make_token(self.mo)
        return reverse("password_reset_confirm", args=[uid, token])

    def invitation(self) -> str:
        """Return the address in a mail that invites somebody."""
        return reverse("invitation_link", args=[invitations.link_token(self.invited)])

    def new_address(self) -> str:
        """Return the address in a mail that confirms a new address of Ada."""
        email_changes.request_change(self.ada, f"{LONG.lower()[:60]}@example.org")
        change = EmailChange.objects.get(user=self.ada)
        return reverse("email_link", args=[email_changes.link_token(change)])


def refused(page: Page) -> None:
    """Send a comment that the browser accepts but the site refuses."""
    form = page.locator("#comment-form")
    form.locator("[name=body]").fill("x" * 5001)
    form.locator("[name=name]").fill("  ")
    form.locator("[name=email]").fill("nobody@nowhere")
    form.get_by_role("button").click()


def refused_login(page: Page) -> None:
    page.locator("[name=username]").fill("mo")
    page.locator("[name=password]").fill("wrong")
    page.locator(".form button").click()


def password_given(page: Page) -> None:
    page.locator("[name=username]").fill("mo")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator(".form button").click()


def slowed_login(page: Page) -> None:
    for _time in range(6):
        refused_login(page)


def second_factor_begun(page: Page) -> None:
    page.locator("#id_proof").fill(PASSWORD)
    page.locator("[value=begin]").click()


def second_factor_confirmed(page: Page) -> None:
    page.locator("[name=code]").fill(authenticator.code(page.locator(".secret").inner_text()))
    page.locator("[value=confirm]").click()


def approved(page: Page) -> None:
    page.locator(".moderation-item").first.get_by_role("button", name="Approve").click()
    page.locator("#act-result .notice").wait_for()


def enter_rules(page: Page, patterns: str) -> None:
    page.locator("[name=patterns]").fill(patterns)
    page.locator("[value=try]").click()


def invitation_refused(page: Page) -> None:
    page.locator("[name=email]").fill("mo@example.org")
    page.locator("[name=role]").select_option("author")
    with page.expect_navigation():
        page.locator("#content .narrow button").click()


def ask_for_email(page: Page, email: str, proof: str) -> None:
    page.locator("summary", has_text="Change email").click()
    page.locator("#id_email_email").fill(email)
    page.locator("#id_email_proof").fill(proof)
    with page.expect_navigation():
        page.locator("[value=email]").click()


def email_refused(page: Page) -> None:
    ask_for_email(page, "maureen@example.org", "wrong")


def email_changed(page: Page) -> None:
    ask_for_email(page, "maureen@example.org", PASSWORD)


def rules_refused(page: Page) -> None:
    enter_rules(page, f"*\n{LONG * 3}")


def rules_tried(page: Page) -> None:
    enter_rules(page, f"reply\n{LONG}*\n203.0.113.0/24")


def comment_tried(page: Page) -> None:
    page.locator("#sample-body").fill(f"{LONG} or casino")
    page.locator("[action$='sample/'] button").click()


def reported(page: Page) -> None:
    """Report a comment, with words of one line too long for a phone."""
    page.locator("[name=reason]").first.check()
    page.locator("[name=words]").fill(LONG)
    page.locator("form.form button").click()


def unfolded(page: Page) -> None:
    """Edit a comment, note something about its sender, and open all that is folded."""
    for part, field in (("Edit", "[name=website]"), ("Add a note", "[name=note]")):
        page.get_by_text(part, exact=True).click()
        page.locator(field).fill(ADDRESS)
        page.locator(f"details:has({field}) .form button").click()
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


@dataclass(frozen=True)
class Kind:
    """A kind of page: its name, its address, and what to do there first."""

    name: str
    path: str
    act: Callable[[Page], None] = lambda page: None


def readers_pages(stage: Stage) -> list[Kind]:
    """Return the public pages."""
    post = stage.post.get_absolute_url()
    return [
        Kind("home", "/"),
        Kind("home, older", "/?page=2"),
        Kind("post", post),
        Kind("post, its second page of comments", f"{post}?comments=2"),
        Kind("post, closed to comments", "/reviews/review-1/"),
        Kind("post, a comment refused", post, refused),
        Kind("reply", f"{post}comments/?parent={stage.first.pk}"),
        Kind("report", f"/comments/{stage.first.pk}/report/"),
        Kind("report, sent", f"/comments/{stage.first.pk}/report/", reported),
        *(Kind(f"receipt, {status}", stage.receipt(status)) for status in Status),
        Kind("privacy", "/privacy/"),
        Kind("tags", "/tags/"),
        Kind("tag", "/tags/anime/"),
        Kind("works", "/works/"),
        Kind("work", "/works/metallic-rain/"),
        Kind("archive", "/archive/"),
        Kind("month", stage.month()),
        Kind("scores", "/scores/"),
        Kind("band", "/scores/70/"),
        Kind("spoiler-free", "/spoiler-free/"),
        Kind("search", "/search/"),
        Kind("search, found", "/search/?q=rain"),
        Kind("search, nothing found", "/search/?q=nothing+has+this"),
        Kind("standing page", "/about/"),
        Kind("nothing there", "/nothing/"),
        Kind("nothing there, but near", "/metallic-rian/"),
    ]


def team_pages(stage: Stage) -> list[Kind]:
    """Return the pages that need an account, for a moderator who is also an author."""
    pending = stage.receipts[Status.PENDING].pk
    return [
        Kind("draft", "/reviews/draft/"),
        Kind("scheduled", "/reviews/soon/"),
        *(Kind(f"queue, {status}", f"/moderation/?status={status}") for status in Status),
        Kind("queue, nothing found", "/moderation/?q=nothing+has+this"),
        Kind("case", f"/moderation/{pending}/"),
        Kind("case, unfolded", f"/moderation/{stage.first.pk}/?status=approved", unfolded),
        Kind("reported", "/moderation/reported/"),
        Kind("acts", "/moderation/acts/"),
        Kind("mail to moderators", "/moderation/mail/"),
        Kind("queue, after an act", "/moderation/", approved),
        Kind("rules", RULES),
        Kind("rules, refused", RULES, rules_refused),
        Kind("rules, tried", RULES, rules_tried),
        Kind("rules, a comment tried", RULES, comment_tried),
        Kind("password change", "/password/change/"),
        Kind("account", ACCOUNT),
        Kind("account, an address refused", ACCOUNT, email_refused),
        Kind("account, an address waits", ACCOUNT, email_changed),
        Kind("account, the second factor begun", ACCOUNT, second_factor_begun),
        Kind("account, recovery codes", ACCOUNT, second_factor_confirmed),
        Kind("account, the second factor on", ACCOUNT),
    ]


def owners_pages(stage: Stage) -> list[Kind]:
    """Return the pages that only owners see."""
    return [
        Kind("invitations", "/account/invitations/"),
        Kind("invitations, refused", "/account/invitations/", invitation_refused),
    ]


def login_pages(stage: Stage) -> list[Kind]:
    """Return the pages of the login."""
    return [
        Kind("login", "/login/"),
        Kind("login, refused", "/login/", refused_login),
        Kind("password reset", "/password/reset/"),
        Kind("password reset, mail sent", "/password/reset/sent/"),
        Kind("password reset, new one", stage.new_password()),
        Kind("password reset, too late", "/password/reset/MQ/old-token/"),
        Kind("password reset, done", "/password/reset/done/"),
        Kind("invitation", stage.invitation()),
        Kind("confirm an address", stage.new_address()),
        Kind("confirm an address, too late", "/account/email/old-token/"),
        Kind("invitation, too late", "/account/invitation/old-token/"),
        Kind("login, the code", "/login/", password_given),
        Kind("mail link", stage.mail_link()),
        Kind("mail link, decided", stage.mail_link("spam")),
        Kind("mail link, dead", "/moderation/mail/x/"),
        Kind("login, slowed", "/login/", slowed_login),
    ]
