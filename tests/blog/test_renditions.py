"""Renditions: how the worker makes them, and how pages use them."""

import errno
import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import html5lib
import pytest
from django.core.files.storage import FileSystemStorage, default_storage, storages
from django.db import connection
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageChops, JpegImagePlugin

from blog.images import processing, renditions
from blog.models import Page, Picture, Post, Rendition
from operations.management.commands import worker
from pagecache.version import current_version
from tests.support.image_files import SECRET, animation, encoded, photo, tagged_jpeg, writing
from tests.support.wire import wire

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)  # several threads, or files deleted on commit
Take = Callable[..., Picture]


@pytest.fixture
def take(db: None) -> Take:
    """Return a function that stores a picture as an upload does."""

    def taken(data: bytes | None = None, alt: str = "A street") -> Picture:
        picture = Picture(alt=alt)
        processing.attach_upload(picture, BytesIO(data or encoded(photo(1000, 500), "JPEG")))
        processing.save_picture(picture)
        return picture

    return taken


def work() -> None:
    renditions.make_due(threading.Event())


def later(**passed: float) -> None:
    """Let time pass for the pictures."""
    for picture in Picture.objects.exclude(renditions_due_at=None):
        picture.renditions_due_at -= timedelta(**passed)
        picture.save(update_fields=["renditions_due_at"])


def made(picture: Picture) -> set[tuple[str, int, int]]:
    return set(picture.renditions.values_list("format", "width", "height"))


def opened(rendition: Rendition) -> Image.Image:
    with default_storage.open(rendition.file.name) as file:
        return Image.open(BytesIO(file.read()))


def lying() -> set[str]:
    """Return the names of all files in both storages."""
    found: set[str] = set()
    for storage in (default_storage, storages["originals"]):
        folder = Path(storage.location)
        found |= {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return found


def images(html: str) -> list[Any]:
    return list(html5lib.parse(html, namespaceHTMLElements=False).iter("img"))


# --- What is made ---------------------------------------------------------------------------


def test_renditions_have_each_format_and_are_never_wider_than_the_picture(take: Take) -> None:
    picture = take()
    work()
    sizes = {(1000, 500), (800, 400), (480, 240)}
    assert made(picture) == {(f, w, h) for f in ("avif", "webp", "jpeg") for w, h in sizes}
    for rendition in picture.renditions.all():
        image = opened(rendition)
        assert (image.format or "").lower() == rendition.format
        assert image.size == (rendition.width, rendition.height)
        answer = Client().get(rendition.file.url)
        assert answer["Content-Type"] == f"image/{rendition.format}"
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert set(answer["Content-Security-Policy"].split("; ")) == {
            "sandbox",
            "default-src 'none'",
        }
        assert answer.getvalue()


@pytest.mark.parametrize(
    ("size", "widths"),
    [((2400, 30), {1600, 1200, 800, 480}), ((480, 9), {480}), ((300, 4), {300}), ((1, 1), {1})],
)
def test_the_widths_depend_on_the_picture(
    take: Take, size: tuple[int, int], widths: set[int]
) -> None:
    picture = take(encoded(photo(*size), "JPEG"))
    assert {width for _format, width in renditions.missing_renditions(picture)} == widths
    work()
    assert {width for _format, width, _height in made(picture)} == widths


def test_renditions_have_no_metadata_and_are_upright(take: Take) -> None:
    picture = take(tagged_jpeg())
    with storages["originals"].open(picture.original.name) as original:
        assert SECRET in original.read()
    work()
    assert made(picture) == {(f, 20, 40) for f in ("avif", "webp", "jpeg")}
    for rendition in picture.renditions.all():
        with default_storage.open(rendition.file.name) as file:
            assert SECRET not in file.read()
        image = opened(rendition)
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment"} & {
            k for k, v in image.info.items() if v
        }
        right, left = (image.convert("RGB").getpixel((x, 20)) for x in (17, 2))
        assert right[0] > 180 > right[2]
        assert left[2] > 180 > left[0]


