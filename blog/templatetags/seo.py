"""What the head of every page says about it (`templates/_head.html`)."""

import re

from django import template
from django.conf import settings
from django.template import Context
from django.template.base import NodeList, Parser, Token
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import to_locale

from blog.models import Post
from blog.seo import structured_data
from core.urls import absolute_url
from pagecache.decorators import cache_params
from pagecache.middleware import known_query

register = template.Library()

# The main country of each language of the interface: Open Graph wants a country as well.
COUNTRIES = {"de": "DE", "en": "US", "es": "ES", "ja": "JP"}


class NamedNode(template.Node):
    """Store the rendered content under a name: a block can be rendered only once."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> SafeString:
        text = " ".join(self.nodelist.render(context).split())
        # The content is escaped already, except for quotes in translations; it is used in
        # attributes as well.
        context[self.name] = mark_safe(text.replace('"', "&quot;"))  # noqa: S308  (escaped by the template)
        return SafeString()


@register.tag
def named(parser: Parser, token: Token) -> NamedNode:
    """Store what is rendered up to `{% endnamed %}`, in one line, under a name.

    Usage: `{% named page_title %}...{% endnamed %}`.
    """
    _tag, name = token.split_contents()
    nodelist = parser.parse(["endnamed"])
    parser.delete_first_token()
    return NamedNode(nodelist, name)


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> str:
    """Return the canonical address of the current page, with the parameters that it knows.

    Return "" for what search engines should not find: receipts, logins, the moderation queue.
    """
    request = context.get("request")  # the page for an internal error has none
    if request is None or cache_params(request.path) is None:
        return ""
    query = urlencode(known_query(request.META))
    return absolute_url(request.path) + (f"?{query}" if query else "")


@register.simple_tag
def og_locale() -> str:
    """Return the site's language as Open Graph writes it ("en_US"); "" without a known country."""
    language = settings.LANGUAGE_CODE
    locale = to_locale(f"{language}-{COUNTRIES[language]}" if language in COUNTRIES else language)
    return locale if re.fullmatch("[a-z]+_[A-Z]{2}", locale) else ""


@register.simple_tag(takes_context=True)
def post_data(context: Context, post: Post) -> SafeString:
    """Return the structured data of a post as a script element."""
    return structured_data.script(structured_data.post_data(post, context["site"]))


@register.simple_tag(takes_context=True)
def site_data(context: Context) -> SafeString:
    """Return the structured data of the site as a script element, for the home page."""
    return structured_data.script(structured_data.site_data(context["site"]))
