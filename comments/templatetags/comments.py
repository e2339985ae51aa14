"""What the templates of posts and cards show of their comments."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.http import Http404
from django.template import Context

from blog import pages
from blog.models import Post
from blog.paths import path_of
from comments import conversation as conversations
from comments import drawing, spam
from comments.forms import CommentForm
from comments.models import CommentSettings, SpamService

register = template.Library()


@register.inclusion_tag("comments/_conversation.html", takes_context=True)
def conversation(context: Context) -> dict[str, Any]:
    """The threads under `post` and the form; a refused submission's `form` where there is one."""
    post, rules = context["post"], CommentSettings.load()
    number = context.get("threads_page", 1)
    found = conversations.conversation(post, number, rules)
    if found is None:
        raise Http404
    is_open, form = rules.are_open(post), context.get("form")
    if is_open:
        pages.limit(context["request"], rules.closing(post))
    shown = {
        "post": post,
        "conversation": found,
        "threads": drawing.Drawing(post, is_open).threads(found.said),
        "previous": number - 1,
        "next": number + 1 if number < found.pages else 0,
        "is_open": is_open,
        "akismet": spam.is_configured(),
        "action": path_of("comments", post.slug),
    }
    if is_open and not form:
        empty = drawing.empty_form(post, rules.require_name_email, spam.is_configured())
        return {**shown, "empty_form": empty}
    return {**shown, "form": form or CommentForm()}


@register.inclusion_tag("comments/_akismet_status.html")
def akismet_state() -> dict[str, Any]:
    """What moderators and the owner should know of Akismet: no key, away, an alert."""
    return {
        "has_key": spam.is_configured(),
        "service": SpamService.objects.filter(pk=1).first(),
    }


@register.simple_tag
def comment_counts(posts: Iterable[Post]) -> dict[int, int]:
    """How many comments each post has, by its id: one query for a whole list of cards."""
    return conversations.counts(posts)
