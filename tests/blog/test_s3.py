"""Pictures in a bucket: moto's S3 over real HTTP, behind a proxy that can fail."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from moto.server import ThreadedMotoServer

from blog.images import processing, renditions
from blog.images import s3_storage as module
from blog.images.s3_storage import PictureBucket
from blog.models import Picture
from config import environment
from tests.support.image_files import encoded, photo, send_upload
from tests.support.wire import wire

pytestmark = pytest.mark.django_db(transaction=True)

ERROR = b"HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
AWAY = {
    "cut": b"",
    "silent": None,
    "broken": ERROR % b"500 Broken",
    "forbidden": ERROR % b"403 Forbidden",
    "no S3": b"HTTP/1.1 200 Fine\r\nContent-Length: 900\r\nConnection: close\r\n\r\n<p>Welcome",
}


class Line:
    """A proxy between the site and its bucket, with a port of its own."""

    def __init__(self, to: tuple[str, int]) -> None:
        self.to, self.state = to, "well"
        self.calls = 0
        self.ends: list[socket.socket] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.answer, daemon=True).start()

    def turn(self, state: str) -> None:
        """Change how connections are handled from now on, and close the open ones."""
        self.state = state
        self.hang_up()

    def hang_up(self) -> None:
        while self.ends:
            end = self.ends.pop()
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def answer(self) -> None:
        with suppress(OSError):
            while True:
                caller, _address = self.listening.accept()
                self.calls += 1
                self.ends.append(caller)
                threading.Thread(target=self.talk, args=[caller], daemon=True).start()

    def talk(self, caller: socket.socket) -> None:
        with suppress(OSError):
            if self.state == "well":
                stand_in = socket.create_connection(self.to)
                self.ends.append(stand_in)
                threading.Thread(target=pump, args=[stand_in, caller], daemon=True).start()
                pump(caller, stand_in)
            elif self.state == "dripping":
                caller.recv(65536)
                caller.sendall(b"HTTP/1.1 200 Fine\r\nContent-Length: 9000\r\n\r\n")
                for _byte in range(100):
                    caller.sendall(b".")
                    time.sleep(0.05)
            elif (said := AWAY[self.state]) is not None:
                caller.recv(65536)
                caller.sendall(said)
                caller.shutdown(socket.SHUT_RDWR)
                caller.close()

    def close(self) -> None:
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.hang_up()


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture(scope="module")
def stand_in() -> Iterator[tuple[str, int]]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture
def line(stand_in: tuple[str, int]) -> Iterator[Line]:
    made = Line(stand_in)
    yield made
    made.close()


@pytest.fixture
def contacted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect every host that this process looks up or connects to."""
    found: list[Any] = []
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connected(self: socket.socket, address: Any) -> None:
        found.append(address[0])
        connect(self, address)

    def looked_up(host: Any, *rest: Any, **options: Any) -> Any:
        found.append(host)
        return look_up(host, *rest, **options)

    monkeypatch.setattr(socket.socket, "connect", connected)
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return found


