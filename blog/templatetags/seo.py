"""What the head of every page says of it (`templates/_head.html`)."""

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
from pagecache import middleware

register = template.Library()

# Where the languages that the site speaks are at home: Open Graph wants a country, too.
COUNTRIES = {"de": "DE", "en": "US", "es": "ES", "ja": "JP"}


class Named(template.Node):
    """Keeps what is between its tags under a name: a block can be drawn only once."""

    def __init__(self, nodelist: NodeList, name: str) -> None:
        self.nodelist, self.name = nodelist, name

    def render(self, context: Context) -> SafeString:
        text = " ".join(self.nodelist.render(context).split())
        # Escaped where it was drawn, save the quotes of translations: it goes into attributes.
        context[self.name] = mark_safe(text.replace('"', "&quot;"))  # noqa: S308  (escaped, as said above)
        return SafeString()


@register.tag
def named(parser: Parser, token: Token) -> Named:
    """{% named page_title %}...{% endnamed %}: what is drawn between, in one line, for later."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(["endnamed"])
    parser.delete_first_token()
    return Named(nodelist, name)


@register.simple_tag(takes_context=True)
def canonical(context: Context) -> str:
    """The one address of the present page: the site's own, with the parameters that the page
    knows; "" for what is nobody's to find (receipts, logins, the queue)."""
    request = context.get("request")  # the page of an error within has none
    if request is None or not middleware.is_known(request.path):
        return ""
    known = urlencode(middleware.parameters(request.META))
    return absolute_url(request.path) + (f"?{known}" if known else "")


@register.simple_tag
def og_locale() -> str:
    """The site's language as Open Graph writes it, such as "en_US"; "" where no country is
    known."""
    language = settings.LANGUAGE_CODE
    locale = to_locale(f"{language}-{COUNTRIES[language]}" if language in COUNTRIES else language)
    return locale if re.fullmatch("[a-z]+_[A-Z]{2}", locale) else ""


@register.simple_tag(takes_context=True)
def post_data(context: Context, post: Post) -> SafeString:
    """The post's structured data as a script element that no browser runs."""
    return structured_data.script(structured_data.of_post(post, context["site"]))


@register.simple_tag(takes_context=True)
def site_data(context: Context) -> SafeString:
    """The site's structured data, for the home page."""
    return structured_data.script(structured_data.of_site(context["site"]))
