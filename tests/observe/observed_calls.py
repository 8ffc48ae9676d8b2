"""How the tests make calls whose exchanges they decide, and read what was recorded of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from segment_toolkit.call.attempts import Attempt
from segment_toolkit.call.engine import AsyncEngine, Engine
from segment_toolkit.errors import ToolkitError
from segment_toolkit.tool import Request, Response

TRACK = {"userId": "u-42", "event": "Signed Up"}
REFUSED = Attempt("POST", "tracking", "api.segment.io", 1, 0.25, 0.0, 503, "upstream")
LOST = Attempt("POST", "tracking", "api.segment.io", 1, 0.25, 0.0, None, "network")
TAKEN = Attempt("POST", "tracking", "api.segment.io", 2, 0.125, 0.5, 200, None)


@contextmanager
def exchanges(
    monkeypatch: pytest.MonkeyPatch, attempts: Sequence[Attempt], error: ToolkitError | None
) -> Iterator[None]:
    """Every request of a tool is these attempts, and ends in a 200 or in the error. Nothing is sent."""

    def answered(run: Any) -> Response:
        for attempt in attempts:
            run.attempts.append(attempt)
        if error is not None:
            raise error
        return Response(200, {"success": True}, "api.segment.io")

    def perform(engine: Any, run: Any, wanted: Any) -> Any:
        assert type(wanted) is Request
        return answered(run)

    async def aperform(engine: Any, run: Any, wanted: Any) -> Any:
        return perform(engine, run, wanted)

    with monkeypatch.context() as patched:
        patched.setattr(Engine, "_perform", perform)
        patched.setattr(AsyncEngine, "_perform", aperform)
        yield


def entries(path: Path) -> list[dict[str, Any]]:
    """The entries of an audit log of JSON lines."""
    return [json.loads(line) for line in path.read_text("ascii").splitlines()]
