"""Resources, prompts and completions."""

from __future__ import annotations

import json
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp.shared.exceptions import MCPError
from mcp_clients import ERAS, TRACK, connected, run

from segment_toolkit import AsyncSegmentToolkit
from segment_toolkit.mcp import Settings, create_server
from segment_toolkit.sandbox import Sandbox


def read(uri: str, era: str = "auto", **options: Any) -> Any:
    async def work() -> Any:
        async with connected(era, **options) as client:
            return (await client.read_resource(uri)).contents[0].text

    return run(work)


@pytest.mark.parametrize("era", ERAS)
def test_three_resources_are_listed_and_can_be_read(era: str) -> None:
    async def work() -> Any:
        async with connected(era) as client:
            listed = (await client.list_resources()).resources
            return {r.uri: (await client.read_resource(r.uri)).contents[0].text for r in listed}

    texts = run(work)

    assert list(texts) == ["segment://workspace", "segment://limits", "segment://calls/recent"]
    assert all(texts.values())


def test_the_workspace_summary_names_what_there_is() -> None:
    box = Sandbox()

    summary = json.loads(read("segment://workspace", box=box))

    assert summary["error"] is None
    assert summary["workspace"]["slug"] == "acme"
    assert {source["slug"]: source["id"] for source in summary["sources"]} == box.sources
    assert len(summary["destinations"]) == len(box.destination_sources)
    assert len(summary["warehouses"]) >= 1


def test_the_workspace_summary_holds_no_secret() -> None:
    box = Sandbox()

    text = read("segment://workspace", box=box)

    assert [secret for secret in (box.token, *box.write_keys.values()) if secret in text] == []


def test_without_a_token_the_summary_says_what_is_missing() -> None:
    async def work() -> Any:
        from mcp import Client

        async with AsyncSegmentToolkit(environ={}, region="us") as toolkit, Client(create_server(toolkit)) as client:
            return (await client.read_resource("segment://workspace")).contents[0].text

    assert "SEGMENT_PUBLIC_API_TOKEN" in json.loads(run(work))["error"]


def test_recent_calls_tell_how_they_ended_and_no_values() -> None:
    box = Sandbox()

    async def work() -> Any:
        async with connected("auto", box) as client:
            await client.call_tool("segment_track", {**TRACK, "properties": {"email": "ada@example.com"}})
            await client.call_tool("segment_track", {"userId": "u", box.write_key: "x"})
            return (await client.read_resource("segment://calls/recent")).contents[0].text

    text = run(work)
    failed, good = json.loads(text)["calls"]

    assert (good["tool"], good["successful"], good["code"]) == ("SEGMENT_TRACK", True, None)
    assert good["arguments"] == ["userId", "event", "properties"]
    assert (failed["successful"], failed["code"]) == (False, "validation")
    assert "ada@example.com" not in text
    assert box.write_key not in text


@pytest.mark.parametrize("era", ERAS)
def test_recent_calls_tell_of_one_that_the_client_gave_up(era: str) -> None:
    box = Sandbox()
    box.inject(kind="slow_answer", seconds=60)

    async def work() -> Any:
        async with connected(era, box) as client:
            async with anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "segment_track", TRACK)
                while box.faults:  # until it is played
                    await anyio.sleep(0.01)
                group.cancel_scope.cancel()
            found: list[Any] = []
            while not found:  # the server hears of it a moment later
                found = json.loads((await client.read_resource("segment://calls/recent")).contents[0].text)["calls"]
            return found

    [call] = run(work)

    assert (call["tool"], call["successful"], call["code"]) == ("SEGMENT_TRACK", False, "cancelled")
    assert "unknown" in call["error"]


def test_a_tool_can_be_read_by_its_name() -> None:
    tool = json.loads(read("segment://tools/track"))

    assert (tool["slug"], tool["effect"]) == ("SEGMENT_TRACK", "write")
    assert tool["example"]


def test_a_template_reads_through_its_tool() -> None:
    box = Sandbox()

    answer = json.loads(read(f"segment://sources/{box.sources['shop-web']}/schema-settings", box=box))

    assert answer