def test_transparency_becomes_white_in_jpeg_only(take: Take) -> None:
    picture = take(encoded(Image.new("RGBA", (40, 40), (255, 0, 0, 0)), "PNG"))
    work()
    for rendition in picture.renditions.all():
        image = opened(rendition)
        if rendition.format == "jpeg":
            assert min(image.getpixel((20, 20))) > 250
        else:
            assert image.getpixel((20, 20))[3] == 0


@pytest.mark.parametrize("size", [(640, 360), (1400, 788)])
def test_writing_is_offered_without_a_lossy_format_before_it(
    take: Take, write: Any, size: tuple[int, int]
) -> None:
    drawn = writing().resize(size, Image.Resampling.NEAREST)
    picture = take(encoded(drawn, "PNG"))
    post = write(body=f"![Text]({picture.file.url})")
    work()
    assert {format for format, _width, _height in made(picture)} == {"webp", "jpeg"}
    whole = picture.renditions.get(format="webp", width=size[0])
    assert ImageChops.difference(opened(whole), drawn).getbbox() is None
    jpeg = picture.renditions.get(format="jpeg", width=size[0])
    assert JpegImagePlugin.get_sampling(opened(jpeg)) == 0  # 4:4:4
    assert "image/avif" not in wire(post.get_absolute_url()).text


def test_a_drawing_too_large_to_be_lossless_keeps_its_colours_sharp(take: Take) -> None:
    picture = take(encoded(photo(60, 30), "PNG"))
    Picture.objects.update(encoding="sharp")
    work()
    assert len(made(picture)) == 3
    jpeg = picture.renditions.get(format="jpeg")
    assert JpegImagePlugin.get_sampling(opened(jpeg)) == 0
    avif = opened(picture.renditions.get(format="avif"))
    assert avif.getpixel((30, 14)) == pytest.approx((255, 0, 0), abs=12)  # beside the blue


def test_an_animation_is_shown_by_its_only_file(take: Take, write: Any) -> None:
    picture = take(animation("GIF"))
    post = write(body=f"![It moves]({picture.file.url})", thumbnail=picture)
    work()
    picture.refresh_from_db()
    assert (made(picture), picture.preview.url) == (set(), picture.file.url)
    page = wire(post.get_absolute_url()).text
    assert [image.get("src") for image in images(page)] == [picture.file.url] * 2
    assert "<source" not in page


def test_transparent_pictures_have_a_class_on_cards_and_in_texts(take: Take, write: Any) -> None:
    clear = take(encoded(Image.new("RGBA", (700, 40), (255, 0, 0, 90)), "PNG"))
    opaque = take()
    write(thumbnail=clear)
    post = write(body=f"![A]({clear.file.url}) ![B]({opaque.file.url})", thumbnail=clear)
    work()
    page = images(wire(post.get_absolute_url()).text)[:3]
    assert [image.get("class") for image in page] == ["transparent", "transparent", None]
    assert [image.get("class") for image in images(wire("/").text)] == ["transparent"] * 2


def test_a_small_thumbnail_is_not_enlarged(take: Take, write: Any) -> None:
    post = write(thumbnail=take(encoded(photo(300, 450), "JPEG")))
    work()
    for address in ("/", post.get_absolute_url()):
        tree = html5lib.parse(wire(address).text, namespaceHTMLElements=False)
        [picture] = tree.iter("picture")
        assert picture[0].get("sizes") == "min(100vw, 300px)"
        assert picture.get("class") == "small"


def test_a_picture_of_16_bits_keeps_its_greys(take: Take) -> None:
    picture = take(encoded(Image.new("I;16", (40, 40), 32_768), "PNG"))
    work()
    jpeg = picture.renditions.get(format="jpeg")
    assert 120 < opened(jpeg).convert("L").getpixel((20, 20)) < 136


def test_a_picture_without_its_original_is_made_from_the_cleaned_file(take: Take) -> None:
    older, lost = take(), take()
    Picture.objects.filter(pk=older.pk).update(original="")
    storages["originals"].delete(lost.original.name)
    work()
    assert len(made(older)) == len(made(lost)) == 9


