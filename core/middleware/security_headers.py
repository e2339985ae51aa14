"""Response headers that neither django-csp nor Django sets."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# Browser features that no page uses, disabled so that injected content can't use them either.
UNUSED_FEATURES = """
    accelerometer autoplay browsing-topics camera clipboard-read clipboard-write
    display-capture encrypted-media fullscreen gamepad geolocation gyroscope hid
    identity-credentials-get idle-detection local-fonts magnetometer microphone midi
    otp-credentials payment picture-in-picture publickey-credentials-create
    publickey-credentials-get screen-wake-lock serial storage-access usb
    window-management xr-spatial-tracking
"""
PERMISSIONS_POLICY = ", ".join(f"{name}=()" for name in UNUSED_FEATURES.split())


class SecurityHeadersMiddleware:
    """Set Permissions-Policy and Cross-Origin-Resource-Policy on every response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        # Feed readers on other sites load pictures.
        is_picture = response.headers.get("Content-Type", "").startswith("image/")
        policy = "cross-origin" if is_picture else "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", policy)
        return response
