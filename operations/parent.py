"""End a part of `manage.py serve` when `serve` itself is gone, even by kill -9.

`serve` keeps one end of a pipe open and passes the other to its parts. A read from it returns when
`serve` has ended, because the operating system closes the files of a process that ends.
"""

import os
import signal
import threading
from contextlib import suppress

PARENT_PIPE = "VERDICT_PARENT_PIPE"  # environment variable: the number of the descriptor


def end_with_parent() -> None:
    """Send SIGTERM to this part when `serve` ends; do nothing if `serve` did not start it."""
    descriptor = os.environ.pop(PARENT_PIPE, "")
    if descriptor:
        threading.Thread(target=wait_for_end, args=[int(descriptor)], daemon=True).start()


def wait_for_end(descriptor: int) -> None:
    """Wait for the end of the pipe, then ask this process and its children to end."""
    with suppress(OSError):
        os.read(descriptor, 1)
    # The part leads a session of its own, so its group holds only its own processes.
    os.killpg(os.getpgrp(), signal.SIGTERM)
