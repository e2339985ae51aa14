"""An app for one-time passwords by time, as RFC 6238 has it, beside the one that the site uses."""

import base64
import hmac
import struct
import time


def code(secret: str, steps: int = 0) -> str:
    """The six digits of now, or of some half minutes from now; `secret` as a person types it."""
    key = base64.b32decode(secret.replace(" ", ""))
    count = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(key, count, "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"
