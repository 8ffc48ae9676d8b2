"""A server in Segment's place that counts how many requests it holds at the same time."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SlowSegment:
    """Holds every request until `together` of them are there, or for `patience` seconds, then answers success.

    `seen` are the requests as they arrived: (path, user id of the event or None).
    """

    def __init__(self, together: int, patience: float) -> None:
        self.most = 0
        self.seen: list[tuple[str, Any]] = []
        self._held = 0
        self._lock = threading.Condition()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)) or b"{}")
                server.hold(self.path, body.get("userId"), together, patience)
                self.answer({"success": True})

            def do_GET(self) -> None:
                server.hold(self.path, None, together, patience)
                self.answer({"data": {}})

            def do_DELETE(self) -> None:
                server.hold(self.path, None, 1, patience)
                self.answer({"data": {"status": "SUCCESS"}})

            def answer(self, body: dict[str, Any]) -> None:
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Nothing: `seen` says it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def hold(self, path: str, user: Any, together: int, patience: float) -> None:
        with self._lock:
            self.seen.append((path, user))
            self._held += 1
            self.most = max(self.most, self._held)
            self._lock.notify_all()
            self._lock.wait_for(lambda: self.most >= together, timeout=patience)
            self._held -= 1

    def options(self) -> dict[str, Any]:
        """What a toolkit needs to talk to it."""
        return {
            "region": "us", "write_key": "k" * 32, "public_api_token": "sgp_test", "environ": {},
            "tracking_url": self.url, "public_api_url": self.url,
        }  # fmt: skip

    def __enter__(self) -> SlowSegment:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
