"""Headers that tell browsers what this site never does, on every answer.

The content security policy is the same for all that has none of its own: django-csp's middleware
would write it anew, twice, for each answer.
"""

from collections.abc import Callable

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What a page could ask of a browser and ours never do, nor may anything that gets into them.
NEVER_USED = """
    accelerometer autoplay browsing-topics camera clipboard-read clipboard-write
    display-capture encrypted-media fullscreen gamepad geolocation gyroscope hid
    identity-credentials-get idle-detection local-fonts magnetometer microphone midi
    otp-credentials payment picture-in-picture publickey-credentials-create
    publickey-credentials-get screen-wake-lock serial storage-access usb
    window-management xr-spatial-tracking
"""
PERMISSIONS_POLICY = ", ".join(f"{name}=()" for name in NEVER_USED.split())


class SecurityHeadersMiddleware:
    """The outermost middleware: what the others refuse carries its headers too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.policy = build_policy()  # of settings.CONTENT_SECURITY_POLICY

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_for_developers(response):
            response.headers.setdefault("Content-Security-Policy", self.policy)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", may_load(response))
        return response


def is_for_developers(response: HttpResponse) -> bool:
    """Whether it may be Django's own page about an error, which has styles in it."""
    return settings.DEBUG and response.status_code in (404, 500)


def may_load(response: HttpResponse) -> str:
    """Whose pages may load an answer: pictures stand in feed readers, too; all else is ours."""
    is_picture = response.headers.get("Content-Type", "").startswith("image/")
    return "cross-origin" if is_picture else "same-origin"
