"""What the templates of posts and cards show of their comments."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.http import Http404
from django.template import Context

from blog import pages
from blog.models import Post
from comments import conversation as conversations
from comments import spam
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
    if rules.are_open(post):
        pages.limit(context["request"], rules.closing(post))
    return {
        "post": post,
        "conversation": found,
        "previous": number - 1,
        "next": number + 1 if number < found.pages else 0,
        "is_open": rules.are_open(post),
        "form": context.get("form") or CommentForm(names_required=rules.require_name_email),
        "akismet": spam.is_configured(),
    }


@register.inclusion_tag("comments/_service.html")
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


@register.filter
def get(counts: dict[int, int], post_id: int) -> int:
    """The count of one post, 0 where it has none."""
    return counts.get(post_id, 0)
