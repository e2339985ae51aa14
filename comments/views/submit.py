"""What readers do with comments: send one, reply, see where theirs stands."""

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

RECEIPT_DAYS = 30
log = logging.getLogger(__name__)
HONEYPOT = "subject"  # a field out of sight: only a program fills it in, and is not refused


@csrf_exempt  # readers have neither cookie nor token: `origin_of` is the guard
@require_http_methods(["GET", "HEAD", "POST"])
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    """A comment is sent here; the form alone, and below a quoted comment, is found here."""
    if request.method == "POST" and "Transfer-Encoding" in request.headers:
        return render(request, "411.html", status=411)  # Django would read an empty form
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.method == "POST" and is_too_long(length, settings.DATA_UPLOAD_MAX_MEMORY_SIZE):
        discard_body(request)
        note_refusal("too large", 413)
        return render(request, "413.html", status=413)
    is_sent = request.method == "POST"
    posts = Post.objects.published()
    posts = posts.for_comment_form() if is_sent else posts.for_page()
    post = get_object_or_404(posts, slug=slug)
    return submit(request, post) if is_sent else reply(request, post)


def submit(request: HttpRequest, post: Post) -> HttpResponse:
    """Takes a comment, and answers with the way to its receipt; a refusal gives the text back."""
    origin, rules = origin_of(request), CommentSettings.load()
    user = team_member(request) if origin is Origin.SAME_ORIGIN else None
    parent, parent_is_wrong = find_parent(post, request.POST.get("parent"))
    form = CommentForm(
        request.POST, parent=parent, names_required=rules.require_name_email and not user
    )
    if origin is Origin.CROSS_SITE:
        form.refuse(_("This form was sent from another site. Please send it again from here."))
        return refused(request, post, form, 403, "from another site")
    if not rules.are_open(post):
        form.refuse(_("Comments on this post are closed."))
        return refused(request, post, form, 403, "closed")
    if parent_is_wrong:
        form.refuse(_("The comment you reply to is not here any more. Please say it anew below."))
    if not form.is_valid():
        return refused(request, post, form, 400, "wrong fields")
    return take(request, post, form, user, rules)


def take(
    request: HttpRequest, post: Post, form: CommentForm, user: object, rules: CommentSettings
) -> HttpResponse:
    """Hands a valid form to `submission`."""
    comment = new_comment(request, post, form, user)
    try:
        receipt = submission.submit(comment, rules)
    except submission.Refused as refusal:
        form.refuse(refusal.sentence)
        why = "duplicate" if isinstance(refusal, submission.Duplicate) else "too fast"
        response = refused(request, post, form, refusal.status, why)
        if isinstance(refusal, submission.TooFast):
            response["Retry-After"] = str(refusal.seconds)
        return response
    except DatabaseError:
        note_refusal("the database is away", 503)
        typed = {"typed": request.POST.get("body", "")}
        return render(request, "503.html", typed, status=503)
    # Without a number it is a second click: the same comment was there already.
    log.info("comment taken", extra={"comment": comment.pk, "post": post.pk})
    response = HttpResponseRedirect(reverse("receipt", args=[receipt]))
    response.status_code = 303
    response["Cache-Control"] = "no-store"
    return response


def refused(
    request: HttpRequest, post: Post, form: CommentForm, status: int, why: str
) -> HttpResponse:
    """The page with the form given back; `why` is for the log."""
    note_refusal(why, status, post)
    # Taken back from readers in this moment, it is shown once more: it has what somebody typed.
    whole = Post.objects.published().for_page().filter(pk=post.pk).first() or post
    return render_post(request, whole, form=form, status=status)


def note_refusal(why: str, status: int, post: Post | None = None) -> None:
    said = {"why": why, "status": status, "post": post.pk if post else None}
    log.info("comment refused", extra=said)


def new_comment(request: HttpRequest, post: Post, form: CommentForm, user: object) -> Comment:
    """The comment that a form describes, not saved yet. A team member's name is the account's."""
    said = form.cleaned_data
    trap = request.POST.get(HONEYPOT, "").replace("\0", "").strip()[:500]
    return Comment(
        post=post,
        parent=form.parent_comment,
        user=user,
        name=submission.team_name(user) if user else said["name"],
        email=user.email if user else said["email"],
        website=said["website"],
        body=said["body"],
        body_html=form.fields["body"].html,
        address=client_ip(request),
        user_agent=request.headers.get("User-Agent", "").replace("\0", "")[:500],
        referrer=request.headers.get("Referer", "").replace("\0", "")[:500],
        honeypot_name=HONEYPOT if trap else "",
        honeypot_value=trap,
    )


def team_member(request: HttpRequest) -> object | None:
    """The logged-in author or moderator; never by a typed name."""
    user = request.user
    if not user.is_authenticated:
        return None
    may = user.has_perm("blog.change_post") or user.has_perm("comments.moderate")
    return user if may else None


def find_parent(post: Post, text: str | None) -> tuple[Comment | None, bool]:
    """The approved comment of this post that is replied to, and whether another one was named."""
    if not text:
        return None, False
    found = Comment.objects.filter(post=post, status=Status.APPROVED)
    parent = found.filter(pk=int(text)).first() if is_id(text) else None
    return parent, parent is None


def reply(request: HttpRequest, post: Post) -> HttpResponse:
    """The form on a page of its own, below the comment that it replies to."""
    rules = CommentSettings.load()
    parent, parent_is_wrong = find_parent(post, request.GET.get("parent"))
    if parent_is_wrong:
        raise Http404
    form = CommentForm(parent=parent, names_required=rules.require_name_email)
    context = {
        "post": post,
        "form": form,
        "action": request.path,
        "is_open": rules.are_open(post),
        "akismet": akismet.is_configured(),
    }
    return render(request, "comments/reply.html", context)
