"""Merging tags: one gets the posts of the others, whose addresses then lead to it."""

from collections.abc import Iterable

from django.db import transaction

from blog.models import Post, Tag
from blog.publishing import redirects
from pagecache.version import invalidate_pages


@transaction.atomic
def merge_tags(kept: Tag, others: Iterable[Tag]) -> None:
    """Move all posts of the other tags to the one that is kept, and delete the others."""
    for tag in others:
        old_path = redirects.public_path(tag)
        kept.posts.add(*tag.posts.all())
        Post.objects.filter(tags=tag).update(index_due=True)
        if not old_path:
            redirects.forget([tag])
        tag.delete()
        redirects.record_move(old_path, redirects.public_path(kept))
    invalidate_pages()
