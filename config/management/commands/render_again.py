"""manage.py render_again: writes HTML anew that an older renderer (or language) wrote."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from blog import pages
from blog.models import Post, renderer
from comments.forms import render_body
from comments.models import Comment

AT_ONCE = 200


class Command(BaseCommand):
    help = "Renders posts and comments again whose HTML an older version wrote (--all: every one)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", dest="everything")

    def handle(self, *_args: Any, everything: bool, **_options: Any) -> None:
        old = {} if everything else {"renderer": renderer()}
        posts = Post.objects.exclude(**old) if old else Post.objects.all()
        comments = Comment.objects.exclude(**old) if old else Comment.objects.all()
        n_posts = sum(self.post(post) for post in posts.iterator(AT_ONCE))
        n_comments = sum(self.comment(comment) for comment in comments.iterator(AT_ONCE))
        with transaction.atomic():
            pages.changed()
        self.stdout.write(f"Rendered again: posts {n_posts}, comments {n_comments}.")

    def post(self, post: Post) -> int:
        """Only what is rendered is written: `updated_at` and a change made meanwhile stay."""
        post.render()
        rendered = "body_html body_masked_html body_masked_text verdict_html verdict_text renderer"
        values = {name: getattr(post, name) for name in rendered.split()}
        return Post.objects.filter(pk=post.pk, body=post.body).update(**values)

    def comment(self, comment: Comment) -> int:
        return Comment.objects.filter(pk=comment.pk, body=comment.body).update(
            body_html=render_body(comment.body).html, renderer=renderer()
        )
