"""The disk full under the running site, then free again: `python -m bench.faults.disk_full`.

The data, the temporary files and the log lie on a small tmpfs; where that can't be mounted it is
not run.
"""

import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image

from bench.faults import processes, stand
from bench.faults.crowd import Answer, Crowd, between, counted, longest
from bench.faults.servers import Missing
from bench.faults.stand import Stand
from bench.moderator import Moderator

SIZE = "48m"
FULL = 15.0  # seconds
TEXT = "A long review, typed for an hour. " * 200
MOST_SAVES = 500


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="verdict-small-") as small:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", small]
        if subprocess.run(mount).returncode:  # noqa: S603  (our own program, through no shell)
            return stand.main("disk full", not_run)
        try:
            return stand.main(
                "disk full", lambda here: run(here, Path(small)), Path(small) / "data"
            )
        finally:
            subprocess.run(["umount", "-l", small])  # noqa: S603, S607  (umount is where it is; through no shell)


def not_run(_here: Stand) -> None:
    raise Missing("A small tmpfs can't be mounted here.")


def run(here: Stand, small: Path) -> None:
    here.site.log = small / "log"
    (small / "tmp").mkdir()
    author = make_author()
    here.site.start(TMPDIR=str(small / "tmp"))
    editor = Moderator(here.site.address, "author", author).client
    for address in ("/admin/blog/page/add/", "/"):
        editor.get(address)
    with Crowd(here.site.address, here.slugs, readers=2) as crowd:
        time.sleep(4)
        fill(small / "filler")
        start = time.monotonic()
        while_full(here, editor, crowd)
        time.sleep(max(0.0, FULL - (time.monotonic() - start)))
        end = time.monotonic()
        (small / "filler").unlink()
        time.sleep(10)
    told(here, crowd, start, end)
    status = save(editor, MOST_SAVES).status_code
    here.table.expect("space again: the author's save", status, status == 302)
    big, tiny = upload(editor, 3000), upload(editor, 300)
    here.table.expect("space again: uploads", f"{big}, {tiny}", (big, tiny) == (201, 201))
    here.rows.kept(here.table, crowd.taken)
    here.rows.checked(here.table)
    here.rows.consistent(here.table)
    here.site.stop()
    here.rows.clean(here.table)


def while_full(here: Stand, editor: httpx.Client, crowd: Crowd) -> None:
    """What an author hears, and whether everybody lives."""
    until = time.monotonic() + 10
    while not [one for one in crowd.sent if one.status == 503] and time.monotonic() < until:
        time.sleep(0.1)
    page = editor.get("/admin/blog/page/add/")
    here.table.expect("full: the editor's page", page.status_code, page.status_code in (200, 503))
    saved, refused = save_until_refused(editor)
    status, given = refused.status_code, TEXT.strip() in refused.text
    here.table.note("full: saves that the database's log had room for", saved)
    here.table.expect("full: of these stored", stored(), stored() == saved)
    here.table.expect(
        "full: the author's next save, text given back",
        f"{status}, {given}",
        status == 503 and given,
    )
    for pixels in (300, 3000):
        status = upload(editor, pixels)
        here.table.expect(f"full: upload of {pixels} pixels", status, status == 503)
    before = here.site.part("worker")
    processes.kill(before[0])
    time.sleep(1)
    assert here.site.process
    lives = here.site.process.poll() is None
    here.table.expect("full: a part killed, its log full: `serve` lives", lives, lives)


def told(here: Stand, crowd: Crowd, start: float, end: float) -> None:
    full, after = (
        between(crowd.sent, start + 0.5, end - 0.5),
        between(crowd.sent, end + 3, end + 60),
    )
    refused: list[Answer] = [one for one in full if one.status != 303]
    fine = bool(refused) and all(one.status == 503 and one.gave_back for one in refused)
    here.table.expect("full: senders; 503 with the text", counted(full), fine)
    read = between(crowd.read, start, end)
    well = all(one.status == 200 for one in read)
    here.table.expect(
        "full: readers of kept pages", f"{counted(read)}; {longest(read):.2f} s", well
    )
    well = bool(after) and all(one.status == 303 for one in after)
    here.table.expect("space again, 3 s later: senders", counted(after), well)


def make_author() -> str:
    from django.contrib.auth import get_user_model

    get_user_model().objects.create_superuser("author", password="written at night")  # noqa: S106  (a password of this run alone)
    return "written at night"


def fill(file: Path) -> None:
    """Until nothing more goes in."""
    with file.open("wb", buffering=0) as filler:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                continue


def page_fields(editor: httpx.Client, number: int) -> dict[str, str]:
    fields = {"title": f"Page {number}", "slug": f"page-{number}", "summary": "", "body": TEXT}
    times = {"published_at_0": "", "published_at_1": "", "menu_place": "", "_draft": "1"}
    return {**fields, **times, "csrfmiddlewaretoken": editor.cookies["csrftoken"]}


def save(editor: httpx.Client, number: int) -> httpx.Response:
    """What an author's new page is answered with."""
    return editor.post("/admin/blog/page/add/", data=page_fields(editor, number))


def save_until_refused(editor: httpx.Client) -> tuple[int, httpx.Response]:
    """How many pages are saved before one is refused, and the answer to that one: SQLite writes
    over the old parts of its log while there are any."""
    for number in range(MOST_SAVES):
        answer = save(editor, number)
        if answer.status_code != 302:
            break
    return number, answer


def stored() -> int:
    from blog.models import Page

    return Page.objects.filter(slug__startswith="page-").count()


def upload(editor: httpx.Client, pixels: int) -> int:
    """The status that a picture is answered with: the larger ones go through temporary files."""
    file = BytesIO()
    Image.effect_noise((pixels, pixels), 90).save(file, "PNG", compress_level=0)
    answer = editor.post(
        "/admin/upload/",
        files={"image": ("a.png", file.getvalue(), "image/png")},
        data={"alt": "Noise", "csrfmiddlewaretoken": editor.cookies["csrftoken"]},
    )
    return answer.status_code


if __name__ == "__main__":
    sys.exit(main())