@pytest.fixture
def bucket(
    stand_in: tuple[str, int], line: Line, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A bucket that the site uses; the returned client bypasses the proxy."""
    # Variables that an owner may have set for other programs.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(PictureBucket, "client_config", PictureBucket.client_config.merge(
        Config(connect_timeout=0.5, read_timeout=0.5)
    ))  # fmt: skip
    host, port = stand_in
    direct = boto3.Session("any", "key", region_name="us-east-1").resource(
        "s3", endpoint_url=f"http://{host}:{port}"
    )
    found = direct.create_bucket(Bucket="reviews")
    options = environment.parse_storage_url(
        f"s3://any:k%2Fey@127.0.0.1:{line.port}/reviews/blog?tls=off"
    )
    place = options.pop("location")
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            name: {
                "BACKEND": "blog.images.s3_storage.PictureBucket",
                "OPTIONS": {**options, "location": f"{place}/{folder}"},
            }
            for name, folder in (("default", "media"), ("originals", "originals"))
        },
    }
    # The model got its storage when it was defined.
    monkeypatch.setattr(Picture._meta.get_field("original"), "storage", storages["originals"])
    yield found
    for storage in storages._storages.values():
        if isinstance(storage, PictureBucket) and "connection" in vars(storage):
            storage.connection.meta.client.close()
    found.objects.all().delete()
    direct.meta.client.close()


@pytest.fixture
def author(ada: Any, logged_in: Any) -> Client:
    return logged_in(ada)


def keys(bucket: Any) -> set[str]:
    return {each.key for each in bucket.objects.all()}


def work() -> None:
    renditions.make_due(threading.Event())


def picture(author: Client) -> Picture:
    """Upload a picture through the editor, large enough for several renditions."""
    answer = send_upload(author, encoded(photo(600, 300), "JPEG"))
    assert answer.status_code == 201, answer.content
    return Picture.objects.latest("pk")


def patience_ends() -> None:
    """End the ten seconds in which an unavailable bucket is not contacted."""
    for storage in (default_storage, storages["originals"]):
        storage.retry_at = 0.0


# --- A working bucket ------------------------------------------------------------------------


def test_a_picture_is_stored_in_the_bucket_and_served_by_the_site(
    bucket, line, author, write, contacted
):
    shown = picture(author)
    work()
    names = {made.file.name for made in shown.renditions.all()}
    assert len(names) == 6
    assert keys(bucket) == {
        f"blog/originals/{shown.original.name}",
        *(f"blog/media/{name}" for name in {shown.file.name, *names}),
    }
    post = write(body=shown.markdown(), thumbnail=shown)
    page = wire(f"/reviews/{post.slug}/").text
    assert str(line.port) not in page
    assert "blog/media" not in page
    assert sum(f"/media/{name}" in page for name in names) > 3
    for name in {shown.file.name, *names}:
        served = Client().get(f"/media/{name}")
        assert served.status_code == 200
        assert served["Content-Type"] == f"image/{name.rpartition('.')[2]}"
        assert "immutable" in served["Cache-Control"]
        assert set(served["Content-Security-Policy"].split("; ")) == {
            "sandbox",
            "default-src 'none'",
        }
        body = served.getvalue()
        assert body == bucket.Object(f"blog/media/{name}").get()["Body"].read()
        assert int(served["Content-Length"]) == len(body)
    assert set(contacted) == {"127.0.0.1"}


def test_objects_in_the_bucket_are_private(bucket, author, client):
    original = picture(author).original.name
    for each in bucket.objects.all():
        grants = each.Acl().grants
        assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]
    for path in ("", "../originals/", "originals/", "blog/originals/"):
        assert client.get(f"/media/{path}{original}").status_code == 404


def test_a_picture_that_is_deleted_leaves_nothing_in_the_bucket(bucket, author, olive, logged_in):
    gone, stays = picture(author), picture(author)
    work()
    logged_in(olive).post(f"/admin/blog/picture/{gone.pk}/delete/", {"post": "yes"})
    assert Picture.objects.get() == stays
    files = {stays.file.name, *stays.renditions.values_list("file", flat=True)}
    assert keys(bucket) == {
        f"blog/originals/{stays.original.name}",
        *(f"blog/media/{name}" for name in files),
    }


def test_the_admin_accepts_pictures_and_shows_them(bucket, author):
    form = {"alt": "A street", "file": BytesIO(encoded(photo(60, 30), "PNG"))}
    assert author.post("/admin/blog/picture/add/", form).status_code == 302
    taken = Picture.objects.get()
    assert f"blog/media/{taken.file.name}" in keys(bucket)
    for page in ("", f"{taken.pk}/change/"):
        assert f"/media/{taken.file.name}" in author.get(f"/admin/blog/picture/{page}").text


def test_a_picture_missing_in_the_bucket_is_not_found(bucket, author, client):
    lost = picture(author)
    bucket.objects.all().delete()
    for _twice in range(2):
        assert client.get(lost.file.url).status_code == 404


def test_no_transaction_waits_for_the_bucket(bucket, author, monkeypatch):
    waiting, save = [], PictureBucket._save

    def saved(self: PictureBucket, name: str, content: Any) -> str:
        waiting.append(connection.in_atomic_block)
        return save(self, name, content)

    monkeypatch.setattr(PictureBucket, "_save", saved)
    picture(author)
    work()
    assert waiting == [False] * 8


def test_a_large_file_is_read_from_a_temporary_file(bucket, author):
    data = bytes(8 * 1024 * 1024)
    bucket.put_object(Key="blog/media/pictures/large.webp", Body=data)
    with default_storage.open("pictures/large.webp") as file:
        assert isinstance(file.fileno(), int)  # it has a descriptor, so it is on the disk
        assert file.read() == data


def test_a_backup_copies_the_pictures_from_the_bucket(bucket, line, author, tmp_path):
    kept = picture(author)
    work()
    call_command("backup", tmp_path / "backup")
    for folder in ("media", "originals"):
        lying = {file for file in (tmp_path / "backup" / folder).rglob("*") if file.is_file()}
        names = {str(file.relative_to(tmp_path / "backup")) for file in lying}
        assert {f"blog/{name}" for name in names} == {
            key for key in keys(bucket) if key.startswith(f"blog/{folder}/")
        }
    original = Path(tmp_path / "backup" / "originals" / kept.original.name).read_bytes()
    assert original == encoded(photo(600, 300), "JPEG")
    line.turn("cut")
    with pytest.raises(CommandError, match="There is no complete backup"):
        call_command("backup", tmp_path / "backup")


# --- A failing bucket -------------------------------------------------------------------------


@pytest.mark.parametrize("state", [*AWAY, "dripping"])
def test_while_the_bucket_is_unavailable_pages_work_and_pictures_answer_503(
    bucket, line, author, write, send, client, state, monkeypatch
):
    monkeypatch.setattr(module, "READ_SECONDS", 0.3)
    shown = picture(author)
    post = write(body=shown.markdown())
    line.turn(state)
    answer = client.get(shown.file.url)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.text == "This picture can't be loaded right now. Please try again in a minute."
    assert shown.file.url in wire(f"/reviews/{post.slug}/").text
    assert send(to=post).status_code == 303
    # It is not contacted for a while, so that nobody else waits for it.
    calls = line.calls
    assert {client.get(shown.file.url).status_code for _reader in range(20)} == {503}
    assert line.calls == calls
    line.turn("well")
    patience_ends()
    assert client.get(shown.file.url).getvalue().startswith(b"RIFF")


@pytest.mark.parametrize("state", AWAY)
def test_an_upload_is_refused_with_an_explanation_if_the_bucket_fails(bucket, line, author, state):
    line.turn(state)
    answer = send_upload(author)
    assert answer.status_code == 503
    assert "The disk may be full" in answer.json()["error"]
    assert not Picture.objects.exists()
    line.turn("well")
    assert keys(bucket) == set()
    patience_ends()
    picture(author)


def test_renditions_are_made_later_if_the_bucket_fails(bucket, line, author, monkeypatch):
    late = picture(author)
    line.turn("cut")
    work()
    late = Picture.objects.get()
    assert (late.attempts, late.renditions.count()) == (1, 0)
    line.turn("well")
    patience_ends()
    Picture.objects.update(renditions_due_at=late.uploaded_at)
    work()
    assert late.renditions.count() == 6


def test_a_file_that_cannot_be_deleted_does_no_harm(bucket, line, author):
    gone = picture(author)
    line.turn("broken")
    processing.delete_pictures(Picture.objects.filter(pk=gone.pk))
    assert not Picture.objects.exists()
