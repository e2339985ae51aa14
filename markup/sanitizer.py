"""The second line of defence: an allow-list of exactly what the renderer writes."""

import nh3

from markup.links import is_allowed

_TEXT_TAGS = [
    "p", "br", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a", "sup",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
    "figure", "figcaption", "img",
]  # fmt: skip
_PAGE_TAGS = ["picture", "source", "span", "input", "details", "summary", "div", "section"]

_TEXT_ATTRIBUTES = {
    "a": {"href", "rel", "title"},
    "blockquote": {"dir"},
    "ul": {"dir"},
    "ol": {"dir", "start"},
    "li": {"value"},
    "img": {"src", "alt", "width", "height", "title"},
}
_PAGE_ATTRIBUTES = {
    **_TEXT_ATTRIBUTES,
    "a": {"href", "rel", "title", "id", "role", "aria-label"},
    "img": {*_TEXT_ATTRIBUTES["img"], "loading", "decoding", "fetchpriority"},
    "source": {"type", "srcset", "sizes"},
    "li": {"id", "value"},
    "pre": {"tabindex"},
    "input": {"type", "aria-label"},
    "div": {"role", "tabindex", "aria-label", "data-nosnippet", "hidden"},
    "span": {"hidden", "data-nosnippet"},
    "section": {"role", "aria-label"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
_ALIGNMENT = {"align-left", "align-center", "align-right"}
_TEXT_CLASSES = {"th": _ALIGNMENT, "td": _ALIGNMENT}
# nh3 does not allow "class" among the attributes of a tag whose classes are listed here.
_PAGE_CLASSES = {
    **_TEXT_CLASSES,
    "span": {"spoiler", "spoiler-placeholder", "spoiler-text"},
    "input": {"spoiler-toggle"},
    "details": {"spoiler"},
    "div": {"table", "spoiler-text"},
    "section": {"footnotes"},
    "sup": {"footnote-ref"},
    "p": {"footnote-back", "spoiler-placeholder"},
    "img": {"transparent"},
}


def sanitize(html: str) -> str:
    """Return HTML for the page, without anything that is not on the allow-list."""
    return _PAGE.clean(html)


def sanitize_masked(html: str) -> str:
    """Return masked HTML, without anything that only works on the page."""
    return _MASKED.clean(html)


def _filter_attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "srcset":
        addresses = [each.rpartition(" ")[0] for each in value.split(", ")]
    else:
        addresses = [value] if attribute in ("href", "src") else []
    return value if all(map(is_allowed, addresses)) else None


def _cleaner(
    tags: list[str], attributes: dict[str, set[str]], classes: dict[str, set[str]]
) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags),
        attributes=attributes,
        allowed_classes=classes,
        attribute_filter=_filter_attribute,
        tag_attribute_values={},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )


_PAGE = _cleaner(_TEXT_TAGS + _PAGE_TAGS, _PAGE_ATTRIBUTES, _PAGE_CLASSES)
_MASKED = _cleaner(_TEXT_TAGS, _TEXT_ATTRIBUTES, _TEXT_CLASSES)
