"""Fixtures for tests in a browser: an installed Chromium, and the site with its page cache."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings as django_settings
from django.db import connections
from playwright.sync_api import Browser, expect, sync_playwright

from tests.support.visitor import Visitor

CHROMIUM = os.environ.get("CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
PATIENCE = 20_000  # milliseconds; long, because the machine may be busy
QUIET = ["--no-sandbox", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip all tests in this folder without an installed Chromium; none is downloaded."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                why = "no Chromium found: install one or set CHROMIUM"
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start one browser for all tests; each visitor gets a separate context."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright runs an event loop in this thread, so Django would treat all code as async.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Log nothing."""


@pytest.fixture
def site(transactional_db: None, settings: Any) -> Iterator[str]:
    """Serve the site with its page cache and the database of the test; yield its address."""
    from config.wsgi import application

    def closing(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        # The page cache also uses the database outside of requests, where Django closes nothing.
        answer = application(environ, start_response)
        try:
            yield from answer
        finally:
            getattr(answer, "close", lambda: None)()
            connections.close_all()

    with make_server("127.0.0.1", 0, closing, Server, Handler) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        settings.SITE_URL, settings.CSRF_TRUSTED_ORIGINS = address, [address]
        settings.ALLOWED_HOSTS = ["127.0.0.1"]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield address
        server.shutdown()
        thread.join()


@pytest.fixture
def visit(
    chromium: Browser, site: str, logged_in: Callable[[Any], Any]
) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens a new browser context, logged in if `user` is given.

    Its options are those of a Playwright context. After the test, no page may have had errors of
    scripts or violations of the policy.
    """
    visitors: list[Visitor] = []

    def visitor(user: Any = None, **options: Any) -> Visitor:
        context = chromium.new_context(base_url=site, reduced_motion="reduce", **options)
        if user:
            name = django_settings.SESSION_COOKIE_NAME
            value = logged_in(user).cookies[name].value
            context.add_cookies([{"name": name, "value": value, "url": site}])
        visitors.append(Visitor(context.new_page()))
        return visitors[-1]

    yield visitor
    for one in visitors:
        one.page.context.close()
    assert not [trouble for one in visitors for trouble in one.troubles]
