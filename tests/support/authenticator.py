"""One-time passwords by time (RFC 6238), implemented independently of the site."""

import base64
import hmac
import struct
import time


def code(secret: str, steps: int = 0) -> str:
    """Return the code of now, or of `steps` half minutes later; `secret` is as it is typed."""
    key = base64.b32decode(secret.replace(" ", ""))
    count = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(key, count, "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"