# --- Whatever happens to the worker ---------------------------------------------------------


def test_finished_renditions_are_not_made_again(take: Take) -> None:
    picture = take()
    work()
    before = set(picture.renditions.values_list("pk", flat=True))
    later(minutes=2)
    work()
    picture.refresh_from_db()
    assert picture.renditions_due_at is None
    assert set(picture.renditions.values_list("pk", flat=True)) == before


def test_a_text_saved_at_the_moment_of_completion_is_updated(take: Take, write: Any) -> None:
    picture = take()
    post = write(body=f"![A street]({picture.file.url})")
    without = post.body_html
    work()
    Post.objects.update(body_html=without)  # rendered before the completion, committed after it
    later(minutes=2)
    work()
    post.refresh_from_db()
    assert "<source" in post.body_html


def test_the_work_of_a_killed_worker_continues_after_its_lease(take: Take) -> None:
    picture = take()
    claimed = renditions.claim()
    assert claimed == picture
    renditions.make_rendition(claimed, "jpeg", 480, renditions.decode(claimed))
    [begun] = picture.renditions.all()
    work()
    assert picture.renditions.count() == 1  # nobody else takes a claimed picture
    later(minutes=6)
    work()
    assert len(made(picture)) == 9
    assert begun in picture.renditions.all()


def test_a_worker_that_is_told_to_stop_leaves_the_rest(take: Take) -> None:
    picture, stopping = take(), threading.Event()
    add = renditions.make_rendition

    def add_and_stop(*arguments: Any) -> None:
        add(*arguments)
        stopping.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renditions, "make_rendition", add_and_stop)
        renditions.make_due(stopping)
    assert picture.renditions.count() == 1
    work()  # there is no lease to wait for
    assert len(made(picture)) == 9


