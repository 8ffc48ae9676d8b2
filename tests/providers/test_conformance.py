"""The same demands on every provider, through the real library where it is installed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.definitions.strict import loose
from segment_toolkit.sandbox import Sandbox
from tests.providers.conformance import REQUIRED, Adapter, Call, Outcome, adapters

# What a library warns of at import is not ours.
pytestmark = [
    pytest.mark.parametrize("adapter", adapters(), ids=repr),
    pytest.mark.filterwarnings("ignore"),
]

PROPERTIES = {"plan": "pro", "seats": 3, "nested": {"list": [1, {"deep": True}], "text": "ü"}}
GOOD = Call("SEGMENT_TRACK", {"userId": "u_1", "event": "Signed Up", "properties": PROPERTIES})
BATCH = Call(
    "SEGMENT_BATCH",
    {"batch": [{"type": "track", "userId": "u_1", "event": "E", "properties": PROPERTIES}]},
)
BAD = Call("SEGMENT_TRACK", {"userId": "u_1"})
UNKNOWN = Call("SEGMENT_NO_SUCH_TOOL", {"userId": "u_1"})


@pytest.fixture
def ready(adapter: Adapter) -> Adapter:
    adapter.ready()
    return adapter


def call(adapter: Adapter, box: Sandbox, *calls: Call, **options: Any) -> list[Outcome]:
    with SegmentToolkit.sandbox(box, provider=adapter.provider(), **options) as toolkit:
        named = [made._replace(name=adapter.tool_name(made.name)) for made in calls]
        return adapter.call(toolkit, named)


def test_the_library_takes_every_tool_with_its_schema_unhurt(ready: Adapter, box: Sandbox) -> None:
    with SegmentToolkit.sandbox(box, provider=ready.provider()) as toolkit:
        raw = toolkit.tools.get_raw_tools()

        listed = ready.listed(toolkit)

    assert set(listed) == {ready.tool_name(tool.slug) for tool in raw}
    for tool in raw:
        assert loose(listed[ready.tool_name(tool.slug)]) == ready.expected(tool), tool.slug


@pytest.mark.parametrize("made", [GOOD, BATCH], ids=lambda made: made.name)
def test_a_good_call_runs_with_exactly_its_arguments(ready: Adapter, box: Sandbox, made: Call) -> None:
    [outcome] = call(ready, box, made)

    assert outcome.envelope["successful"] is True
    assert not outcome.failed
    assert [event["properties"] for event in box.events] == [PROPERTIES]


def test_a_result_is_the_envelope_as_json(ready: Adapter, box: Sandbox) -> None:
    [outcome] = call(ready, box, GOOD)

    assert set(outcome.envelope) == {"data", "error", "successful"}


def test_a_bad_call_is_refused_in_words_for_the_model(ready: Adapter, box: Sandbox) -> None:
    [outcome] = call(ready, box, BAD)

    assert "event" in outcome.text
    assert outcome.failed is not False
    assert box.events == []
    assert not ready.passes_bad_arguments or outcome.envelope["successful"] is False


def test_an_unknown_tool_is_refused_in_words_for_the_model(ready: Adapter, box: Sandbox) -> None:
    [outcome] = call(ready, box, UNKNOWN)

    assert outcome.text
    assert outcome.failed is not False
    assert box.requests == []
    assert not ready.passes_unknown_tools or outcome.envelope["successful"] is False


def test_of_two_calls_one_may_fail_and_both_are_answered_in_order(ready: Adapter, box: Sandbox) -> None:
    first, second = call(ready, box, BAD, GOOD)

    assert "event" in first.text
    assert second.envelope["successful"] is True
    assert len(box.events) == 1
    assert first.call_id is None or first.call_id != second.call_id


def test_a_destructive_call_is_refused_unless_the_host_approves(ready: Adapter, box: Sandbox) -> None:
    made = Call("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["shop-web"]})

    [outcome] = call(ready, box, made, approve=None)

    assert outcome.failed is not False
    assert outcome.text
    assert [request for request in box.requests if request.method == "DELETE"] == []


def test_the_async_way_gives_the_same(ready: Adapter, box: Sandbox) -> None:
    if not ready.has_async:
        pytest.skip("the library has no async way")

    async def awaited() -> list[Outcome]:
        async with AsyncSegmentToolkit.sandbox(box, provider=ready.provider()) as toolkit:
            return await ready.acall(toolkit, [made._replace(name=ready.tool_name(made.name)) for made in (GOOD, BAD)])

    good, bad = asyncio.run(awaited())

    assert good.envelope["successful"] is True
    assert "event" in bad.text
    assert [event["properties"] for event in box.events] == [PROPERTIES]


def test_a_required_provider_has_an_adapter(adapter: Adapter) -> None:
    assert not REQUIRED or REQUIRED in {each.name for each in adapters()}
    assert adapter.provider().name
