"""The search index as a table."""

from django.db import models

from blog.models.post import Post


class SearchEntry(models.Model):
    """The tokens by which a post is found, separated by spaces (`blog/search/index.py`).

    A migration puts the full-text index of the database on it: in PostgreSQL a generated column
    with a GIN index, in SQLite an FTS5 table that triggers keep up to date. SQLite drops the
    triggers when a later migration changes a column: that migration must create them again.
    """

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="search_entry")
    title = models.TextField()  # of the post and its work
    body = models.TextField()  # everything else

    def __str__(self) -> str:
        return str(self.post_id)
