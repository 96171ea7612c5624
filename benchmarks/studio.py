"""The editor of diagrams in Chromium: its first paint and until one can draw, beside a bare page of bpmn-js.

Both pages load the same library and the same diagram over loopback; the bare one has nothing else. Aim: the
first paint within 1.5 s.
"""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks.figures import Figure, less_is_better
from tests.fixtures.browser import ARGUMENTS, CHROMIUM
from tests.fixtures.live_server import LiveServer, run_flask
from workflows import catalog

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "portal" / "static" / "vendor" / "bpmn-js"
TIMES, PATIENCE_MS, ACCOUNT = 7, 60_000, "kanri"
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
BARE = """<!doctype html><meta charset="utf-8"><title>bare</title>
<link rel="stylesheet" href="assets/diagram-js.css"><link rel="stylesheet" href="assets/bpmn-js.css">
<link rel="stylesheet" href="assets/bpmn-font/css/bpmn.css"><h1>図</h1>
<div id="canvas" style="height:600px"></div><script src="bpmn-modeler.production.min.js"></script>
<script>fetch("process.bpmn").then((one) => one.text()).then((xml) => new BpmnJS({container: "#canvas"})
.importXML(xml)).then(() => document.body.setAttribute("data-opened", "yes"))</script>"""


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing of each file."""


def run() -> Iterator[Figure]:
    """Seconds until the first paint, and until the diagram stands open; files come from the cache."""
    with tempfile.TemporaryDirectory() as name, socket.create_server(("127.0.0.1", 0)) as listener:
        folder = Path(name)
        server = LiveServer(_city(folder / "portal"), listener)
        server.start()
        try:
            bare = _bare(folder / "bare")
            yield from _measure(server, f"http://localhost:{bare.server_port}/index.html")
            bare.shutdown()
        finally:
            server.stop()


def _measure(server: LiveServer, bare: str) -> Iterator[Figure]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(base_url=server.url, viewport={"width": 1366, "height": 768})
        context.set_default_timeout(PATIENCE_MS)
        ours = _draft(server, context)
        spent = {page: _middle(context, page) for page in (bare, ours)}
        for place, what in enumerate(("first_paint", "opened")):
            yield less_is_better(f"studio.editor.{what}", spent[ours][place], "s", spent[bare][place])
        browser.close()


def _city(folder: Path) -> Path:
    """The small demonstration city, for this run alone."""
    folder.mkdir()
    run_flask(folder, "setup")
    run_flask(folder, "demo", "load", "--size", "small", "--if-empty")
    return folder


def _bare(folder: Path) -> ThreadingHTTPServer:
    """A page with bpmn-js and the same diagram, and nothing else."""
    folder.mkdir()
    (folder / "assets").symlink_to(VENDOR / "assets")
    library = "bpmn-modeler.production.min.js"
    (folder / library).symlink_to(VENDOR / library)
    (folder / "index.html").write_text(BARE, encoding="utf-8")
    source = catalog.shipped_bundle("acquisition").bpmn["acquisition"]
    (folder / "process.bpmn").write_text(source, encoding="utf-8")
    served = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    Thread(target=served.serve_forever, daemon=True).start()
    return served


def _draft(server: LiveServer, context: BrowserContext) -> str:
    """The address of the editor with a draft of the acquisition, before an administrator signed in."""
    page = context.new_page()
    page.goto("/login/")
    page.fill('input[name="username"]', ACCOUNT)
    page.fill('input[name="password"]', (server.folder / "demo_password").read_text().strip())
    page.keyboard.press("Enter")
    page.locator('input[name="code"]').wait_for()
    page.fill('input[name="code"]', run_flask(server.folder, "demo", "code", ACCOUNT).strip())
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.goto("/definitions/acquisition/1")
    page.locator("form[action$='/draft'] button").click()
    page.locator("a[href$='/draw']").wait_for()
    return f"{page.url}/draw"


def _middle(context: BrowserContext, address: str) -> tuple[float, float]:
    """The median seconds until the first paint and until it is open; the first time fills the cache."""
    found = [_once(context.new_page(), address) for _ in range(TIMES + 1)][1:]
    return median(paint for paint, _ in found), median(opened for _, opened in found)


def _once(page: Page, address: str) -> tuple[float, float]:
    page.goto(address)
    page.locator("[data-opened=yes]").wait_for(state="attached")
    opened: float = page.evaluate("performance.now()")
    painted: float = page.evaluate(PAINTED)
    page.close()
    return painted / 1000, opened / 1000
