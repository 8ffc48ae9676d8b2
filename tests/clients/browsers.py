"""A page of another origin than the sandbox's, and browsers that show it: jsdom, and Chromium where it is installed."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

_STOP_SECONDS = 20
# Without these Chromium looks for its maker's hosts; as root it does not start with its sandbox.
_CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def command(browser: str, folder: Path, profile: Path) -> list[str]:
    """How a browser is started; what it is to show follows. Skips the test where there is no Chromium."""
    if browser == "jsdom":
        return ["node", str(folder / "browse.cjs")]
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("chromium is not installed (Debian's package chromium): jsdom alone stands for browsers")
    return [found, *_CHROMIUM, f"--user-data-dir={profile}"]


def shown(
    folder: Path,
    browser: list[str],
    order: Mapping[str, Any],
    patience_seconds: float,
    *,
    until: Callable[[], bool] = lambda: True,
) -> dict[str, Any]:
    """Show the folder's page with an order, and return what it reports when it is done.

    The page stays open until something holds: what the SDK sends again after a failure goes when the page does.
    """
    deadline = time.monotonic() + patience_seconds
    with _page(folder, order) as page, _running([*browser, page.url]) as errors:
        if not page.is_done.wait(patience_seconds):
            pytest.fail(f"the page did not come to its end: {errors()}")
        while b'"sent"' in page.report and not until():
            if time.monotonic() > deadline:
                pytest.fail(f"what the page sent did not arrive: {errors()}")
            time.sleep(0.05)
    outcome: dict[str, Any] = json.loads(page.report)
    return outcome


class _Page(ThreadingHTTPServer):
    """Serves the page, the SDK and the order, and takes the report."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.report = b""
        self.is_done = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    server: _Page

    def do_GET(self) -> None:
        found = self.server.files.get(self.path)
        self._answer(404 if found is None else 200, found or b"")

    def do_POST(self) -> None:
        self.server.report = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, b"")
        self.server.is_done.set()

    def log_message(self, *_: object) -> None:
        """Say nothing of requests."""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        kind = "text/javascript" if self.path.endswith(".js") else "text/html"
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def _page(folder: Path, order: Mapping[str, Any]) -> Iterator[_Page]:
    sdk = folder / "node_modules" / "@segment" / "analytics-next" / "dist" / "umd" / "index.js"
    files = {
        "/": (folder / "page.html").read_bytes(),
        "/index.js": sdk.read_bytes(),
        "/order": json.dumps(order).encode(),
    }
    with _Page(files) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def _running(command: list[str]) -> Iterator[Any]:
    """Run a browser until the end of the block; yield a function that ends it and returns what it complained of."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def ended() -> str:
        process.terminate()
        _, errors = process.communicate(timeout=_STOP_SECONDS)
        return errors.decode("utf-8", "replace")[-2000:]

    try:
        yield ended
    finally:
        if process.returncode is None:
            ended()
