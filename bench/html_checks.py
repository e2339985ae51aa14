"""What is wrong with a page, as a browser would read it; no rule here is the sanitizer's own."""

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


def faults(page: str) -> list[str]:
    """One sentence for each parse error, and for each thing that could run or lead astray."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(page)
    errors = [
        f"{code} at line {line}, column {column}" for (line, column), code, _ in parser.errors
    ]
    return [*errors, *anywhere(tree), *in_comments(tree)]


def anywhere(tree: Element) -> Iterator[str]:
    """Nothing inline runs on the page, whoever wrote it."""
    for element in elements(tree):
        if element.tag == "script" and not element.get("src"):
            yield "an inline script"
        for name, value in element.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction"):
                yield f"{element.tag} has {name}"
            if name in ("href", "src", "action") and scheme(value) not in {*SCHEMES, ""}:
                yield f"{element.tag} {name} leads to {value[:80]!r}"


def in_comments(tree: Element) -> Iterator[str]:
    """In a comment's text there are only the elements and attributes that Markdown needs."""
    bodies = [element for element in elements(tree) if element.get("class") == "comment-body"]
    comments = [
        element for element in elements(tree) if element.get("id", "").startswith("comment-")
    ]
    if len(bodies) != sum(element.tag == "li" for element in comments):
        yield "not every comment has its text where it was looked for"
    for body in bodies:
        for element in list(elements(body))[1:]:
            if element.tag not in TAGS:
                yield f"<{element.tag}> in a comment"
            yield from (f"{element.tag} has {name}" for name in set(element.keys()) - ATTRIBUTES)
            if scheme(element.get("href", "")) == "//":
                yield f"a link without a scheme: {element.get('href', '')[:80]!r}"


def elements(tree: Element) -> Iterator[Element]:
    """The tree's elements without its comments, whose tag is a function."""
    return (element for element in tree.iter() if isinstance(element.tag, str))


def scheme(address: str) -> str:
    """The scheme that a browser finds in an address; "//" if it names a host without one."""
    found = SCHEME.match(IGNORED_BY_BROWSERS.sub("", address).lower())
    return (found[1] or found[2]) if found else ""
