"""Sends comments over HTTP as browsers send the form, each from an address of its own."""

import ipaddress
import re

import httpx

# RFC 2544 sets this network aside for benchmarks. The site has to trust 127.0.0.1 as a proxy.
ADDRESSES = ipaddress.ip_network("198.18.0.0/15")
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
LINE_END = re.compile(r"\r\n|\r|\n")


class CommentSender:
    """An HTTP client for the comment forms of one site."""

    def __init__(self, site_url: str) -> None:
        self.site_url = site_url
        self.client = httpx.Client(base_url=site_url, trust_env=False, timeout=30)

    def send(
        self,
        slug: str,
        number: int,
        body: str,
        *,
        name: str = "",
        website: str = "",
        parent: int | None = None,
    ) -> httpx.Response:
        """Send comment `number` to the post and return the response, without following redirects.

        The number determines the sender's e-mail and IP address. Raise httpx.TransportError if
        there is no response.
        """
        fields = {
            "name": name or f"Reader {number}",
            "email": f"reader-{number}@example.com",
            "website": website,
            "body": LINE_END.sub("\r\n", body),
            "subject": "",
            "parent": "" if parent is None else str(parent),
        }
        headers = {
            "Sec-Fetch-Site": "same-origin",
            "Origin": self.site_url,
            "Referer": f"{self.site_url}/reviews/{slug}/",
            "User-Agent": BROWSER,
            "X-Forwarded-For": address_of(number),
        }
        return self.client.post(f"/reviews/{slug}/comments/", data=fields, headers=headers)


def address_of(number: int) -> str:
    """Return the IP address from which comment `number` is sent."""
    return str(ADDRESSES[number % (ADDRESSES.num_addresses - 2) + 1])
