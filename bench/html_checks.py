"""Find problems in the HTML of a page as a browser parses it, without code of the sanitizer."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib

TAGS = {
    "p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a",
    "h2", "h3", "h4", "h5", "h6", "sup", "table", "thead", "tbody", "tr", "th", "td",
    "span", "input", "details", "summary", "div", "section",
}  # fmt: skip
ATTRIBUTES = {
    "href", "rel", "id", "class", "role", "start", "type", "tabindex",
    "aria-label", "aria-labelledby", "aria-describedby",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto"}
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):|(//)")
IGNORED_BY_BROWSERS = re.compile(r"[\x00-\x20\x7f]")


def problems(page: str) -> list[str]:
    """Return a sentence for each parse error, script and dangerous link of a page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page)
    errors = [
        f"{code} at line {line}, column {column}" for (line, column), code, _ in parser.errors
    ]
    return [*errors, *problems_anywhere(tree), *problems_in_comments(tree)]


def problems_anywhere(tree: Element) -> Iterator[str]:
    """Yield what could run on the page, or link to another scheme, whoever wrote it."""
    for element in elements(tree):
        if element.tag == "script" and not element.get("src"):
            yield "an inline script"
        for name, value in element.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                yield f"{element.tag} has {name}"
            if name in ("href", "src", "action") and scheme(value) not in {*SCHEMES, ""}:
                yield f"{element.tag} {name} leads to {value[:80]!r}"


def problems_in_comments(tree: Element) -> Iterator[str]:
    """Yield the elements and attributes in comments that Markdown does not need."""
    bodies = [element for element in elements(tree) if element.get("class") == "comment-body"]
    comments = [
        element for element in elements(tree) if element.get("id", "").startswith("comment-")
    ]
    if len(bodies) != sum(element.tag == "li" for element in comments):
        yield "a comment without an element of class comment-body"
    for body in bodies:
        for element in list(elements(body))[1:]:
            if element.tag not in TAGS:
                yield f"<{element.tag}> in a comment"
            yield from (f"{element.tag} has {name}" for name in set(element.keys()) - ATTRIBUTES)
            if scheme(element.get("href", "")) == "//":
                yield f"a link without a scheme: {element.get('href', '')[:80]!r}"


def elements(tree: Element) -> Iterator[Element]:
    """Return the elements of a tree without its HTML comments, whose tag is a function."""
    return (element for element in tree.iter() if isinstance(element.tag, str))


def scheme(address: str) -> str:
    """Return the scheme that a browser finds in an address, or "//" before a host without one."""
    match = SCHEME.match(IGNORED_BY_BROWSERS.sub("", address).lower())
    return (match[1] or match[2]) if match else ""
