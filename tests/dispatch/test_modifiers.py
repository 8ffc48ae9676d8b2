"""Composio's three modifiers: each runs exactly once, in order, and a failing one ends in an envelope."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import SegmentToolkit, after_execute, before_execute, schema_modifier
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox
from tests.replies import completion

TRACK = {"userId": "u", "event": "E"}


def entry_points(toolkit: SegmentToolkit, modifiers: list[Any]) -> dict[str, Any]:
    reply = completion(("SEGMENT_TRACK", TRACK))
    call = reply["choices"][0]["message"]["tool_calls"][0]
    return {
        "execute": lambda: toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=modifiers),
        "handle_tool_calls": lambda: toolkit.provider.handle_tool_calls("t", reply, modifiers)[0],
        "tool_messages": lambda: toolkit.provider.tool_messages("t", reply, modifiers)[0],
        "execute_tool_call": lambda: toolkit.provider.execute_tool_call("t", call, modifiers),
    }


@pytest.mark.parametrize("entry", ["execute", "handle_tool_calls", "tool_messages", "execute_tool_call"])
def test_each_modifier_runs_once_in_list_order_with_slug_and_toolkit(toolkit: SegmentToolkit, entry: str) -> None:
    seen: list[tuple[str, str, str]] = []

    @before_execute
    def first(tool: str, toolkit: str, params: Any) -> Any:
        seen.append(("first", tool, toolkit))
        return params

    @before_execute(tools=["SEGMENT_TRACK"])
    def second(tool: str, toolkit: str, params: Any) -> Any:
        seen.append(("second", tool, toolkit))
        return params

    @after_execute(toolkits=["SEGMENT"])
    def last(tool: str, toolkit: str, response: Any) -> Any:
        seen.append(("last", tool, toolkit))
        return response

    entry_points(toolkit, [last, first, second])[entry]()

    assert seen == [(name, "SEGMENT_TRACK", "segment") for name in ("first", "second", "last")]


def test_before_execute_changes_the_arguments_and_they_are_validated_afterwards(
    toolkit: SegmentToolkit, box: Sandbox
) -> None:
    @before_execute
    def tenant(tool: str, toolkit: str, params: Any) -> Any:
        params["arguments"]["properties"] = {"tenant": params["user_id"]}
        return params

    @before_execute
    def broken(tool: str, toolkit: str, params: Any) -> Any:
        params["arguments"]["properties"] = "no object"
        return params

    good = toolkit.tools.execute("SEGMENT_TRACK", dict(TRACK), user_id="t1", modifiers=[tenant])
    bad = toolkit.tools.execute("SEGMENT_TRACK", dict(TRACK), user_id="t1", modifiers=[broken])

    assert good.successful
    assert box.events[0]["properties"] == {"tenant": "t1"}
    assert "properties: expected an object" in str(bad.error)


def test_after_execute_changes_the_answer_and_the_contract_holds(toolkit: SegmentToolkit) -> None:
    @after_execute
    def shorter(tool: str, toolkit: str, response: Any) -> Any:
        return {"data": {"ok": True}, "error": None, "successful": True}

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[shorter])

    assert envelope == {"data": {"ok": True}, "error": None, "successful": True}


def test_a_modifier_for_another_tool_does_not_run(toolkit: SegmentToolkit) -> None:
    @before_execute(tools=["SEGMENT_PAGE"], toolkits=["other"])
    def never(tool: str, toolkit: str, params: Any) -> Any:
        raise AssertionError("ran")

    assert toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[never]).successful


@pytest.mark.parametrize("returned", [pytest.param(None, id="nothing"), pytest.param({"x": 1}, id="no arguments")])
def test_before_execute_must_return_params(toolkit: SegmentToolkit, box: Sandbox, returned: Any) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[before_execute(lambda *_: returned)])

    assert envelope.failure is not None
    assert envelope.failure.code == "internal"
    assert box.requests == []


def test_a_before_execute_that_raises_sends_nothing(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[before_execute(lambda *_: 1 / 0)])

    assert "The host's before_execute failed" in str(envelope.error)
    assert box.requests == []


def test_an_after_execute_that_raises_does_not_hide_that_the_tool_ran(toolkit: SegmentToolkit, box: Sandbox) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[after_execute(lambda *_: 1 / 0)])

    assert not envelope.successful
    assert "The tool ran" in str(envelope.error)
    assert envelope.data["messageId"] == box.events[0]["messageId"]


def test_schema_modifiers_change_a_copy(toolkit: SegmentToolkit) -> None:
    @schema_modifier(tools=["SEGMENT_TRACK"])
    def hide_key(tool: str, toolkit: str, schema: Any) -> Any:
        del schema.input_parameters["properties"]["writeKey"]
        schema.description = "Ours."
        return schema

    changed = toolkit.tools.get("t", tools=["SEGMENT_TRACK", "SEGMENT_PAGE"], modifiers=[hide_key])
    fresh = toolkit.tools.get("t", tools=["SEGMENT_TRACK"])

    track, page = (tool["function"] for tool in changed)
    assert track["description"] == "Ours."
    assert "writeKey" not in track["parameters"]["properties"]
    assert "writeKey" in page["parameters"]["properties"]
    assert "writeKey" in fresh[0]["function"]["parameters"]["properties"]


@pytest.mark.parametrize(
    "modifiers",
    [
        pytest.param([print], id="a function of another kind"),
        pytest.param(5, id="no list"),
        pytest.param(iter([before_execute(print)]), id="what can be read only once"),
    ],
)
def test_what_is_no_modifier_is_refused(toolkit: SegmentToolkit, box: Sandbox, modifiers: Any) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=modifiers)

    assert "before_execute" in str(envelope.error)
    assert box.requests == []
    with pytest.raises(InvalidParams, match="before_execute"):
        toolkit.tools.get("t", modifiers=modifiers)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda r: r.update(data="text") or r, id="data that is no object"),
        pytest.param(lambda r: r.pop("data") and r, id="no data"),
        pytest.param(lambda r: r["data"].update({(1, 2): 3}) or r, id="what JSON cannot say"),
        pytest.param(lambda r: None, id="nothing"),
    ],
)
def test_an_envelope_changed_in_place_into_none_is_refused_and_the_result_is_kept(
    toolkit: SegmentToolkit, box: Sandbox, change: Any
) -> None:
    modifier = after_execute(lambda tool, toolkit, response: change(response))

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[modifier])

    assert set(envelope) == {"data", "error", "successful"}
    assert envelope.data["messageId"] == box.events[0]["messageId"]
    assert "The tool ran" in str(envelope.error)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda r: r.update(successful=False) or r, id="marked as failed"),
        pytest.param(lambda r: r.pop("error") or r, id="error taken out"),
        pytest.param(lambda r: r.update(extra=1) or r, id="a fourth key"),
    ],
)
def test_whatever_a_modifier_leaves_the_contract_of_three_keys_holds(toolkit: SegmentToolkit, change: Any) -> None:
    modifier = after_execute(lambda tool, toolkit, response: change(response))

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, modifiers=[modifier])

    assert set(envelope) == {"data", "error", "successful"}
    assert (envelope.error is None) == envelope.successful
    assert (envelope.failure is None) == envelope.successful


def test_before_execute_may_choose_the_account(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box)
    toolkit.connected_accounts.initiate(
        "u2", "ac_x", config={"auth_scheme": "API_KEY", "val": {"write_key": box.write_keys["shop-api"]}}, alias="api"
    )

    @before_execute
    def switch(tool: str, toolkit: str, params: Any) -> Any:
        return {**params, "user_id": "u2", "connected_account_id": "api"}

    toolkit.tools.execute("SEGMENT_TRACK", TRACK, user_id="u1", modifiers=[switch])

    assert box.events[0]["sourceId"] == box.sources["shop-api"]
