"""A browser, and the site as a server would give it out."""

import functools
import http.server
import os
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright

from tools.build_site import SITE
from tools.handout import BROWSERS


@pytest.fixture(scope="module")
def browser():
    """The system's own; nothing is downloaded."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail(f"No browser to test with; install one of {', '.join(BROWSERS)}.")
    # Chromium refuses to run as the superuser, as in a container, unless told.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        """Says nothing; the tests hear of what is missing from the browser."""


@pytest.fixture(scope="session")
def address():
    """Where the built site is served, with a slash at the end."""
    handler = functools.partial(_Handler, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def visit(browser, address):
    """Opens pages; `tab.heard` lists what a page must not do.

    These are messages on the console, errors, and requests that leave the server, fail
    or find nothing.
    """
    contexts = []

    def open_page(path, width=1200, dark=False):
        scheme = "dark" if dark else "light"
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=size, color_scheme=scheme))
        tab = contexts[-1].new_page()
        tab.heard = heard = []
        tab.on("console", lambda message: heard.extend(_complaints(message)))
        tab.on("pageerror", lambda error: heard.append(f"error: {error}"))
        tab.on("requestfailed", lambda request: heard.append(f"failed: {request.url}"))
        tab.on("request", lambda request: heard.extend(_external(request, address)))
        tab.on("response", lambda response: heard.extend(_missing(response)))
        tab.goto(address + path, wait_until="load")
        return tab

    yield open_page
    for context in contexts:
        context.close()


def _complaints(message):
    return [] if message.type == "log" else [f"{message.type}: {message.text}"]


def _external(request, address):
    inside = request.url.startswith((address, "data:", "blob:", "about:"))
    return [] if inside else [f"external: {request.url}"]


def _missing(response):
    return [f"{response.status}: {response.url}"] if response.status >= 400 else []
