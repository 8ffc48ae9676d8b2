"""Spans and metrics by the semantic conventions, on the SDK's own in-memory exporters."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from in_memory_sdk import Sdk, parent_of
from observed_calls import LOST, REFUSED, TAKEN, TRACK, exchanges
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from pydantic import BaseModel

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.call.toolcall import ToolCall
from segment_toolkit.observe import pseudonym
from segment_toolkit.sandbox import Sandbox


class Nothing(BaseModel):
    """The arguments of a tool that takes none."""


@pytest.fixture
def sdk() -> Sdk:
    return Sdk()


def test_a_call_is_an_internal_span_with_the_attributes_of_the_conventions(box: Sandbox, sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)

    toolkit.tools.run(ToolCall("SEGMENT_TRACK", TRACK, "call_1"), user_id="t1")

    [span] = sdk.named("execute_tool SEGMENT_TRACK")
    assert (span.kind, span.status.status_code) == (SpanKind.INTERNAL, StatusCode.UNSET)
    attributes = dict(span.attributes or {})
    assert str(attributes.pop("gen_ai.tool.description")).startswith("Record one action of a person.")
    attributes.pop("segment_toolkit.call.attempts")
    assert attributes == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "SEGMENT_TRACK",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": "call_1",
        "user.hash": pseudonym("t1"),
    }


def test_each_exchange_is_a_client_span_below_it(box: Sandbox, sdk: Sdk, monkeypatch: pytest.MonkeyPatch) -> None:
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)

    with exchanges(monkeypatch, [REFUSED, LOST._replace(number=2), TAKEN._replace(number=3)], None):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    [call] = sdk.named("execute_tool SEGMENT_TRACK")
    refused, lost, taken = sdk.named("POST")
    assert call.context is not None
    assert {parent_of(span) for span in (refused, lost, taken)} == {call.context.span_id}
    assert {span.kind for span in (refused, lost, taken)} == {SpanKind.CLIENT}
    shared = {"http.request.method": "POST", "server.address": "api.segment.io"}
    assert refused.attributes == {**shared, "http.response.status_code": 503, "error.type": "503"}
    assert lost.attributes == {**shared, "http.request.resend_count": 1, "error.type": "network"}
    assert taken.attributes == {**shared, "http.request.resend_count": 2, "http.response.status_code": 200}
    assert [span.status.status_code for span in (refused, lost, taken)] == [
        StatusCode.ERROR, StatusCode.ERROR, StatusCode.UNSET,
    ]  # fmt: skip
    assert (refused.end_time or 0) - (refused.start_time or 0) == 250_000_000


@pytest.mark.parametrize(
    ("name", "arguments", "span_name", "code"),
    [
        ("SEGMENT_TRACK", {"event": "E"}, "execute_tool SEGMENT_TRACK", "validation"),
        ("SEGMENT_TRAK", TRACK, "execute_tool unknown", "unknown_tool"),
        ("x" * 10_000, TRACK, "execute_tool unknown", "unknown_tool"),
        (None, TRACK, "execute_tool unknown", "unknown_tool"),
    ],
)
def test_a_failed_call_has_its_code_as_the_type_of_the_error(
    box: Sandbox, sdk: Sdk, name: Any, arguments: Any, span_name: str, code: str
) -> None:
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)

    toolkit.tools.execute(name, arguments)

    [span] = sdk.spans
    assert span.name == span_name
    assert (span.attributes or {})["error.type"] == code
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, code)


def test_calls_of_one_reply_are_children_of_the_hosts_span_although_they_run_in_threads(
    box: Sandbox, sdk: Sdk, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)
    calls = [ToolCall("SEGMENT_TRACK", {**TRACK, "userId": f"u{n}"}, f"call_{n}") for n in range(8)]

    with exchanges(monkeypatch, [TAKEN], None), sdk.tracer.start_as_current_span("request") as request:
        toolkit.tools.run_all(calls)
        still_current = trace.get_current_span()

    own = sdk.named("execute_tool SEGMENT_TRACK")
    assert still_current is request
    assert len(own) == 8
    assert {parent_of(span) for span in own} == {request.get_span_context().span_id}
    assert {parent_of(span) for span in sdk.named("POST")} == {span.context.span_id for span in own if span.context}


def test_calls_of_tasks_are_children_of_their_own_tasks_spans(box: Sandbox, sdk: Sdk) -> None:
    async def request(toolkit: AsyncSegmentToolkit, number: int) -> tuple[str, int]:
        with sdk.tracer.start_as_current_span("request") as span:
            await toolkit.tools.run(ToolCall("SEGMENT_TRACK", TRACK, f"call_{number}"))
            return f"call_{number}", span.get_span_context().span_id

    async def requests() -> dict[str, int]:
        async with AsyncSegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry) as toolkit:
            return dict(await asyncio.gather(*(request(toolkit, n) for n in range(10))))

    above = asyncio.run(requests())

    own = sdk.named("execute_tool SEGMENT_TRACK")
    assert {(span.attributes or {})["gen_ai.tool.call.id"]: parent_of(span) for span in own} == above


def test_what_the_hosts_own_tool_traces_is_below_its_call(sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(opentelemetry=sdk.telemetry)

    @toolkit.tools.custom_tool
    def look_up(arguments: Nothing) -> dict[str, Any]:
        """Look something up."""
        with sdk.tracer.start_as_current_span("database"):
            return {"found": True}

    envelope = toolkit.tools.execute("LOOK_UP", {})

    [call], [database] = sdk.named("execute_tool LOOK_UP"), sdk.named("database")
    assert envelope.successful
    assert call.context is not None
    assert parent_of(database) == call.context.span_id


def test_instrumentation_of_http_clients_is_silent_during_our_requests(
    box: Sandbox, sdk: Sdk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from segment_toolkit.call.engine import Engine

    asked: list[object] = []
    original = Engine._perform

    def perform(engine: Engine, run: Any, wanted: Any) -> Any:
        asked.append(contexts.get_value(contexts._SUPPRESS_HTTP_INSTRUMENTATION_KEY))
        return original(engine, run, wanted)

    monkeypatch.setattr(Engine, "_perform", perform)
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    # Their spans hold the whole URL, and a write key travels in the path of one.
    assert asked == [True]
    assert contexts.get_value(contexts._SUPPRESS_HTTP_INSTRUMENTATION_KEY) is None


def test_segment_is_sent_no_trace_header(box: Sandbox, sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)

    with sdk.tracer.start_as_current_span("request"):
        toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    [request] = box.requests
    assert not {name.lower() for name in dict(request.headers)} & {"traceparent", "tracestate", "baggage"}


def test_no_span_and_no_metric_holds_arguments_or_secrets(box: Sandbox, sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)
    personal = {"userId": "jane@example.com", "event": "Bought Shoes", "properties": {"note": box.write_key}}
    key = {"sourceId": next(iter(box.sources.values())), "writeKey": box.write_key}

    toolkit.tools.run(ToolCall("SEGMENT_TRACK", personal, box.write_key), user_id="jane@example.com")
    toolkit.tools.run(ToolCall(box.token, personal))
    toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", key)

    told = "".join(span.to_json() for span in sdk.spans) + str(sdk.points("segment_toolkit.tool.calls"))
    for secret in (box.write_key, box.token, "jane@example.com", "Bought Shoes"):
        assert secret not in told


def test_durations_and_outcomes_are_measured(box: Sandbox, sdk: Sdk) -> None:
    toolkit = SegmentToolkit.sandbox(box, opentelemetry=sdk.telemetry)

    toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    toolkit.tools.execute("SEGMENT_TRACK", TRACK)
    toolkit.tools.execute("SEGMENT_TRACK", {"event": "E"})

    durations = {tuple(sorted(p.attributes.items())): p.count for p in sdk.points("gen_ai.execute_tool.duration")}
    kind = (("gen_ai.tool.name", "SEGMENT_TRACK"), ("gen_ai.tool.type", "function"))
    assert durations == {kind: 2, (("error.type", "validation"), *kind): 1}
    calls = {p.attributes["segment_toolkit.outcome"]: p.value for p in sdk.points("segment_toolkit.tool.calls")}
    assert calls == {"successful": 2, "validation": 1}
    [point] = [p for p in sdk.points("gen_ai.execute_tool.duration") if "error.type" not in p.attributes]
    assert point.explicit_bounds[0] == 0.01


def test_a_span_processor_that_raises_fails_no_call(sdk: Sdk, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(SimpleSpanProcessor):
        def on_start(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("a secret of the host's")

    sdk.tracers.add_span_processor(Broken(InMemorySpanExporter()))
    toolkit = SegmentToolkit.sandbox(opentelemetry=sdk.telemetry)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.successful
    assert "the host's OpenTelemetry SDK raised RuntimeError" in caplog.text
    assert "secret" not in caplog.text


PROCESSES_OWN = """
from segment_toolkit import SegmentToolkit
import sys
toolkit = SegmentToolkit.sandbox({options})
track = {{"userId": "u", "event": "E"}}
toolkit.tools.execute("SEGMENT_TRACK", track)
print("opentelemetry" in sys.modules)
from opentelemetry import trace
toolkit.tools.execute("SEGMENT_TRACK", track)
print("segment_toolkit.observe.otel" in sys.modules and toolkit._watch.opentelemetry() is not None)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
toolkit.tools.execute("SEGMENT_TRACK", track)
print(sum(span.name == "execute_tool SEGMENT_TRACK" for span in spans.get_finished_spans()))
"""


@pytest.mark.parametrize(
    ("options", "spans"), [("", "1"), ("opentelemetry=False", "0")], ids=["by default", "switched off"]
)
def test_the_processes_own_sdk_is_used_from_when_it_is_set_up(options: str, spans: str) -> None:
    code = PROCESSES_OWN.format(options=options)

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.split() == ["False", "False", spans]


def test_what_is_missing_is_named_with_its_extra() -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from segment_toolkit import SegmentToolkit\n"
        "try: SegmentToolkit(opentelemetry=True)\n"
        "except ImportError as error: print(error)\n"
        "print(SegmentToolkit.sandbox().tools.execute('SEGMENT_TRACK', {'userId': 'u', 'event': 'E'}).successful)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.splitlines() == [
        'OpenTelemetry needs its API: pip install "segment-agent-toolkit[otel]"',
        "True",
    ]
