"""Measure how fast pages are served: `python -m bench.pages`.

wrk measures each rate in turn with another one in the same run. Cached pages are compared with
nginx serving the same compressed bytes from a file, newly rendered pages with a bare Django view.
"""

import os
import sys
from pathlib import Path

import httpx

from bench import servers, site
from bench.table import Table, say
from bench.wrk import Target, measure_in_turn

POST = "post with 100 comments"
PAGES = {
    POST: "/reviews/review-0/",
    "home": "/",
    "tag": "/tags/tag-1/",
    "search": "/search/?q=evening+review+7",  # finds one review by its title and four by their work
    "feed": "/feed/",
}
MORE_COMMENTS = "/reviews/review-1/"
POSTS, MORE_POSTS = 100, 10_000
OWN_SERVER, BEHIND_NGINX, ANEW, GROWTH, QUERIES = 0.25, 0.9, 1 / 130, 1.3, 9  # the targets


def main() -> int:
    """Measure a site with few posts, then with many; return an exit status."""
    table = Table()
    with site.prepared() as folder:
        from bench import sample_data, seed

        password = seed.create_owner()
        with site.running():
            owner = seed.log_in(password)
            sample_data.create_posts(POSTS, picture := sample_data.create_picture(owner))
            sample_data.create_comments(owner, "review-0", 100)
            sample_data.create_comments(owner, "review-1", 1000)
        compare_cached_page(folder, table)
        rates = compare_pages_made_anew(folder, table)
        table.expect(f"queries: {POST}", queries := count_queries(), queries <= QUERIES, "<= 9")
        say(f"Creating {MORE_POSTS - POSTS} more posts ...")
        sample_data.create_posts(MORE_POSTS - POSTS, picture)
        compare_growth(folder, table, rates)
    return table.finish()


def compare_cached_page(folder: Path, table: Table) -> None:
    """Measure a post with 100 comments from the page cache, alone and behind nginx."""
    path = PAGES[POST]
    with site.running("web"):
        page = httpx.get(site.url() + path, headers={"Accept-Encoding": "identity"}).content
        with servers.nginx(folder, page) as (plain, shipped):
            targets = [
                Target("file", f"{plain}/page.html"),
                Target("cached", site.url() + path),
                Target("file of the shipped nginx", f"{shipped}/static/page.html"),
                Target("cached behind it", shipped + path),
            ]
            rates = measure_in_turn(targets)
    for work, cached, file, mark in (
        ("cached page / a file from nginx", "cached", "file", OWN_SERVER),
        (
            "cached page behind the shipped nginx / a file from it",
            "cached behind it",
            "file of the shipped nginx",
            BEHIND_NGINX,
        ),
    ):
        ratio = rates[cached] / rates[file]
        figure = f"{ratio:.2f} ({rates[cached]:.0f} of {rates[file]:.0f} a second)"
        table.expect(work, figure, ratio >= mark, f">= {mark}")


def compare_pages_made_anew(folder: Path, table: Table) -> dict[str, float]:
    """Measure pages without the page cache; return their rates divided by that of the bare view."""
    rates = measure_uncached(folder, {**PAGES, "post with 1,000 comments": MORE_COMMENTS})
    for name in PAGES:
        figure = f"1/{1 / rates[name]:.0f}"
        table.expect(f"made anew / bare view: {name}", figure, rates[name] >= ANEW, ">= 1/130")
    ratio = rates[POST] / rates["post with 1,000 comments"]
    work = "time with 1,000 comments / 100"
    table.expect(work, f"{ratio:.2f}", ratio <= GROWTH, f"<= {GROWTH}")
    return rates


def compare_growth(folder: Path, table: Table, few: dict[str, float]) -> None:
    """Measure the lists again, with many posts."""
    lists = {name: path for name, path in PAGES.items() if name != POST}
    many = measure_uncached(folder, lists)
    for name in lists:
        ratio = few[name] / many[name]
        work = f"time with 10,000 posts / 100: {name}"
        table.expect(work, f"{ratio:.2f}", ratio <= GROWTH, f"<= {GROWTH}")


def measure_uncached(folder: Path, paths: dict[str, str]) -> dict[str, float]:
    """Return the rate of each newly rendered page, divided by that of the bare view."""
    with (
        servers.application("bare", folder) as bare,
        servers.application("uncached", folder) as uncached,
    ):
        targets = [Target(name, uncached + path) for name, path in paths.items()]
        rates = measure_in_turn([Target("bare", f"{bare}/"), *targets])
    say(", ".join(f"{name} {rate:.0f}/s" for name, rate in rates.items()))
    return {name: rates[name] / rates["bare"] for name in paths}


def count_queries() -> int:
    """Return how many queries the page with 100 comments takes in a process that has warmed up."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from pagecache.version import current_version, rendering

    client = Client(headers={"host": f"127.0.0.1:{os.environ['PORT']}"})
    with rendering(current_version()):
        client.get(PAGES[POST])
    with CaptureQueriesContext(connection) as queries, rendering(current_version()):
        response = client.get(PAGES[POST])
    if response.status_code != 200:
        raise RuntimeError(f"{PAGES[POST]}: {response.status_code}")
    return len(queries)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
