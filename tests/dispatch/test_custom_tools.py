"""The host's own tools, in both of Composio's spellings: listed, validated and enveloped like Segment's."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import BaseModel, Field

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, ToolkitError
from segment_toolkit.definitions.lint import PortabilityWarning
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS


class Question(BaseModel):
    order_id: str = Field(description="Id of the order.")
    lines: int = Field(default=1, ge=1, description="How many lines.")
    tags: dict[str, str] | None = Field(default=None, description="Tags.")


def lookup_order(request: Question) -> dict[str, Any]:
    """Look an order up."""
    return {"order": request.order_id, "lines": request.lines, "token": "kept: it is the host's own data"}


@pytest.mark.parametrize("spelling", ["tools.custom_tool", "experimental.tool"])
def test_a_function_becomes_a_tool(toolkit: SegmentToolkit, spelling: str) -> None:
    register = toolkit.tools.custom_tool if spelling == "tools.custom_tool" else toolkit.experimental.tool

    register(lookup_order)
    listed = toolkit.tools.get("t", tools=["LOOKUP_ORDER"])[0]["function"]
    envelope = toolkit.tools.execute("LOOKUP_ORDER", {"order_id": "o1"})

    assert listed["description"] == "Look an order up."
    assert listed["parameters"]["required"] == ["order_id"]
    assert envelope.data == {"order": "o1", "lines": 1, "token": "kept: it is the host's own data"}
    assert len(toolkit.tools.get("t")) == len(TOOLS) + 1


def test_its_arguments_are_checked_and_set_right_like_any(toolkit: SegmentToolkit) -> None:
    toolkit.tools.custom_tool(lookup_order)

    wrong = toolkit.tools.execute("LOOKUP_ORDER", {"lines": 0})
    right = toolkit.tools.execute("LOOKUP_ORDER", {"orderId": "o1", "tags": '{"a": "b"}'})

    assert "order_id: is required" in str(wrong.error)
    assert "at least 1" in str(wrong.error)
    assert right.successful


def test_a_decorator_with_options_names_it(toolkit: SegmentToolkit) -> None:
    @toolkit.tools.custom_tool(slug="SHOP_FIND", name="Find", description="Find it.", toolkit="shop")
    def anything(request: Question) -> str:
        return request.order_id

    envelope = toolkit.tools.execute("SHOP_FIND", {"order_id": "o1"})

    assert envelope.data == {"result": "o1"}
    assert [tool["function"]["name"] for tool in toolkit.tools.get("t", toolkits=["SHOP"])] == ["SHOP_FIND"]


def test_its_failure_is_an_envelope_without_its_text(toolkit: SegmentToolkit) -> None:
    def explode(request: Question) -> None:
        """Explode."""
        raise RuntimeError("password=hunter2")

    toolkit.tools.custom_tool(explode)

    envelope = toolkit.tools.execute("EXPLODE", {"order_id": "o1"})

    assert envelope.failure is not None
    assert envelope.failure.code == "internal"
    assert "hunter2" not in str(envelope)


def test_the_data_of_a_failure_that_it_raises_shows_no_secret(toolkit: SegmentToolkit) -> None:
    def explode(request: Question) -> None:
        """Explode."""
        raise ToolkitError("The shop said no.", data={"order": request.order_id, "password": "hunter2"})

    toolkit.tools.custom_tool(explode)

    envelope = toolkit.tools.execute("EXPLODE", {"order_id": "o1"})

    assert envelope.error == "The shop said no."
    assert envelope.data == {"order": "o1", "password": "…"}


def test_an_async_function_needs_the_async_toolkit(box: Sandbox) -> None:
    async def slow(request: Question) -> dict[str, str]:
        """Be slow."""
        await asyncio.sleep(0)
        return {"order": request.order_id}

    sync = SegmentToolkit.sandbox(box)
    sync.tools.custom_tool(slow)
    awaiting = AsyncSegmentToolkit.sandbox(box)
    awaiting.tools.custom_tool(slow)

    refused = sync.tools.execute("SLOW", {"order_id": "o1"})
    done = asyncio.run(awaiting.tools.execute("SLOW", {"order_id": "o1"}))

    assert "AsyncSegmentToolkit" in str(refused.error)
    assert done.data == {"order": "o1"}


SCHEMA = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}, "lines": {"type": "integer", "minimum": 1}},
    "required": ["order_id"],
    "additionalProperties": False,
}


def test_a_json_schema_of_the_hosts_will_do_instead_of_a_model(toolkit: SegmentToolkit) -> None:
    toolkit.tools.custom_tool(lambda given: given, slug="ECHO", description="Echo.", input_schema=SCHEMA)

    listed = toolkit.tools.get("t", tools=["ECHO"])[0]["function"]["parameters"]
    right = toolkit.tools.execute("ECHO", '{"order_id": "o1", "lines": 2}')
    wrong = toolkit.tools.execute("ECHO", {"order_id": "sgp_secret" * 9, "lines": 0, "line": 1})

    assert listed["properties"]["lines"]["minimum"] == 1
    assert right.data == {"order_id": "o1", "lines": 2}
    assert "line: unknown argument; did you mean 'lines'?" in str(wrong.error)
    assert "lines: breaks minimum: expected 1" in str(wrong.error)
    assert "sgp_" not in str(wrong)


def test_a_schema_that_some_vendor_refuses_works_and_warns_where_it_was_given(toolkit: SegmentToolkit) -> None:
    schema = {**SCHEMA, "properties": {"order_id": {"type": ["string", "null"]}}}

    with pytest.warns(PortabilityWarning, match=r"ECHO .*\$\.order_id: has 2 types") as warned:
        toolkit.tools.custom_tool(lambda given: given, slug="ECHO", description="Echo.", input_schema=schema)

    assert warned[0].filename == __file__
    assert toolkit.tools.execute("ECHO", {"order_id": None}).successful


def test_composios_context_says_for_whom_the_call_runs(toolkit: SegmentToolkit) -> None:
    @toolkit.experimental.tool
    def whose(input: Question, ctx: Any) -> dict[str, Any]:
        """Whose order it is."""
        return {"order": input.order_id, "user": ctx.user_id}

    envelope = toolkit.tools.execute("WHOSE", {"order_id": "o1"}, user_id="tenant")

    assert envelope.data == {"order": "o1", "user": "tenant"}


@pytest.mark.parametrize("returned", [pytest.param({(1, 2): 3}, id="a tuple key"), pytest.param({1, 2}, id="a set")])
def test_a_result_that_json_cannot_say_is_a_failure_of_the_host(toolkit: SegmentToolkit, returned: Any) -> None:
    toolkit.tools.custom_tool(lambda given: returned, slug="ODD", description="Odd.", input_schema=SCHEMA)

    envelope = toolkit.tools.execute("ODD", {"order_id": "o1"})

    assert "JSON cannot say" in str(envelope.error)
    assert json.loads(json.dumps(envelope)) == envelope


def two_parameters(request: Question, other: Any) -> None:
    """Wants more than its arguments."""


def no_model(request: str) -> None:
    """No model."""


def no_docstring(request: Question) -> None:
    return None


class Either(BaseModel):
    value: int | str


def union(request: Either) -> None:
    """A union."""


@pytest.mark.parametrize(
    ("function", "options", "says"),
    [
        pytest.param(no_model, {}, "pydantic model", id="no model"),
        pytest.param(no_docstring, {}, "docstring", id="no docstring"),
        pytest.param(union, {}, "portable", id="a union"),
        pytest.param(two_parameters, {}, "one parameter", id="two parameters"),
        pytest.param(lookup_order, {"input_schema": {"type": "objekt"}}, "not a JSON Schema", id="no schema"),
        pytest.param(lookup_order, {"input_schema": {"type": "array"}}, "object with properties", id="no object"),
        pytest.param(lookup_order, {"slug": "not a slug"}, "slug", id="bad slug"),
        pytest.param(lookup_order, {"slug": "SEGMENT_TRACK"}, "already", id="taken"),
    ],
)
def test_what_cannot_be_a_tool_is_refused_when_it_is_added(
    toolkit: SegmentToolkit, function: Any, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidParams, match=says):
        toolkit.tools.custom_tool(function, **options)
