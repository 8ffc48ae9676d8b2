"""The tools as an MCP client sees and calls them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_clients import ERAS, TRACK, connected, run
from pydantic import BaseModel

from segment_schemas import load
from segment_toolkit import AsyncSegmentToolkit
from segment_toolkit.errors import InvalidParams, UnknownTool
from segment_toolkit.mcp import Settings, create_server
from segment_toolkit.sandbox import Sandbox

GOLDEN = {definition["slug"]: definition for definition in load()}


class Words(BaseModel):
    text: str


def listed(settings: Settings | None = None, era: str = "auto") -> list[Any]:
    async def work() -> Any:
        async with connected(era, settings=settings) as client:
            return (await client.list_tools()).tools

    return list(run(work))


def called(name: str, arguments: dict[str, Any], era: str = "auto", **options: Any) -> Any:
    async def work() -> Any:
        async with connected(era, **options) as client:
            await client.list_tools()  # so that the client checks what comes back against the output schema
            return await client.call_tool(name, arguments)

    return run(work)


@pytest.mark.parametrize("era", ERAS)
def test_every_tool_is_listed_with_title_schemas_and_all_four_hints(era: str) -> None:
    tools = listed(era=era)

    assert len(tools) == len(GOLDEN)
    for tool, golden in zip(tools, GOLDEN.values(), strict=True):
        assert tool.title == golden["title"]
        assert tool.input_schema == golden["input_schema"]
        assert set(tool.output_schema["properties"]) == {"data", "error", "successful"}
        assert tool.annotations.model_dump(by_alias=True, exclude_none=True) == golden["hints"]


def test_names_have_at_most_40_characters_and_descriptions_use_them() -> None:
    tools = {tool.name: tool for tool in listed()}

    assert max(map(len, tools)) <= 40
    assert "segment_batch" in tools["segment_track"].description
    assert "SEGMENT_" not in "".join(tool.description for tool in tools.values())


@pytest.mark.parametrize("name", ["segment_track", "SEGMENT_TRACK", "track", "segment-track"])
def test_a_tool_can_be_called_by_any_of_its_names(name: str) -> None:
    assert not called(name, TRACK).is_error


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (Settings(tools=("track", "SEGMENT_BATCH")), ["segment_batch", "segment_track"]),
        (Settings(tools=("track",), names="short"), ["track"]),
        (Settings(tools=("track",), names="full"), ["SEGMENT_TRACK"]),
        (Settings(toolsets=("usage",)), ["segment_get_daily_api_calls_usage"]),
        (
            Settings(toolsets=("sources",), read_only=True),
            ["segment_list_connected_warehouses", "segment_list_schema_settings_in_source"],
        ),
    ],
    ids=["by tool", "short names", "full names", "by toolset", "read only"],
)
def test_the_operator_decides_which_tools_are_offered(settings: Settings, expected: list[str]) -> None:
    assert [tool.name for tool in listed(settings)] == expected


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (Settings(tools=("trak",)), UnknownTool),
        (Settings(toolsets=("events",)), InvalidParams),
        (Settings(toolsets=("tracking",), read_only=True), InvalidParams),
    ],
    ids=["unknown tool", "unknown toolset", "nothing left"],
)
def test_settings_that_cannot_be_meant_are_refused(settings: Settings, error: type[Exception]) -> None:
    with pytest.raises(error):
        create_server(AsyncSegmentToolkit.sandbox(), settings)


@pytest.mark.parametrize("era", ERAS)
def test_a_good_call_answers_the_envelope_as_text_and_as_structure(era: str) -> None:
    box = Sandbox()

    result = called("segment_track", TRACK, era, box=box)

    assert result.is_error is False
    assert result.structured_content["successful"] is True
    assert json.loads(result.content[0].text) == result.structured_content
    assert [event["event"] for event in box.events] == ["Signed Up"]


@pytest.mark.parametrize("era", ERAS)
def test_a_bad_call_is_an_error_the_model_can_read(era: str) -> None:
    box = Sandbox()

    result = called("segment_track", {"userId": "u"}, era, box=box)

    assert result.is_error is True
    assert result.structured_content["successful"] is False
    assert "event: is required" in result.structured_content["error"]
    assert box.requests == []


@pytest.mark.parametrize("era", ERAS)
def test_an_unknown_tool_is_a_protocol_error_that_carries_the_envelope(era: str) -> None:
    with pytest.raises(MCPError) as raised:
        called("segment_trak", TRACK, era)

    assert raised.value.error.code == -32602
    assert "did you mean 'segment_track'" in raised.value.error.message
    assert raised.value.error.data["successful"] is False


def test_a_tool_that_was_left_out_cannot_be_called_by_any_name() -> None:
    box, settings = Sandbox(), Settings(read_only=True)

    with pytest.raises(MCPError, match="not offered"):
        called("SEGMENT_TRACK", TRACK, box=box, settings=settings)

    assert box.requests == []


@pytest.mark.parametrize("slug", GOLDEN)
def test_failures_of_every_tool_keep_to_their_output_schema(slug: str) -> None:
    """The client raises for structured content that breaks the schema, of results that are no errors."""
    from jsonschema import Draft202012Validator

    schema = {tool.title: tool.output_schema for tool in listed()}[GOLDEN[slug]["title"]]
    wrong = called(slug, {"batch": [{"type": "track"}], "nonsense": 1}).structured_content
    refused = called(slug, GOLDEN[slug]["example"]).structured_content

    assert wrong["successful"] is False
    assert list(Draft202012Validator(schema).iter_errors(wrong)) == []
    assert list(Draft202012Validator(schema).iter_errors(refused)) == []


@pytest.mark.parametrize("era", ERAS)
def test_an_answer_that_lacks_what_is_documented_reaches_the_client_with_a_warning(era: str) -> None:
    box = Sandbox()
    source = {"id": "s1", "slug": "shop", "name": "Shop"}  # without workspaceId, writeKeys, labels...
    box.inject(status=200, body=json.dumps({"data": {"source": source}}))

    answer = called("SEGMENT_UPDATE_SOURCE", {"sourceId": "s1", "name": "Shop"}, era, box=box)

    assert not answer.is_error
    assert answer.structured_content["data"]["source"]["name"] == "Shop"
    assert "differs from its documentation" in str(answer.structured_content["data"]["warnings"])


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("tool", ["segment_batch", "segment_import_historical_data"])
def test_a_long_import_reports_its_progress(tool: str, era: str) -> None:
    event = {"type": "track", "userId": "u", "event": "E", "timestamp": "2024-11-01T08:00:00Z"}
    seen: list[tuple[float, float | None]] = []

    async def note(done: float, total: float | None, _text: str | None) -> None:
        seen.append((done, total))

    async def work() -> Any:
        async with connected(era) as client:
            return await client.call_tool(tool, {"batch": [event] * 3000}, progress_callback=note)

    result = run(work)

    assert not result.is_error
    assert seen == [(2500, 3000), (3000, 3000)]


def test_a_tool_of_the_hosts_own_is_served_too() -> None:
    async def work() -> Any:
        async with AsyncSegmentToolkit.sandbox() as toolkit:

            @toolkit.tools.custom_tool
            def shout(words: Words) -> dict[str, str]:
                """Say it loudly."""
                return {"said": words.text.upper()}

            async with Client(create_server(toolkit)) as client:
                return await client.call_tool("shout", {"text": "hi"})

    assert run(work).structured_content["data"] == {"said": "HI"}
