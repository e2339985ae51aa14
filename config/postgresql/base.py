"""Whether PostgreSQL is still there is seen at the connection, not asked with every request.

A server that has ended a connection has said so: there is something to read where nothing is
awaited. To ask, as Django does, would be one way more there and back beside the dozen of a comment.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with a cheaper look at a connection that rested since the last request."""

    def is_usable(self) -> bool:
        """Whether statements can be sent; the server is asked only where it has sent something."""
        if self.connection is None or self.connection.closed:
            return False
        return is_silent(self.connection.fileno()) or super().is_usable()


def is_silent(descriptor: int) -> bool:
    """Whether nothing waits to be read there, not even an end."""
    looking = select.poll()  # `select.select` knows no descriptors above 1,023
    looking.register(descriptor, select.POLLIN)
    return not looking.poll(0)
