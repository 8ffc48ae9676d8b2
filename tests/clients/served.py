"""A sandbox in a process of its own, on a port of its own and on a file, for clients that run as processes too."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_ROOT = Path(__file__).parents[2]
_STOP_SECONDS = 20


@dataclass(frozen=True)
class Served:
    """A running sandbox: what it said about itself, its file and its process."""

    description: dict[str, Any]
    database: Path
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """Where it listens; both APIs are there."""
        return str(self.description["public_api_url"])

    @property
    def token(self) -> str:
        """The Public API token."""
        return str(self.description["token"])

    def write_key(self, source: str) -> str:
        """The write key of a source, by its slug."""
        return str(self.description["write_keys"][source])

    def inject(self, **order: Any) -> None:
        """Add a fault over the control endpoint."""
        httpx.post(f"{self.url}/_sandbox/faults", json=order).raise_for_status()

    def faults(self) -> list[dict[str, Any]]:
        """The faults in force, with how often each was played."""
        answer = httpx.get(f"{self.url}/_sandbox/faults").raise_for_status()
        faults: list[dict[str, Any]] = answer.json()["faults"]
        return faults

    def clear_faults(self) -> None:
        """Remove every fault."""
        httpx.delete(f"{self.url}/_sandbox/faults").raise_for_status()

    def forward_clock(self, seconds: float) -> None:
        """Let time pass for the sandbox."""
        httpx.post(f"{self.url}/_sandbox/clock", json={"seconds": seconds}).raise_for_status()

    def request_sizes(self) -> list[int]:
        """Bytes of the body of each request, as it was sent."""
        answer = httpx.get(f"{self.url}/_sandbox/requests", params={"count": 1000}).raise_for_status()
        return [request["bytes"] for request in answer.json()["requests"]]

    def held(self, source: str) -> list[dict[str, Any]]:
        """The events of a source (its slug), in order, as they stand in the file."""
        sql = "SELECT document FROM event WHERE source_id = ? ORDER BY position"
        return [json.loads(document) for (document,) in self._rows(sql, self.description["sources"][source])]

    def dropped(self) -> Counter[str]:
        """Reason to the number of events that were dropped for it."""
        return Counter(reason for (reason,) in self._rows("SELECT reason FROM dropped"))

    def kill(self) -> None:
        """End the process as a crash would."""
        self.process.kill()
        self.process.wait(_STOP_SECONDS)

    def _rows(self, sql: str, *parameters: str) -> list[tuple[str]]:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return connection.execute(sql, parameters).fetchall()


@dataclass(frozen=True)
class OAuthSandbox:
    """A sandbox whose source "shop-api" asks for tokens, and what a client needs to get one."""

    sandbox: Served
    client_id: str
    key_id: str
    private_key: str


@contextlib.contextmanager
def served(database: Path, port: int = 0) -> Iterator[Served]:
    """Serve the file until the end of the block."""
    options = ["--db", str(database), "--port", str(port), "--json"]
    command = [sys.executable, "-m", "segment_toolkit.cli", "sandbox", *options]
    process = subprocess.Popen(command, cwd=_ROOT, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, "the sandbox did not start"
        yield Served(json.loads(line), database, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def environment() -> dict[str, str]:
    """The environment of a child process that finds this checkout first."""
    found = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *([found] if found else [])])}
