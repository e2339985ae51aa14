"""The old name of `next_publication`, until all callers use the new one."""

from blog.models import next_publication as next_change

__all__ = ["next_change"]
