"""Uploaded pictures are re-encoded or refused, and served with a sandbox policy."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageChops

from blog.images import processing
from blog.models import Picture
from tests.support.image_files import (
    DISPLAY_P3,
    REFUSED,
    SECRET,
    animation,
    encoded,
    matrix_profile,
    photo,
    scenery,
    tagged_jpeg,
    tagged_png,
    tagged_webp,
    writing,
)
from tests.support.wire import wire


def cleaned(data: bytes) -> Image.Image:
    return Image.open(BytesIO(processing.reencode(BytesIO(data)).read()))


# --- Accepted files --------------------------------------------------------------------------


@pytest.mark.parametrize("make", [tagged_jpeg, tagged_png, tagged_webp])
def test_everything_except_the_picture_is_removed(make: Callable[[], bytes]) -> None:
    assert SECRET in make()
    stored = processing.reencode(BytesIO(make())).read()
    assert SECRET not in stored
    for chunk in (b"EXIF", b"XMP ", b"ICCP"):
        assert chunk not in stored
    found = Image.open(BytesIO(stored))
    assert found.format == "WEBP"
    assert not found.getexif()
    assert set(found.info) <= {"loop", "background", "timestamp", "duration"}


def test_a_rotated_picture_is_stored_upright() -> None:
    upright = cleaned(tagged_jpeg())
    assert upright.size == (20, 40)
    right, left = upright.getpixel((17, 20)), upright.getpixel((2, 20))
    assert right[0] > 200 > right[2]  # its red half was the top
    assert left[2] > 200 > left[0]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_each_known_format_becomes_webp(kind: str) -> None:
    picture = cleaned(encoded(photo(), kind))
    assert (picture.format, picture.size) == ("WEBP", (40, 20))


@pytest.mark.parametrize(
    ("size", "stored"), [((4800, 30), (2400, 15)), ((30, 3000), (30, 3000)), ((2400, 9), (2400, 9))]
)
def test_a_large_picture_is_scaled_down(size: tuple[int, int], stored: tuple[int, int]) -> None:
    assert cleaned(encoded(photo(*size), "PNG")).size == stored


def test_a_tall_picture_keeps_its_width() -> None:
    assert cleaned(encoded(photo(800, 16_000), "JPEG")).size == (800, 16_000)
    sideways = Image.Exif()
    sideways[0x0112] = 6
    assert cleaned(encoded(photo(9000, 700), "JPEG", exif=sideways)).size == (700, 9000)
    assert cleaned(encoded(photo(7000, 700), "JPEG")).size == (2400, 240)


def test_a_jpeg_that_holds_more_pictures_may_have_as_many_pixels_as_any_jpeg() -> None:
    data = encoded(photo(6000, 4200), "MPO", save_all=True, append_images=[photo()])
    assert Image.open(BytesIO(data)).format == "MPO"
    assert cleaned(data).size == (2400, 1680)


# --- Colours --------------------------------------------------------------------------------


def pixel(data: bytes, **options: Any) -> Any:
    return cleaned(data, **options).convert("RGB").getpixel((10, 10))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("colour", "shown"),
    [((234, 51, 35), (255, 0, 0)), ((117, 251, 76), (0, 255, 0)), ((128, 128, 128),) * 2],
)
def test_colours_of_a_wider_space_become_those_of_srgb(kind: str, colour: Any, shown: Any) -> None:
    picture = Image.new("RGB", (20, 20), colour)
    data = encoded(picture, kind, quality=100, icc_profile=DISPLAY_P3)
    assert pixel(data) == pytest.approx(shown, abs=16)


def test_profiles_of_transparent_and_grey_pictures_count_too() -> None:
    clear = Image.new("RGBA", (20, 20), (234, 51, 35, 128))
    found = cleaned(encoded(clear, "PNG", icc_profile=DISPLAY_P3)).getpixel((10, 10))
    assert found == pytest.approx((255, 0, 0, 128), abs=3)
    grey = Image.new("L", (20, 20), 55)
    linear = encoded(grey, "PNG", icc_profile=matrix_profile())
    assert pixel(linear) == pytest.approx((128, 128, 128), abs=2)


@pytest.mark.parametrize(
    "profile", [b"", b"broken", DISPLAY_P3[:200], DISPLAY_P3[:16] + b"CMYK" + DISPLAY_P3[20:]]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_broken_profile_is_ignored(profile: bytes, mode: str) -> None:
    plain = Image.new("RGB", (20, 20), (234, 51, 35)).convert(mode)
    data = encoded(plain, "JPEG", quality=100, icc_profile=profile)
    assert pixel(data) == pixel(encoded(plain, "JPEG", quality=100))


# --- Sharp and moving pictures --------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP"])
def test_writing_keeps_each_pixel(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(writing(), kind, **options)
    stored = processing.reencode(BytesIO(data)).read()
    assert ImageChops.difference(cleaned(data), writing()).getbbox() is None
    assert len(stored) <= len(data)


def test_a_photo_is_not_stored_lossless() -> None:
    data = encoded(scenery(), "PNG")
    assert len(processing.reencode(BytesIO(data)).read()) < len(data) / 2


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_an_animation_moves_as_before(kind: str) -> None:
    found = cleaned(animation(kind, 5))
    assert (found.format, found.size, found.n_frames) == ("WEBP", (40, 20), 5)
    assert found.info["loop"] == 0
    found.seek(1)
    found.load()
    assert found.info["duration"] == 80


def test_a_gif_that_is_shown_once_stops() -> None:
    assert cleaned(animation("GIF", loop=None)).info["loop"] == 1


def test_a_picture_for_programs_without_apng_is_no_frame() -> None:
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], "PNG", save_all=True, append_images=frames[1:], default_image=True)
    found = cleaned(data)
    assert found.n_frames == 2
    assert found.convert("RGB").getpixel((4, 4)) == pytest.approx((0, 255, 0), abs=9)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: encoded(photo(), "PNG"), False),
        (lambda: encoded(photo().convert("RGBA"), "PNG"), False),
        (lambda: encoded(Image.new("RGBA", (8, 8), (9, 9, 9, 90)), "PNG"), True),
        (lambda: encoded(Image.new("P", (8, 8)), "GIF", transparency=0), True),
    ],
    ids=["opaque", "opaque alpha", "alpha", "palette"],
)
def test_a_picture_knows_whether_it_is_transparent(make: Any, expected: bool) -> None:
    picture = Picture(alt="It")
    processing.attach_upload(picture, BytesIO(make()))
    assert picture.has_transparency is expected


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_every_colour_mode_is_accepted(mode: str) -> None:
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    assert cleaned(encoded(Image.new(mode, (8, 8)), kind)).size == (8, 8)


def test_transparency_is_kept() -> None:
    assert cleaned(encoded(Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "PNG")).mode == "RGBA"


def test_the_file_name_is_random() -> None:
    names = {processing.reencode(BytesIO(tagged_png())).name for _number in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(r"[0-9a-f]{24}\.webp", str(name)) for name in names)


# --- What is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_not_a_picture_is_refused_with_an_explanation(case: str) -> None:
    make, sentence = REFUSED[case]
    with pytest.raises(ValidationError) as refusal:
        processing.reencode(BytesIO(make()))
    assert re.search(sentence, refusal.value.messages[0])


@pytest.mark.parametrize("case", REFUSED)
def test_the_admin_shows_the_explanation_at_the_field(case: str, ada: Any, logged_in: Any) -> None:
    make, sentence = REFUSED[case]
    upload = SimpleUploadedFile("picture.png", make(), "image/png")
    form = {"alt": "A street", "file": upload}
    answer = logged_in(ada).post("/admin/blog/picture/add/", form)
    assert answer.status_code == 200
    errors = answer.context["adminform"].form.errors
    assert list(errors) == ["file"]
    assert "upload" in errors["file"][0].lower() or re.search(sentence, errors["file"][0])
    assert not Picture.objects.exists()


# --- Uploading in the admin --------------------------------------------------------------


@pytest.fixture
def uploaded(ada: Any, logged_in: Any) -> Picture:
    upload = SimpleUploadedFile("../../Home of Ada.jpg", tagged_jpeg(), "image/jpeg")
    form = {"alt": "A street", "file": upload}
    assert logged_in(ada).post("/admin/blog/picture/add/", form).status_code == 302
    return Picture.objects.get()


def test_an_uploaded_picture_is_stored_clean(uploaded: Picture) -> None:
    assert re.fullmatch(r"pictures/[0-9a-f]{24}\.webp", uploaded.file.name)
    assert (uploaded.width, uploaded.height) == (20, 40)
    with default_storage.open(uploaded.file.name) as file:
        assert SECRET not in file.read()
    assert uploaded.markdown() == f"![A street](/media/{uploaded.file.name})"


def test_the_file_of_a_picture_cannot_be_replaced(
    uploaded: Picture, ada: Any, logged_in: Any
) -> None:
    form = {"alt": "A lane", "file": SimpleUploadedFile("b.png", tagged_png(), "image/png")}
    address = f"/admin/blog/picture/{uploaded.pk}/change/"
    assert logged_in(ada).post(address, form).status_code == 302
    changed = Picture.objects.get()
    assert (changed.alt, changed.file.name) == ("A lane", uploaded.file.name)


# --- Serving --------------------------------------------------------------------------------


def test_a_picture_is_served_in_a_sandbox(uploaded: Picture, client: Client) -> None:
    answer = client.get(uploaded.file.url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert set(answer["Content-Security-Policy"].split("; ")) == {"sandbox", "default-src 'none'"}
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert not answer.cookies
    with default_storage.open(uploaded.file.name) as file:
        assert answer.getvalue() == file.read()


def test_a_file_without_a_row_and_a_row_without_a_file_are_not_served(
    uploaded: Picture, client: Client
) -> None:
    default_storage.save("pictures/stray.webp", ContentFile(b"RIFF"))
    assert client.get("/media/pictures/stray.webp").status_code == 404
    default_storage.delete(uploaded.file.name)
    assert client.get(uploaded.file.url).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/media/unknown.webp",
        "/media/pictures/",
        "/media/../settings.py",
        "/media/../../config/settings.py",
        "/media//etc/passwd",
        "/media/..%2f..%2fsettings.py",
        "/media/%2e%2e/%2e%2e/settings.py",
        "/media/pictures/..\\..\\settings.py",
        "/media/pictures/\x00.webp",
        "/media/" + "a" * 3000,
    ],
)
def test_no_other_file_can_be_reached(path: str, uploaded: Picture) -> None:
    assert wire(path).status == 404
