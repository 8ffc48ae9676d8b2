"""OpenTelemetry: a span for each tool call, one for each exchange with Segment, a histogram and a counter.

By the semantic conventions for GenAI (status "development" in 2025 and 2026; open-telemetry/semantic-conventions-genai,
`gen_ai.execute_tool`) and for HTTP client spans (stable).

    execute_tool SEGMENT_TRACK   INTERNAL  gen_ai.operation.name, gen_ai.tool.name, .type, .call.id, .description;
                                           error.type (the code of the failure); segment_toolkit.outcome_unknown,
                                           .attempts; user.hash (`record.pseudonym`)
      POST                       CLIENT    http.request.method, server.address, http.response.status_code,
                                           http.request.resend_count, error.type
    invoke_agent                 INTERNAL  of `run_agent`: gen_ai.operation.name, gen_ai.provider.name (openai, the form
                                           that the client speaks), gen_ai.request.model, gen_ai.usage.input_tokens,
                                           .output_tokens, error.type. Spans of the model are its client's to make.
    gen_ai.execute_tool.duration  histogram, seconds: gen_ai.tool.name, gen_ai.tool.type, error.type
    gen_ai.invoke_agent.duration  histogram, seconds: gen_ai.request.model, error.type
    segment_toolkit.tool.calls    counter: gen_ai.tool.name, segment_toolkit.outcome

No span holds arguments, answers or secrets. `url.full`, which HTTP spans should have, is left out: a write key travels
in a path. For the same reason other HTTP instrumentation is asked to be silent during our requests, and no
`traceparent` header goes to Segment.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

try:
    from opentelemetry import context as contexts
    from opentelemetry import metrics, trace
    from opentelemetry.trace import SpanKind, Status, StatusCode
except ImportError as missing:
    raise ImportError('OpenTelemetry needs its API: pip install "segment-agent-toolkit[otel]"') from missing

from .._version import __version__
from ..tool import Request
from .record import CallRecord, pseudonym

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import Histogram, MeterProvider
    from opentelemetry.trace import Span, TracerProvider

    from ..call.attempts import Attempt

_NAME = "segment_toolkit"
_FUNCTION = "function"  # the model gives parameters, the application runs it
#: A span must have a tool's name; one that a model made up would make a new name each time.
_NO_TOOL = "unknown"
#: Seconds, as the conventions have them for operations of a GenAI client.
_BUCKETS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
#: What instrumentation of HTTP clients looks for; the API has no public name for it.
_SILENCE = getattr(contexts, "_SUPPRESS_HTTP_INSTRUMENTATION_KEY", "suppress_http_instrumentation")


class OpenTelemetry:
    """Makes spans and metrics with the given providers, by default the process's own."""

    def __init__(
        self, *, tracer_provider: TracerProvider | None = None, meter_provider: MeterProvider | None = None
    ) -> None:
        self._tracer = trace.get_tracer(_NAME, __version__, tracer_provider)
        meter = metrics.get_meter(_NAME, __version__, meter_provider)
        self._duration = meter.create_histogram(
            "gen_ai.execute_tool.duration",
            unit="s",
            description="The duration of a single tool execution.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._agent_duration = meter.create_histogram(
            "gen_ai.invoke_agent.duration",
            unit="s",
            description="The duration of a single agent invocation.",
            explicit_bucket_boundaries_advisory=_BUCKETS,
        )
        self._calls = meter.create_counter(
            "segment_toolkit.tool.calls", unit="{call}", description="Tool calls by how they ended."
        )

    def begin(self, tool: str) -> CallSpan:
        """The span of a call, under the host's current one. `tool` is "" for a name that no tool has."""
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": tool or _NO_TOOL,
            "gen_ai.tool.type": _FUNCTION,
        }
        above = contexts.get_current()
        span = self._tracer.start_span(
            f"execute_tool {tool or _NO_TOOL}", context=above, kind=SpanKind.INTERNAL, attributes=attributes
        )
        return CallSpan(self, span, trace.set_span_in_context(span, above))

    def agent(self, model: str) -> AgentSpan:
        """The span of an agent's run, under the host's current one."""
        attributes = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
        }
        above = contexts.get_current()
        span = self._tracer.start_span("invoke_agent", context=above, kind=SpanKind.INTERNAL, attributes=attributes)
        return AgentSpan(span, trace.set_span_in_context(span, above), model, self._agent_duration)

    def attempted(self, attempt: Attempt, inside: Context) -> None:
        """The span of one exchange, made when it is over."""
        ended = time.time_ns()
        span = self._tracer.start_span(
            attempt.method,
            context=inside,
            kind=SpanKind.CLIENT,
            attributes=_http_attributes(attempt),
            start_time=ended - int(attempt.seconds * 1e9),
        )
        if attempt.error is not None:
            span.set_status(Status(StatusCode.ERROR))
        span.end(ended)

    def measure(self, record: CallRecord) -> None:
        """Add a finished call to the metrics."""
        tool = {"gen_ai.tool.name": record.tool or _NO_TOOL}
        error = {"error.type": record.code} if record.code else {}
        self._duration.record(record.seconds, {**tool, "gen_ai.tool.type": _FUNCTION, **error})
        self._calls.add(1, {**tool, "segment_toolkit.outcome": record.outcome})


