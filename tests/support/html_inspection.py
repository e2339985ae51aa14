"""Find what must not be in HTML, as a browser would parse it."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import html5lib
from html5lib.constants import E as MESSAGES

TAGS = {
    *["p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"],
    *["h2", "h3", "h4", "h5", "h6", "sup", "table", "thead", "tbody", "tr", "th", "td", "figure"],
    *["figcaption", "img", "span", "input", "details", "picture", "source", "summary", "div"],
    *["section"],
}
ATTRIBUTES = {
    *["href", "rel", "id", "role", "aria-label", "class", "start", "src", "alt", "width"],
    *["height", "loading", "decoding", "fetchpriority", "srcset", "sizes", "tabindex", "type"],
    *["title", "value", "hidden", "data-nosnippet", "dir"],
}
PAGE_ONLY = {"picture", "source", "input", "details", "summary", "span", "div", "section"}


def faults(html: str, *, masked: bool = False) -> list[str]:
    """Return everything in rendered Markdown that is not allowed, and the errors of html5lib."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    result = []
    for element in parser.parseFragment(html).iter():
        if element.tag == "DOCUMENT_FRAGMENT":
            continue
        if element.tag not in TAGS - (PAGE_ONLY if masked else set()):
            result.append(f"tag {element.tag}")
        result += [f"attribute {name}" for name in element.attrib if name not in ATTRIBUTES]
        result += _address_faults(element.get("href", ""), masked)
        result += _address_faults(element.get("src", ""), masked)
        if element.tag == "input" and element.get("type") != "checkbox":
            result.append("input")
        if masked and element.get("id"):
            result.append("id")
    return result + [MESSAGES[code] for _, code, _ in parser.errors if code not in _HARMLESS]


# A fragment has no doctype, and control characters are shown as they are.
_HARMLESS = {"expected-doctype-but-got-start-tag", "invalid-codepoint"}


def _address_faults(address: str, masked: bool) -> list[str]:
    if not address:
        return []
    allowed = {"http", "https", "mailto"} | (set() if masked else {""})
    parts = urlsplit(address)
    on_this_site = not parts.scheme and not parts.netloc and address[0] in "/#"
    if parts.scheme not in allowed or not (parts.scheme or on_this_site):
        return [f"address {address}"]
    return []


# Elements of the site's templates, besides those of rendered Markdown.
PAGE_TAGS = TAGS | {
    *["html", "head", "body", "title", "meta", "link", "script", "header", "footer", "main", "nav"],
    *["article", "aside", "form", "fieldset", "legend", "label", "textarea", "button", "select"],
    *["option", "time", "bdi", "dl", "dt", "dd", "h1", "cite", "mark", "search", "progress", "i"],
    *["caption", "small", "colgroup", "col", "output", "b", "tfoot", "dialog", "kbd"],
    *["svg", "circle", "path", "text"],
}
_SCRIPTS = ("/static/", "/admin/jsi18n/")
_SVG = "{http://www.w3.org/2000/svg}"  # the ring that shows a score
_ADDRESSES = ("href", "src", "action", "formaction", "poster", "data", "background", "xlink:href")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_DROPPED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f]")


def page_faults(html: str) -> list[str]:
    """Return everything on a page that could run a script or load from another site."""
    return list(tree_faults(html5lib.parse(html, namespaceHTMLElements=False)))


def tree_faults(tree: Any) -> Iterator[str]:
    """Yield what `page_faults` returns, for a page that is parsed already."""
    for element in tree.iter():
        if not isinstance(element.tag, str):
            yield "an HTML comment"
            continue
        if element.tag.removeprefix(_SVG) not in PAGE_TAGS:
            yield f"tag {element.tag}"
        if element.tag == "script" and not element.get("src", "").startswith(_SCRIPTS):
            if element.get("type") not in ("application/ld+json", "application/json"):
                yield "an inline script"
            else:
                json.loads(element.text)  # valid data
        if element.tag == "meta" and element.get("http-equiv"):
            yield "meta http-equiv"
        for name, value in element.items():
            if str(name).startswith("on") or name in ("style", "srcdoc", "ping"):
                yield f"{element.tag} has {name}"
            scheme = _SCHEME.match(_DROPPED_BY_BROWSERS.sub("", value))
            allowed = ("http:", "https:", "mailto:")
            if name in _ADDRESSES and scheme and scheme[0].lower() not in allowed:
                yield f"{element.tag} {name} {value[:80]!r}"
