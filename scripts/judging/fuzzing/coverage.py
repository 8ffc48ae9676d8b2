"""Which steps from line to line of the engine and the tools a case reaches: what the fuzzer is guided by."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import segment_toolkit
import segment_tools

#: File, line before (0 at the beginning of a function), line.
Arc = tuple[str, int, int]
_ROOTS = tuple(str(Path(package.__path__[0])) for package in (segment_toolkit, segment_tools))
# The sandbox is the judge's own ground: reaching more of it is no aim.
_NOT_OURS = str(Path(segment_toolkit.__path__[0]) / "sandbox")


class Coverage:
    """Collects arcs of this thread while `tracing`."""

    def __init__(self) -> None:
        self.seen: set[Arc] = set()
        self._now: set[Arc] = set()
        self._ours: dict[CodeType, str | None] = {}

    @contextmanager
    def tracing(self) -> Iterator[None]:
        """Collect what happens inside."""
        self._now = set()
        start, stop = (self._monitor, self._unmonitor) if sys.version_info >= (3, 12) else (self._trace, self._untrace)
        start()
        try:
            yield
        finally:
            stop()

    def taken(self) -> set[Arc]:
        """The arcs of the last tracing that none before reached. They count as reached from now on."""
        new = self._now - self.seen
        self.seen |= new
        return new

    @property
    def reached(self) -> set[Arc]:
        """All arcs of the last tracing."""
        return self._now

    def lines(self) -> int:
        """How many different lines were reached."""
        return len({(file, line) for file, _, line in self.seen})

    def _file(self, code: CodeType) -> str | None:
        found = self._ours.get(code, "")
        if found == "":
            name = code.co_filename
            found = name if name.startswith(_ROOTS) and not name.startswith(_NOT_OURS) else None
            self._ours[code] = found
        return found

    # Python 3.11

    def _trace(self) -> None:
        sys.settrace(self._called)

    def _untrace(self) -> None:
        sys.settrace(None)

    def _called(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        file = self._file(frame.f_code)
        if file is None:
            return None
        before, now = 0, self._now

        def local(frame: FrameType, event: str, _argument: Any) -> Any:
            nonlocal before
            if event == "line":
                now.add((file, before, frame.f_lineno))
                before = frame.f_lineno
            return local

        return local

    # Python 3.12 and later: code that is not ours costs nothing after its first line.

    def _monitor(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        before: dict[CodeType, int] = {}

        def line(code: CodeType, number: int) -> Any:
            file = self._file(code)
            if file is None:
                return monitoring.DISABLE
            self._now.add((file, before.get(code, 0), number))
            before[code] = number
            return None

        monitoring.use_tool_id(monitoring.COVERAGE_ID, "segment-fuzz")
        monitoring.register_callback(monitoring.COVERAGE_ID, monitoring.events.LINE, line)
        monitoring.set_events(monitoring.COVERAGE_ID, monitoring.events.LINE)

    def _unmonitor(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        monitoring.set_events(monitoring.COVERAGE_ID, 0)
        monitoring.free_tool_id(monitoring.COVERAGE_ID)
