"""The disk is full under the running site, then has space again.

The data, the temporary files and the log are on a small tmpfs.
"""

import subprocess
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.support import processes
from tests.support.fault_harness import SLUGS, FaultSite, wait_until
from tests.support.traffic import Traffic, between, refusals, return_the_text, statuses

pytestmark = pytest.mark.slow

SIZE = "48m"
SECONDS = 15.0  # for which the disk is full
TEXT = "A long review, typed for an hour. " * 200
SAVES = 500


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder with room for a few megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode:  # noqa: S603  (our own program, through no shell)
        pytest.skip("A tmpfs can't be mounted here: that needs root.")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)  # noqa: S603, S607  (umount is where it is; through no shell)


def test_a_full_disk_loses_no_text_and_the_site_recovers_by_itself(
    small_disk: Path, make_site: Callable[..., FaultSite]
) -> None:
    site = make_site(small_disk)
    (small_disk / "tmp").mkdir()
    site.start(TMPDIR=str(small_disk / "tmp"))
    owner = site.log_in().client
    owner.get("/admin/blog/page/add/")
    with Traffic(site.url, SLUGS, readers=2) as traffic:
        time.sleep(4)
        fill(small_disk / "filler")
        start = time.monotonic()
        wait_until(lambda: statuses(traffic.sent)[503], 10)
        assert_nothing_is_half_done(site, owner)
        time.sleep(max(0.0, SECONDS - (time.monotonic() - start)))
        end = time.monotonic()
        (small_disk / "filler").unlink()
        time.sleep(10)
    refused = refusals(between(traffic.sent, start + 0.5, end - 0.5))
    assert refused
    assert return_the_text(refused)
    assert set(statuses(between(traffic.read, start, end))) == {200}
    assert set(statuses(between(traffic.sent, end + 3, end + 60))) == {303}
    assert save_page(owner, SAVES).status_code == 302
    assert [upload(owner, 3000), upload(owner, 300)] == [201, 201]
    owner.close()
    site.assert_comments_are_intact(traffic.accepted)
    site.assert_database_is_intact()


def assert_nothing_is_half_done(site: FaultSite, owner: httpx.Client) -> None:
    """Assert that saves and uploads are refused with the text, and that `serve` survives."""
    assert owner.get("/admin/blog/page/add/").status_code in (200, 503)
    saved, refused = save_pages(owner)
    assert site.query("SELECT COUNT(*) FROM blog_page WHERE slug LIKE 'page-%'") == [(saved,)]
    assert refused.status_code == 503
    assert TEXT.strip() in refused.text
    assert [upload(owner, 300), upload(owner, 3000)] == [503, 503]
    processes.kill(site.part("worker")[0])
    time.sleep(1)
    assert site.process
    assert site.process.poll() is None


def fill(path: Path) -> None:
    """Write to a file until the disk is full."""
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


def save_page(owner: httpx.Client, number: int) -> httpx.Response:
    """Return the response to a new page."""
    fields = {"title": f"Page {number}", "slug": f"page-{number}", "summary": "", "body": TEXT}
    times = {"published_at_0": "", "published_at_1": "", "menu_place": "", "_draft": "1"}
    token = {"csrfmiddlewaretoken": owner.cookies["csrftoken"]}
    return owner.post("/admin/blog/page/add/", data={**fields, **times, **token})


def save_pages(owner: httpx.Client) -> tuple[int, httpx.Response]:
    """Save pages until one is refused; return their number and that response.

    SQLite writes over the old parts of its log as long as there are any.
    """
    for number in range(SAVES):
        response = save_page(owner, number)
        if response.status_code != 302:
            return number, response
    raise AssertionError("The disk is not full.")


def upload(owner: httpx.Client, pixels: int) -> int:
    """Return the status of an upload; a large picture goes through a temporary file."""
    file = BytesIO()
    Image.effect_noise((pixels, pixels), 90).save(file, "PNG", compress_level=0)
    response = owner.post(
        "/admin/upload/",
        files={"image": ("a.png", file.getvalue(), "image/png")},
        data={"alt": "Noise", "csrfmiddlewaretoken": owner.cookies["csrftoken"]},
    )
    return response.status_code