def test_a_picture_that_always_fails_stops_no_others_and_is_retried_later(
    take: Take, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = take(), take()  # the newest picture is processed first
    default_storage.delete(bad.file.name)
    storages["originals"].delete(bad.original.name)
    caplog.set_level(logging.CRITICAL)
    for _tick in range(5):
        work()
    assert len(made(good)) == 9
    bad = Picture.objects.get(pk=bad.pk)
    assert bad.attempts == 1
    for _attempt in range(20):
        later(days=1)
        work()
    bad = Picture.objects.get(pk=bad.pk)
    assert bad.attempts == 21
    assert bad.renditions_due_at < timezone.now() + timedelta(days=1, minutes=1)
    later(hours=23)
    work()
    bad = Picture.objects.get(pk=bad.pk)
    assert bad.attempts == 21


def test_a_full_disk_leaves_no_partial_file_and_the_picture_is_retried(
    take: Take, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    picture, before = take(), lying()
    save = FileSystemStorage._save

    def fill_up(self: FileSystemStorage, name: str, content: Any) -> str:
        save(self, name, content)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", fill_up)
    caplog.set_level(logging.CRITICAL)
    work()
    monkeypatch.undo()
    assert lying() == before
    later(minutes=6)
    work()
    assert len(made(picture)) == 9


@committed
def test_two_workers_never_process_the_same_picture(take: Take) -> None:
    taken = [take(encoded(photo(60, 30), "JPEG")) for _number in range(6)]
    before = lying()
    decoded: list[int] = []
    decode = renditions.decode

    def counted(picture: Picture) -> Image.Image:
        decoded.append(picture.pk)
        return decode(picture)

    def one_worker() -> None:
        work()
        connection.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renditions, "decode", counted)
        workers = [threading.Thread(target=one_worker) for _number in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    assert sorted(decoded) == sorted(picture.pk for picture in taken)
    assert all(len(made(picture)) == 3 for picture in taken)
    assert len(lying() - before) == 18


def test_a_worker_that_finishes_late_breaks_nothing(take: Take) -> None:
    """Its lease expires while it works, and another worker makes the same renditions."""
    picture = take(encoded(photo(60, 30), "JPEG"))
    late = renditions.claim()
    assert late
    pixels = renditions.decode(late)
    later(minutes=6)
    work()
    before = lying()
    renditions.make_rendition(late, "jpeg", 60, pixels)
    renditions.finish(late, render_again=True)
    assert lying() == before
    assert len(made(picture)) == 3


@committed
def test_a_picture_deleted_meanwhile_leaves_no_files(take: Take) -> None:
    take()
    late = renditions.claim()
    assert late
    pixels = renditions.decode(late)
    processing.delete_pictures(Picture.objects.all())
    with pytest.raises(Picture.DoesNotExist):
        renditions.make_rendition(late, "jpeg", 480, pixels)
    assert (lying(), Rendition.objects.count()) == (set(), 0)


@committed
def test_the_worker_command_makes_renditions_and_stops_when_told(take: Take) -> None:
    take(encoded(photo(60, 30), "JPEG"))
    stopping = threading.Event()
    drawing = threading.Thread(target=worker.run_long_jobs, args=[stopping])
    drawing.start()
    until = time.monotonic() + 30
    while Picture.objects.due().exists() or Rendition.objects.count() < 3:
        assert time.monotonic() < until
        time.sleep(0.05)
    stopping.set()
    drawing.join(30)
    assert not drawing.is_alive()


# --- On the page ----------------------------------------------------------------------------


def test_the_page_offers_renditions_only_once_all_exist(take: Take, write: Any) -> None:
    shown, thumbnail = take(), take()
    post = write(body=f"![A street]({shown.file.url})", thumbnail=thumbnail)
    changed_at = post.updated_at
    address = post.get_absolute_url()
    before = wire(address).text
    assert "srcset" not in before
    assert [image.get("src") for image in images(before)] == [thumbnail.file.url, shown.file.url]
    work()
    after = wire(address).text
    assert after.count("<source") == 4
    for picture in (shown, thumbnail):
        for rendition in picture.renditions.exclude(format="jpeg"):
            assert f"{rendition.file.url} {rendition.width}w" in after
        middle = picture.renditions.get(format="jpeg", width=800)
        assert f'src="{middle.file.url}"' in after
    for image in images(after):
        assert (image.get("width"), image.get("height")) == ("1000", "500")
    for source in html5lib.parse(after, namespaceHTMLElements=False).iter("source"):
        for candidate in source.get("srcset").split(", "):
            named = candidate.split()[0].removeprefix("/media/")
            assert default_storage.exists(named)
    post.refresh_from_db()
    assert post.updated_at == changed_at


def test_the_order_is_avif_then_webp_then_jpeg(take: Take, write: Any) -> None:
    write(thumbnail=take())
    work()
    tree = html5lib.parse(wire("/").text, namespaceHTMLElements=False)
    [picture] = tree.iter("picture")
    assert [(part.tag, part.get("type")) for part in picture] == [
        ("source", "image/avif"),
        ("source", "image/webp"),
        ("img", None),
    ]
    assert [c.split()[1] for c in picture[0].get("srcset").split(", ")] == ["480w", "800w", "1000w"]
    assert picture[0].get("sizes")


def test_the_thumbnail_is_loaded_eagerly_and_the_rest_lazily(take: Take, write: Any) -> None:
    shown, thumbnail = take(), take()
    text = f"![A street]({shown.file.url})\n\n![Again]({shown.file.url})"
    for _state in ("before", "after"):
        post = write(body=text, thumbnail=thumbnail)
        first, *rest = images(wire(post.get_absolute_url()).text)
        assert (first.get("fetchpriority"), first.get("loading")) == ("high", None)
        assert [image.get("loading") for image in rest] == ["lazy", "lazy"]
        assert not any(image.get("fetchpriority") for image in rest)
        post = write(body=text)
        first, second = images(wire(post.get_absolute_url()).text)
        assert (first.get("fetchpriority"), first.get("loading")) == ("high", None)
        assert (second.get("fetchpriority"), second.get("loading")) == (None, "lazy")
        work()


def test_pages_get_renditions_too(take: Take) -> None:
    picture = take()
    Page.objects.create(title="About", slug="about", body=f"![Us]({picture.file.url})")
    work()
    assert Page.objects.get().body_html.count("<source") == 2


def test_verdicts_get_renditions_too(take: Take, write: Any) -> None:
    picture = take()
    post = write(verdict=f"![A street]({picture.file.url})")
    work()
    post.refresh_from_db()
    assert post.verdict_html.count("<source") == 2


def test_a_text_that_is_changed_meanwhile_is_not_overwritten(take: Take, write: Any) -> None:
    picture = take()
    post = write(body=f"![A street]({picture.file.url})")
    late = Post.objects.get()
    Post.objects.update(body="Another text.", body_html="<p>Another text.</p>")
    assert late.rerender() == 0
    post.refresh_from_db()
    assert post.body_html == "<p>Another text.</p>"


def test_cached_pages_are_invalidated_once_a_picture_is_complete(take: Take, write: Any) -> None:
    write(thumbnail=take())
    wire("/")
    before = current_version()
    work()
    assert current_version() != before
    assert "<source" in wire("/").text


def test_link_previews_use_a_jpeg_if_there_is_one(take: Take) -> None:
    picture = take(encoded(photo(2000, 1000), "JPEG"))
    assert picture.preview == (picture.file.url, 2000, 1000, "image/webp")
    work()
    picture.refresh_from_db()
    jpeg = picture.renditions.get(format="jpeg", width=1200)
    assert picture.preview == (jpeg.file.url, 1200, 600, "image/jpeg")


# --- Taking away ----------------------------------------------------------------------------


@committed
def test_deleting_a_picture_deletes_all_its_files(take: Take, olive: Any, logged_in: Any) -> None:
    for address, form in (
        ("/admin/blog/picture/{}/delete/", {"post": "yes"}),
        ("/admin/blog/picture/", {"action": "delete_selected", "post": "yes"}),
    ):
        picture, kept = take(), take()
        work()
        mine = {picture.file.name, picture.original.name}
        mine |= {rendition.file.name for rendition in picture.renditions.all()}
        assert mine < lying()
        theirs = lying() - mine
        data = {**form, "_selected_action": picture.pk}
        assert logged_in(olive).post(address.format(picture.pk), data).status_code == 302
        assert lying() == theirs
        assert list(Picture.objects.all()) == [kept]
        processing.delete_pictures(Picture.objects.all())
        assert lying() == set()


def test_a_thumbnail_in_use_cannot_be_deleted(
    take: Take, write: Any, olive: Any, logged_in: Any
) -> None:
    write(thumbnail=take())
    picture, before = Picture.objects.get(), lying()
    for address, form in (
        (f"/admin/blog/picture/{picture.pk}/delete/", {"post": "yes"}),
        ("/admin/blog/picture/", {"action": "delete_selected", "post": "yes"}),
    ):
        logged_in(olive).post(address, {**form, "_selected_action": picture.pk})
        assert (Picture.objects.count(), lying()) == (1, before)


def test_a_text_with_a_deleted_picture_keeps_its_alternative_text(take: Take, write: Any) -> None:
    picture = take()
    post = write(body=f"See ![A street]({picture.file.url}).")
    work()
    processing.delete_pictures(Picture.objects.all())
    page = wire(post.get_absolute_url()).text
    assert "See A street." in page
    assert "/media/" not in page


def test_the_queries_of_a_page_do_not_grow_with_its_pictures(
    take: Take, write: Any, django_assert_num_queries: Any
) -> None:
    for _number in range(3):
        write(thumbnail=take(encoded(photo(40, 20), "JPEG")))
    work()
    with django_assert_num_queries(2):  # posts, tags
        posts = list(Post.objects.for_cards())
        assert all(post.thumbnail.as_markup.sources for post in posts)
        assert all(post.thumbnail.preview.type == "image/jpeg" for post in posts)
