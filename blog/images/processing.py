"""Uploaded pictures, decoded and encoded again: nothing of the file itself is ever served."""

import secrets
from collections.abc import Iterable
from contextlib import suppress
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from blog.images.decoding import decode_all
from blog.images.encoding import encode_master
from blog.models import Encoding, Page, Picture, Post, Rendition
from pagecache.version import invalidate_pages

MAX_BYTES = 20 * 1024 * 1024


# --- Storing --------------------------------------------------------------------------------


def attach_upload(picture: Picture, upload: IO[bytes]) -> None:
    """Give a new picture its files; raise ValidationError if the upload is no picture."""
    data, picture.encoding, picture.has_transparency = convert(upload)
    picture.file = named(data)
    upload.seek(0)
    picture.original = ContentFile(upload.read(), name=secrets.token_hex(12))


def save_picture(picture: Picture) -> None:
    """Store files and row of a new picture, or none; raise OSError or DatabaseError."""
    files = [storage_path(picture.file), storage_path(picture.original)]
    try:
        for file in (picture.file, picture.original):
            store_file(file)
        with transaction.atomic():
            picture.save()
    except BaseException:
        delete_files(files)
        raise


def store_file(file: FieldFile) -> None:
    """Write the file of a row before the row, so that no transaction waits for a storage."""
    file.save(file.name or "", file.file, save=False)


def storage_path(file: FieldFile) -> tuple[Storage, str]:
    """Return where a file will be stored: its name is random, so it is free."""
    return file.storage, file.field.generate_filename(file.instance, file.name or "")


def reencode(upload: IO[bytes]) -> ContentFile:
    """Return an upload as WebP without metadata; raise ValidationError if it is no picture."""
    return named(convert(upload)[0])


def convert(upload: IO[bytes]) -> tuple[bytes, Encoding, bool]:
    """Return an upload as WebP, how it is encoded, and whether it has transparency.

    Raise ValidationError if it is no picture.
    """
    size = upload.seek(0, 2)
    if size > MAX_BYTES:
        raise ValidationError(_("The picture is larger than 20 MB. Please make it smaller."))
    upload.seek(0)
    decoded = decode_all(upload)
    return *encode_master(decoded, size), decoded.has_transparency


def named(data: bytes) -> ContentFile:
    """Return a WebP file with a random name."""
    return ContentFile(data, name=f"{secrets.token_hex(12)}.webp")


# --- Deleting -------------------------------------------------------------------------------


@transaction.atomic
def delete_pictures(pictures: QuerySet[Picture]) -> None:
    """Delete pictures with all their files; raise ProtectedError for a post's thumbnail."""
    locked = list(pictures.select_for_update())  # a worker that adds renditions waits
    renditions = Rendition.objects.filter(picture__in=locked)
    files = [picture.file for picture in locked] + [picture.original for picture in locked]
    files += [rendition.file for rendition in renditions]
    stored = [(file.storage, file.name) for file in files if file.name]
    Picture.objects.filter(pk__in=[picture.pk for picture in locked]).delete()
    for picture in locked:
        rerender_texts_showing(picture)
    invalidate_pages()
    transaction.on_commit(lambda: delete_files(stored))


def rerender_texts_showing(picture: Picture) -> None:
    """Render the posts and pages again that show a picture whose files have changed."""
    for texts in (Post.objects, Page.objects):
        for text in texts.containing_picture(picture):
            text.rerender()


def delete_files(files: Iterable[tuple[Storage, str]]) -> None:
    """Delete files that no row names any more; those that can't be deleted do no harm."""
    for storage, name in files:
        with suppress(OSError):
            storage.delete(name)
