"""Which site sent a form. This protects the comment form, which has no cookie and no CSRF token.

https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site
"""

import enum
import ipaddress
import re
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

# 192.0.2.1:4711 and [2001:db8::1]:4711.
WITH_PORT = re.compile(r"([\d.]+):\d+|\[([^\]]+)\](?::\d+)?")


class Origin(enum.Enum):
    """The sender of a form: a page of this site, another site, or unknown without the headers."""

    SAME_ORIGIN = enum.auto()
    CROSS_SITE = enum.auto()
    UNKNOWN = enum.auto()


def origin_of(request: HttpRequest) -> Origin:
    """Return what the browser says of the sending page; only SAME_ORIGIN may use the session."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site in ("same-origin", "none"):
            return Origin.SAME_ORIGIN if site == "same-origin" else Origin.UNKNOWN
        return Origin.CROSS_SITE
    origin = request.headers.get("Origin")
    if origin is None:
        return Origin.UNKNOWN
    hosts = {request.get_host(), urlsplit(settings.SITE_URL).netloc}
    try:
        return Origin.SAME_ORIGIN if urlsplit(origin).netloc in hosts else Origin.CROSS_SITE
    except ValueError:
        return Origin.CROSS_SITE


def client_ip(request: HttpRequest) -> str | None:
    """Return the sender's IP address; None where the proxy passed on something else.

    Some proxies add a port, and some write IPv4 addresses as IPv6.
    """
    text = request.META.get("REMOTE_ADDR", "")
    with_port = WITH_PORT.fullmatch(text)
    try:
        address = ipaddress.ip_address((with_port[1] or with_port[2]) if with_port else text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