class CallSpan:
    """The span of one call, from any thread or task that works for it."""

    def __init__(self, owner: OpenTelemetry, span: Span, inside: Context) -> None:
        self._owner = owner
        self._span = span
        self._inside = inside
        self._silent = contexts.set_value(_SILENCE, True, inside)

    @contextmanager
    def during(self, wanted: Any) -> Iterator[None]:
        """What the host's functions trace is a child of this span; an HTTP client's own spans are not made."""
        token = contexts.attach(self._silent if type(wanted) is Request else self._inside)
        try:
            yield
        finally:
            contexts.detach(token)

    def attempted(self, attempt: Attempt) -> None:
        self._owner.attempted(attempt, self._inside)

    def finish(self, record: CallRecord) -> None:
        """End the span with what is known now, and measure the call."""
        span = self._span
        if span.is_recording():
            span.set_attributes(_call_attributes(record))
            if record.code is not None:
                span.set_status(Status(StatusCode.ERROR, record.code))
        span.end()
        self._owner.measure(record)


class AgentSpan:
    """The span of one agent's run. It is current only while the model is asked or its calls run: the loop is a
    generator, and what is current when it yields would become its host's."""

    def __init__(self, span: Span, inside: Context, model: str, duration: Histogram) -> None:
        self._span = span
        self._inside = inside
        self._model = model
        self._duration = duration
        self._begun = time.perf_counter()

    @contextmanager
    def during(self) -> Iterator[None]:
        token = contexts.attach(self._inside)
        try:
            yield
        finally:
            contexts.detach(token)

    def saw(self, event: object) -> None:
        """Take the usage from the last event."""
        run = getattr(event, "run", None)  # of agent.Finished, which is not loaded for hosts without an agent
        if run is not None:
            usage = run.usage
            self._span.set_attribute("gen_ai.usage.input_tokens", usage.prompt_tokens)
            self._span.set_attribute("gen_ai.usage.output_tokens", usage.completion_tokens)

    def finish(self, error: str | None) -> None:
        """End the span; `error` is the name of what the client raised."""
        failed = {"error.type": error} if error is not None else {}
        if error is not None:
            self._span.set_attributes(failed)
            self._span.set_status(Status(StatusCode.ERROR, error))
        self._span.end()
        self._duration.record(time.perf_counter() - self._begun, {"gen_ai.request.model": self._model, **failed})


def is_set_up() -> bool:
    """Whether the process has providers of its own: without them, every span is thrown away."""
    if not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        return True
    # The class of the provider that stands for none has no public name.
    return sys.modules.get("opentelemetry.sdk.metrics") is not None and "Proxy" not in type(
        metrics.get_meter_provider()
    ).__name__  # fmt: skip


def _call_attributes(record: CallRecord) -> dict[str, Any]:
    known = {
        "gen_ai.tool.call.id": record.tool_call_id,
        "gen_ai.tool.description": record.description or None,
        "error.type": record.code,
        "segment_toolkit.outcome_unknown": record.outcome_unknown or None,
        "segment_toolkit.call.attempts": len(record.attempts),
        "user.hash": pseudonym(record.user_id),
    }
    return {name: value for name, value in known.items() if value is not None}


def _http_attributes(attempt: Attempt) -> dict[str, Any]:
    host, _, port = attempt.host.partition(":")
    attributes: dict[str, Any] = {"http.request.method": attempt.method, "server.address": host}
    if port.isdigit():
        attributes["server.port"] = int(port)
    if attempt.status is not None:
        attributes["http.response.status_code"] = attempt.status
    if attempt.number > 1:
        attributes["http.request.resend_count"] = attempt.number - 1
    if attempt.error is not None:
        refused = attempt.status is not None and attempt.status >= 400
        attributes["error.type"] = str(attempt.status) if refused else attempt.error
    return attributes
