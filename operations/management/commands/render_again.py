"""manage.py render_again: update HTML that an older renderer or another language produced."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from blog.models import Page, Post
from blog.rendering import renderer_version
from comments.forms import render_body
from comments.models import Comment
from pagecache.version import invalidate_pages

AT_ONCE = 200


class Command(BaseCommand):
    help = "Renders posts, pages and comments again if their HTML is out of date (--all: all)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything")

    def handle(self, *_args: Any, everything: bool, verbosity: int, **_options: Any) -> None:
        current = renderer_version()

        def outdated(model: type[Post] | type[Page] | type[Comment]) -> Iterator[Any]:
            rows = model.objects.all() if everything else model.objects.exclude(renderer=current)
            return rows.iterator(AT_ONCE)

        n_posts = sum(post.rerender() for post in outdated(Post))
        n_pages = sum(page.rerender() for page in outdated(Page))
        n_comments = sum(rerender_comment(comment) for comment in outdated(Comment))
        with transaction.atomic():
            invalidate_pages()
        if verbosity:
            self.stdout.write(
                f"Rendered again: posts {n_posts}, comments {n_comments}, pages {n_pages}."
            )


def rerender_comment(comment: Comment) -> int:
    """Render a comment again; return 0 if somebody has changed its text meanwhile."""
    return Comment.objects.filter(pk=comment.pk, body=comment.body).update(
        body_html=render_body(comment.body).html, renderer=renderer_version()
    )