def test_a_template_whose_tool_is_left_out_is_not_there() -> None:
    box = Sandbox()
    uri = f"segment://destinations/{next(iter(box.destinations.values()))}"

    with pytest.raises(MCPError, match="no such resource"):
        read(uri, box=box, settings=Settings(toolsets=("tracking",)))

    assert box.requests == []


@pytest.mark.parametrize(("era", "code"), [("auto", -32602), ("legacy", -32002)])
def test_an_unknown_resource_has_the_code_of_its_era(era: str, code: int) -> None:
    with pytest.raises(MCPError) as raised:
        read("segment://nothing", era)

    assert raised.value.error.code == code


def test_what_segment_refuses_is_an_error_with_its_words() -> None:
    with pytest.raises(MCPError, match=r"404|not found"):
        read("segment://destinations/unknown")


def prompt(name: str, arguments: dict[str, str], settings: Settings | None = None) -> str:
    async def work() -> Any:
        async with connected("auto", settings=settings) as client:
            return (await client.get_prompt(name, arguments)).messages[0].content.text

    return str(run(work))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("instrument_feature", {"feature": "Wish lists", "sourceId": "s1"}),
        ("find_missing_events", {"event": "Order {Completed}", "destinationId": "d1", "since": "2026-01-01"}),
        ("find_missing_events", {"event": "{0}", "destinationId": "{0.__class__}", "since": "{since}"}),
    ],
)
def test_a_prompt_holds_what_was_given_and_the_listed_names(name: str, arguments: dict[str, str]) -> None:
    text = prompt(name, arguments)

    assert [value for value in arguments.values() if value not in text] == []
    assert "`segment_list_schema_settings_in_source`" in text
    assert "{}" not in text


def test_a_prompt_leaves_out_steps_whose_tools_are_not_offered() -> None:
    text = prompt("instrument_feature", {"feature": "Wish lists"}, Settings(read_only=True))

    assert "segment_track" not in text


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("instrument_features", {"feature": "x"}, "did you mean 'instrument_feature'"),
        ("find_missing_events", {"event": " "}, "needs its argument event"),
    ],
    ids=["unknown", "argument missing"],
)
def test_a_wrong_prompt_is_a_protocol_error(name: str, arguments: dict[str, str], said: str) -> None:
    with pytest.raises(MCPError, match=said):
        prompt(name, arguments)


def completed(argument: str, value: str, given: dict[str, str] | None = None, **options: Any) -> list[str]:
    async def work() -> Any:
        ref = types.PromptReference(name="find_missing_events")
        async with connected("auto", **options) as client:
            return await client.complete(ref, {"name": argument, "value": value}, context_arguments=given)

    return list(run(work).completion.values)


def test_ids_are_completed_by_their_beginning_and_by_name() -> None:
    box = Sandbox()
    web = box.sources["shop-web"]

    assert set(completed("sourceId", "", box=box)) == set(box.sources.values())
    assert completed("sourceId", web[:4], box=box) == [web]
    assert completed("sourceId", "shop-web", box=box) == [web]


def test_a_workspace_that_cannot_be_read_is_not_asked_for_every_letter() -> None:
    box = Sandbox()
    box.inject(status=403)

    async def work() -> None:
        ref = types.PromptReference(name="find_missing_events")
        async with connected("auto", box) as client:
            for typed in ("s", "sh", "sho", "shop"):
                await client.complete(ref, {"name": "sourceId", "value": typed})

    run(work)

    assert len(box.requests) == 1


def test_destinations_are_those_of_the_source_that_was_chosen() -> None:
    box = Sandbox()
    source = next(iter(box.destination_sources.values()))

    found = completed("destinationId", "", {"sourceId": source}, box=box)

    assert set(found) == {id_ for id_, fed_by in box.destination_sources.items() if fed_by == source}


def test_tool_names_are_completed_and_unknown_arguments_have_none() -> None:
    assert completed("tool", "screen") == ["segment_screen"]
    assert completed("colour", "bl") == []
