"""How fast readers get their pages: `python -m bench.pages`.

Each figure is a rate as a part of another one, both measured in turn in this run by wrk: kept
pages against nginx serving the same compressed bytes from a file, pages made anew against a bare
Django view on the same server.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import django
import httpx

from bench import servers, site
from bench.load import Target, in_turn
from bench.table import Table, part, say

MADE_ANEW = {
    "post, 100 comments": "/reviews/review-0/",
    "home": "/",
    "tag": "/tags/tag-1/",
    "search": "/search/?q=evening+review+7",  # a review, and four of a work
    "feed": "/feed/",
    "sitemap": "/sitemap.xml",
}
MORE_COMMENTS = "/reviews/review-1/"
POSTS, MORE_POSTS = 100, 10_000


def main() -> int:
    """Returns 0 if every mark was kept."""
    table = Table()
    with tempfile.TemporaryDirectory(prefix="verdict-bench-") as folder:
        run(Path(folder), table)
    table.print()
    return 1 if table.missed else 0


def run(folder: Path, table: Table) -> None:
    """Measures a site of its own, first with few posts, then with many."""
    site.configure(folder, "http://127.0.0.1:9", "")
    site.prepare()
    django.setup()
    from bench import library, stage

    if not stage.is_empty():
        raise RuntimeError("DATABASE_URL names a database that holds a site.")
    posts = library.write(POSTS)
    library.discuss(posts[0], 100)
    library.discuss(posts[1], 1000)
    kept(folder, table)
    few = anew(folder, table)
    say(f"Writing {MORE_POSTS - POSTS} more posts ...")
    start = time.monotonic()
    library.write(MORE_POSTS - POSTS)
    say(f"took {time.monotonic() - start:.0f} s")
    grown(folder, table, few)


def kept(folder: Path, table: Table) -> None:
    """A post with 100 comments from the page cache: our own server, then behind nginx."""
    path = MADE_ANEW["post, 100 comments"]
    with servers.web(folder / "web.log") as own:
        page = httpx.get(own + path, headers={"Accept-Encoding": "identity"}).content
        with servers.nginx(folder, page) as (plain, shipped):
            rates = in_turn(
                [
                    Target("file", f"{plain}/page.html"),
                    Target("kept", own + path),
                    Target("file by the shipped nginx", f"{shipped}/static/page.html"),
                    Target("kept behind it", shipped + path),
                ]
            )
            seconds = seen_after(own, shipped, path)
    share = part(rates["kept"], rates["file"])
    figure = f"{share} ({rates['kept']:.0f} of {rates['file']:.0f} a second)"
    work = "kept page, own server / nginx, a file"
    table.expect(work, figure, float(share) >= 0.4, ">= 0.4")
    behind, file = rates["kept behind it"], rates["file by the shipped nginx"]
    figure = f"{part(behind, file)} ({behind:.0f} of {file:.0f} a second)"
    table.expect("kept page behind nginx / a file", figure, behind / file >= 0.85, ">= 0.85")
    table.expect("a change shows behind nginx after", f"{seconds:.2f} s", seconds <= 1.1, "1 s")


def seen_after(own: str, shipped: str, path: str) -> float:
    """The longest of ten times until a change is seen through nginx, asked all the time."""
    from django.db import transaction

    from blog.models import Post
    from pagecache.version import invalidate_pages

    longest = 0.0
    with httpx.Client(verify=False, trust_env=False) as client:  # noqa: S501  (the certificate was made a moment ago)
        for number in range(10):
            client.get(shipped + path)
            with transaction.atomic():
                Post.objects.filter(slug="review-0").update(title=f"Change {number}")
                invalidate_pages()
            start = time.monotonic()
            while f"Change {number}" not in client.get(shipped + path).raise_for_status().text:
                time.sleep(0.01)
            longest = max(longest, time.monotonic() - start)
    return longest


def anew(folder: Path, table: Table) -> dict[str, float]:
    """Pages made from nothing against the bare view; returns the parts."""
    found = parts(folder, {**MADE_ANEW, "post, 1,000 comments": MORE_COMMENTS})
    for name in MADE_ANEW:
        figure = f"1/{1 / found[name]:.0f}"
        table.expect(f"made anew / bare: {name}", figure, found[name] >= 1 / 40, ">= 1/40")
    times = found["post, 100 comments"] / found["post, 1,000 comments"]
    table.expect("time with 1,000 / 100 comments", f"{times:.2f}", times <= 1.3, "<= 1.3")
    return found


def grown(folder: Path, table: Table, few: dict[str, float]) -> None:
    """The lists again, with many posts."""
    lists = {name: path for name, path in MADE_ANEW.items() if not name.startswith("post")}
    found = parts(folder, lists)
    for name in lists:
        times = few[name] / found[name]
        work = f"time with 10,000 / 100 posts: {name}"
        table.expect(work, f"{times:.2f}", times <= 1.3, "<= 1.3")


def parts(folder: Path, paths: dict[str, str]) -> dict[str, float]:
    """The rate of each page, made anew, as a part of the bare view's."""
    log = folder / "applications.log"
    with servers.application("bare", log) as bare, servers.application("uncached", log) as own:
        targets = [Target("bare", f"{bare}/")]
        targets += [Target(name, own + path) for name, path in paths.items()]
        rates = in_turn(targets)
    say(", ".join(f"{name} {rate:.0f}/s" for name, rate in rates.items()))
    return {name: rates[name] / rates["bare"] for name in paths}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
