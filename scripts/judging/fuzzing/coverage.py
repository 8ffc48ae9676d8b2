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
    """Collects arcs of this thread while `tracing`. `close` it: only one can be open at a time."""

    def __init__(self) -> None:
        self.seen: set[Arc] = set()
        self._now: set[Arc] = set()
        self._is_on = False
        # By the id of the code, which is kept with it: to hash a code object is to hash all that is in it.
        self._ours: dict[int, tuple[CodeType, str | None]] = {}
        self._watched: dict[int, CodeType] = {}
        self._before: dict[int, int] = {}
        if sys.version_info >= (3, 12):
            self._monitor()

    def close(self) -> None:
        """Let Python run as it does without."""
        if sys.version_info >= (3, 12):
            self._unmonitor()

    @contextmanager
    def tracing(self) -> Iterator[None]:
        """Collect what happens inside."""
        self._now = set()
        self._before.clear()
        self._is_on = True
        if sys.version_info < (3, 12):
            sys.settrace(self._called)
        try:
            yield
        finally:
            self._is_on = False
            if sys.version_info < (3, 12):
                sys.settrace(None)

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
        found = self._ours.get(id(code))
        if found is None:
            name = code.co_filename
            is_ours = name.startswith(_ROOTS) and not name.startswith(_NOT_OURS)
            found = self._ours[id(code)] = (code, name if is_ours else None)
        return found[1]

    # Python 3.11

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

    # Python 3.12 and later. Switching events on or off for all code costs milliseconds in each code object that runs
    # next, so that is done once; events of our own code alone, once for each.

    def _monitor(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        events, tool = monitoring.events, monitoring.COVERAGE_ID
        monitoring.use_tool_id(tool, "segment-fuzz")
        monitoring.register_callback(tool, events.PY_START, self._begun)
        monitoring.register_callback(tool, events.LINE, self._line)
        monitoring.restart_events()  # what another one was told of is told of again
        monitoring.set_events(tool, events.PY_START)

    def _begun(self, code: CodeType, _offset: int) -> Any:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        self._before[id(code)] = 0
        if id(code) not in self._watched:
            if self._file(code) is None:
                return monitoring.DISABLE
            self._watched[id(code)] = code
            monitoring.set_local_events(monitoring.COVERAGE_ID, code, monitoring.events.LINE)
        return None

    def _line(self, code: CodeType, number: int) -> None:
        if self._is_on:
            self._now.add((code.co_filename, self._before.get(id(code), 0), number))
            self._before[id(code)] = number

    def _unmonitor(self) -> None:
        monitoring: Any = sys.monitoring  # type: ignore[attr-defined]
        monitoring.set_events(monitoring.COVERAGE_ID, 0)
        for code in self._watched.values():
            monitoring.set_local_events(monitoring.COVERAGE_ID, code, 0)
        for event in (monitoring.events.PY_START, monitoring.events.LINE):
            monitoring.register_callback(monitoring.COVERAGE_ID, event, None)
        monitoring.free_tool_id(monitoring.COVERAGE_ID)
