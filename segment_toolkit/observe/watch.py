"""Told of every call by the dispatcher, tells those who want to know: statistics, log, audit, observers, spans.

Nothing that a listener does changes a call: what it raises is logged, without its text, and forgotten.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .logs import LOG, tell_of_attempt, tell_of_call
from .record import CallRecord, Observer, call_id
from .stats import Statistics, Stats

if TYPE_CHECKING:
    from ..call.attempts import Attempt
    from ..call.run import Run
    from ..envelope import Envelope
    from ..registry import Registry
    from ..secrecy.redaction import Redactor
    from ..settings import Settings
    from .otel import CallSpan, OpenTelemetry


class Watch:
    """One for each toolkit. Calls come from many threads and tasks."""

    def __init__(self, registry: Registry, settings: Settings) -> None:
        self._registry = registry
        self._audit = settings.audit
        # The audit first: what a host's function does next must not keep a call out of it.
        self._listeners: tuple[Observer, ...] = (*((self._audit,) if self._audit else ()), *settings.observers)
        self._statistics = Statistics()
        self._fingerprints: dict[tuple[str, ...], str] = {}
        self._wants_spans = settings.opentelemetry is not False
        given = settings.opentelemetry
        self._otel: OpenTelemetry | None = None if isinstance(given, bool) else given

    def begin(self, run: Run) -> float:
        """A call came in. Returns what `finished` needs; what this costs is paid by every call."""
        # Nobody who has not loaded OpenTelemetry has set it up, so it is not loaded here.
        if self._otel is not None or (self._wants_spans and "opentelemetry" in sys.modules):
            run.span = self._begun_span(run)
        run.heard = bool(self._listeners) or run.span is not None or LOG.isEnabledFor(logging.INFO)
        if run.heard and (run.span is not None or LOG.isEnabledFor(logging.DEBUG)):
            run.attempts = _Heard(run)
        return perf_counter()

    def finished(self, run: Run, envelope: Envelope | None, begun: float, redactor: Callable[[Run], Redactor]) -> None:
        """A call is over: its envelope, or None when the host stopped waiting for it. Raises nothing."""
        seconds = perf_counter() - begun
        retries = sum(attempt.number > 1 for attempt in run.attempts) if len(run.attempts) > 1 else 0
        if not run.heard and envelope is not None and envelope.successful:
            self._statistics.add(run.slug, seconds, None, False, retries)
            return
        record = CallRecord(run, envelope, seconds, redactor=redactor, fingerprint=self.fingerprint)
        self._statistics.add(run.slug, seconds, record.code, record.outcome_unknown, retries)
        if run.heard:
            self._tell(run.span, record)

    def opentelemetry(self) -> OpenTelemetry | None:
        """What makes spans: the host's, or one on the SDK that the process has set up. None without."""
        if self._otel is not None or not self._wants_spans:
            return self._otel
        if sys.modules.get("opentelemetry.trace") is None and sys.modules.get("opentelemetry.metrics") is None:
            return None
        from .otel import OpenTelemetry, is_set_up

        if is_set_up():
            self._otel = OpenTelemetry()
        return self._otel

    def stats(self) -> Stats:
        """What was counted so far."""
        return self._statistics.taken(unaudited=getattr(self._audit, "failures", 0))

    def fingerprint(self) -> str:
        """Of all listed definitions; worked out once for each set of tools."""
        slugs = tuple(self._registry.slugs())
        found = self._fingerprints.get(slugs)
        if found is None:
            from ..definitions.definition import fingerprint

            found = self._fingerprints[slugs] = fingerprint(self._registry.definitions())
        return found

    def _tell(self, span: CallSpan | None, record: CallRecord) -> None:
        if span is not None:
            _told(span.finish, record, "OpenTelemetry SDK")
        if LOG.isEnabledFor(logging.INFO):
            _told(tell_of_call, record, "logging set-up")
        for listener in self._listeners:
            _told(listener, record, "observer")

    def _begun_span(self, run: Run) -> CallSpan | None:
        try:
            telemetry = self.opentelemetry()
            return telemetry.begin(self._slug_of(run)) if telemetry is not None else None
        except Exception as error:  # noqa: BLE001 - the host's SDK
            LOG.warning("the host's OpenTelemetry SDK raised %s", type(error).__name__)
            return None

    def _slug_of(self, run: Run) -> str:
        """The tool's name before the call is looked at: what a model made up must not become a span's name."""
        name = run.call.name
        return name if isinstance(name, str) and name in self._registry.slugs() else ""


class _Heard(list["Attempt"]):
    """The attempts of a call, told of as they are added."""

    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run

    def append(self, attempt: Attempt) -> None:
        super().append(attempt)
        run = self._run
        if run.span is not None:
            _told(run.span.attempted, attempt, "OpenTelemetry SDK")
        if LOG.isEnabledFor(logging.DEBUG):
            tell_of_attempt(run.slug, call_id(run.call.id, run.redactor), attempt)


def within(run: Run, wanted: Any, perform: Callable[[Run, Any], Any]) -> Any:
    """Perform what the call's flow wants, inside the call's span: what the host's functions trace belongs to it."""
    if run.span is None:
        return perform(run, wanted)
    with run.span.during(wanted):
        return perform(run, wanted)


async def awithin(run: Run, wanted: Any, perform: Callable[[Run, Any], Awaitable[Any]]) -> Any:
    """`within`, awaiting."""
    if run.span is None:
        return await perform(run, wanted)
    with run.span.during(wanted):
        return await perform(run, wanted)


def _told(listener: Callable[[Any], object], told: Any, whose: str) -> None:
    try:
        outcome = listener(told)
        if hasattr(outcome, "__await__"):
            getattr(outcome, "close", lambda: None)()  # it will never run; say so here rather than as a warning later
            LOG.warning("the host's %s is async; it must be a plain function", whose)
    except Exception as error:  # noqa: BLE001 - the host's
        LOG.warning("the host's %s raised %s", whose, type(error).__name__)
