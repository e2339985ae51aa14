"""The views to send a comment and to reply to one."""

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from blog.models import Post
from comments import submission
from comments.forms import CommentForm, is_id
from comments.models import Comment, CommentSettings, Status
from comments.screening import akismet
from comments.views.post import render_post
from core.request_limits import discard_body, is_too_long
from core.request_origin import Origin, client_ip, origin_of
from core.submitted_text import submitted_texts

HONEYPOT = "subject"  # an invisible field that only programs fill in; they are not refused

log = logging.getLogger(__name__)


@csrf_exempt  # readers have neither cookie nor token: `origin_of` protects this view
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a comment by POST; show the form by GET, below the comment that is replied to."""
    if request.method == "POST" and "Transfer-Encoding" in request.headers:
        return render(request, "411.html", status=411)  # Django would read an empty form from it
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and is_too_long(length, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        discard_body(request)
        log_refusal("too large", 413)
        return render(request, "413.html", status=413)
    is_submission = request.method == "POST"
    posts = Post.objects.published()
    posts = posts.for_comment_form() if is_submission else posts.for_page()
    if not is_submission:
        return reply(request, get_object_or_404(posts, slug=slug))
    post = posts.filter(slug=slug).first()
    return submit(request, post) if post else gone(request)


def gone(request: HttpRequest) -> HttpResponse:
    """Give a comment back whose post is not there, because it was taken down meanwhile, say."""
    log_refusal("no such post", 404)
    context = {"submitted": submitted_texts(request)}
    return render(request, "comments/gone.html", context, status=404)


def submit(request: HttpRequest, post: Post) -> HttpResponse:
    """Take a comment and redirect to its receipt, or show the form again with the text in it."""
    origin, rules = origin_of(request), CommentSettings.load()
    user = team_member(request) if origin is Origin.SAME_ORIGIN else None
    parent, parent_is_wrong = find_parent(post, request.POST.get("parent"))
    form = CommentForm(
        request.POST,
        parent=parent,
        names_required=rules.require_name_email and not user,
        with_website=rules.ask_website,
    )
    if origin is Origin.CROSS_SITE:
        form.refuse(_("Something went wrong with this form. Please submit it again."))
        return refuse(request, post, form, 403, "from another site")
    if not rules.are_open(post):
        form.refuse(_("Comments on this post are closed."))
        return refuse(request, post, form, 403, "closed")
    if parent_is_wrong:
        form.refuse(
            _("The comment you were replying to has been removed. You can post a new one below.")
        )
    if not form.is_valid():
        return refuse(request, post, form, 400, "wrong fields")
    return take(request, post, form, user, rules)


def take(
    request: HttpRequest, post: Post, form: CommentForm, user: object, rules: CommentSettings
) -> HttpResponse:
    """Save the comment of a valid form, and redirect to its receipt."""
    comment = new_comment(request, post, form, user)
    try:
        receipt = submission.submit(comment, rules)
    except submission.Refused as refusal:
        form.refuse(refusal.sentence)
        form.is_duplicate = isinstance(refusal, submission.Duplicate)
        reason = "duplicate" if isinstance(refusal, submission.Duplicate) else "too fast"
        response = refuse(request, post, form, refusal.status, reason)
        if isinstance(refusal, submission.TooFast):
            response["Retry-After"] = str(refusal.seconds)
        return response
    except DatabaseError:
        log_refusal("the database is away", 503)
        context = {"submitted": submitted_texts(request)}
        return render(request, "503.html", context, status=503)
    # A second click has no number: the comment was saved by the first one.
    log.info("comment taken", extra={"comment": comment.pk, "post": post.pk})
    response = HttpResponseRedirect(reverse("receipt", args=[receipt]))
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    return response


def refuse(
    request: HttpRequest, post: Post, form: CommentForm, status: int, reason: str
) -> HttpResponse:
    """Show the page of the post with the refused form; `reason` is for the log."""
    log_refusal(reason, status, post)
    # A post that was unpublished in this moment is shown once more, so that no text is lost.
    whole = Post.objects.published().for_page().filter(pk=post.pk).first() or post
    return render_post(request, whole, form=form, status=status)


def log_refusal(reason: str, status: int, post: Post | None = None) -> None:
    """Log that a submission was refused."""
    fields = {"why": reason, "status": status, "post": post.pk if post else None}
    log.info("comment refused", extra=fields)


def new_comment(request: HttpRequest, post: Post, form: CommentForm, user: object) -> Comment:
    """Return the unsaved comment of a valid form. A team member's name is that of the account."""
    fields = form.cleaned_data
    honeypot = request.POST.get(HONEYPOT, "").replace("\0", "").strip()[:500]
    return Comment(
        post=post,
        parent=form.parent_comment,
        user=user,
        name=submission.team_name(user) if user else fields["name"],
        email=user.email if user else fields["email"],
        website=fields.get("website", ""),  # the owner may not ask for it
        body=fields["body"],
        body_html=form.fields["body"].html,
        address=client_ip(request),
        user_agent=request.headers.get("User-Agent", "").replace("\0", "")[:500],
        referrer=request.headers.get("Referer", "").replace("\0", "")[:500],
        honeypot_name=HONEYPOT if honeypot else "",
        honeypot_value=honeypot,
    )


def team_member(request: HttpRequest) -> object | None:
    """Return the logged-in author or moderator, or None. A typed name never counts."""
    user = request.user
    if not user.is_authenticated:
        return None
    is_member = user.has_perm("blog.change_post") or user.has_perm("comments.moderate")
    return user if is_member else None


def find_parent(post: Post, text: str | None) -> tuple[Comment | None, bool]:
    """Return the approved comment of this post that is replied to.

    The second value is True if the form names a parent that is not such a comment.
    """
    if not text:
        return None, False
    approved = Comment.objects.filter(post=post, status=Status.APPROVED)
    parent = approved.filter(pk=int(text)).first() if is_id(text) else None
    return parent, parent is None


def reply(request: HttpRequest, post: Post) -> HttpResponse:
    """Show the form on a page of its own, below the comment that is replied to."""
    rules = CommentSettings.load()
    parent, parent_is_wrong = find_parent(post, request.GET.get("parent"))
    if parent_is_wrong:
        raise Http404
    form = CommentForm(
        parent=parent, names_required=rules.require_name_email, with_website=rules.ask_website
    )
    is_locked = parent is not None and (parent.thread or parent).is_locked
    context = {
        "post": post,
        "form": form,
        "action": request.path,
        "is_open": rules.are_open(post) and not is_locked,
        "is_locked": is_locked,
        "akismet": akismet.is_configured(),
    }
    return render(request, "comments/reply.html", context)
