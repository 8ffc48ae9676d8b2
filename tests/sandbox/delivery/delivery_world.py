"""A web server that takes, refuses, hangs and resets as told, and a courier with its database and its reports."""

from __future__ import annotations

import socket
import sqlite3
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from segment_toolkit.sandbox.delivery.courier import Courier
from segment_toolkit.sandbox.delivery.retries import RetryPolicy
from segment_toolkit.sandbox.delivery.waiting import SCHEMA, Delivery
from segment_toolkit.sandbox.instants import StoppedClock

NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
HANG = "hang"
RESET = "reset"
SILENT_CLOSE = "close without an answer"
GARBAGE = "answer with no HTTP"
#: Short enough for tests that wait for it, long enough for a busy machine to answer in time.
PATIENCE = RetryPolicy(timeout_seconds=3.0)


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver(ThreadingHTTPServer):
    """Answers each request with the next of `answers`, then with 200: a status, or one of the misbehaviours above."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: list[int | str] = []
        self.received: list[Received] = []
        self.got_one = threading.Event()
        self.let_go = threading.Event()
        self.guard = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of broken connections: here they are wanted."""

    @contextmanager
    def listening(self) -> Iterator[Receiver]:
        thread = threading.Thread(target=lambda: self.serve_forever(poll_interval=0.01), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.let_go.set()
            self.shutdown()
            self.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # Head and body of an answer are two writes.
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) < length:  # The sender died in the middle.
            self.close_connection = True
            return
        with self.server.guard:
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.server.received.append(Received(self.path, headers, body))
            answer = self.server.answers.pop(0) if self.server.answers else 200
        self.server.got_one.set()
        self._misbehave(answer) if isinstance(answer, str) else self._answer(answer)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "2")
        self.send_header("set-cookie", "session=1")
        self.send_header("location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"ok")

    def _misbehave(self, how: str) -> None:
        self.close_connection = True
        if how == HANG:
            self.server.let_go.wait(30)
        elif how == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.wfile.close()
            self.connection.close()
        elif how == GARBAGE:
            self.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test output clean."""


@dataclass(frozen=True)
class Report:
    destination_id: str
    outcome: str
    attempt: int
    final: bool
    at: datetime
    labels: str


@dataclass
class Office:
    """A database file, its lock, and one courier over them; `settings` maps destination id to settings."""

    path: Path
    settings: dict[str, dict[str, object]]
    clock: StoppedClock = field(default_factory=lambda: StoppedClock(NOW))
    policy: RetryPolicy = PATIENCE
    in_background: bool = False
    reports: list[Report] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(self.path, check_same_thread=False)
        self.connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + SCHEMA)
        self.courier = Courier(
            self.connection,
            self.lock,
            settings_of=self.settings.get,
            on_outcome=self.note,
            policy=self.policy,
            clock=self.clock,
            chance=lambda: 0.0,
            in_background=self.in_background,
        )

    def note(self, delivery: Delivery, outcome: str, attempt: int, final: bool, at: datetime) -> None:
        self.reports.append(Report(delivery.destination_id, outcome, attempt, final, at, delivery.labels))

    def send(self, *events: dict[str, Any], to: str = "d1", labels: str = "") -> None:
        with self.lock, self.connection:
            for event in events:
                self.courier.enqueue(to, event, self.clock(), labels)

    def run(self) -> int:
        return self.courier.run_due(self.clock())

    def forward(self, **duration: float) -> int:
        self.clock.forward(timedelta(**duration))
        return self.run()

    def outcomes(self) -> Counter[tuple[str, bool]]:
        return Counter((report.outcome, report.final) for report in self.reports)

    def close(self) -> None:
        self.courier.close()
        self.connection.close()


def refusing_url() -> str:
    """An address on this machine where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/hook"
