"""Providers of agent frameworks: `tools.get` hands over the framework's objects, each bound to its caller."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, NamedTuple

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, before_execute
from segment_toolkit.definitions.definition import ToolDefinition
from segment_toolkit.errors import InvalidParams
from segment_toolkit.providers import AgenticProvider, Runner, provider_class, sdk
from segment_toolkit.sandbox import Sandbox

TRACK = {"userId": "u", "event": "E"}


class Made(NamedTuple):
    """A tool object of a framework that does not exist."""

    tool: ToolDefinition
    runner: Runner


class MadeUp(AgenticProvider):
    name = "made-up"

    def wrap_tool(self, tool: ToolDefinition, runner: Runner) -> Made:
        return Made(tool, runner)


def track_of(made: list[Made]) -> Made:
    return next(each for each in made if each.tool.slug == "SEGMENT_TRACK")


def test_the_tools_run_for_the_user_and_with_the_modifiers_they_were_got_for(box: Sandbox) -> None:
    seen = []

    @before_execute
    def note(tool: str, toolkit: str, params: Any) -> Any:
        seen.append((tool, params["user_id"]))
        return params

    toolkit = SegmentToolkit.sandbox(box, provider=MadeUp())
    made = track_of(toolkit.tools.get(user_id="tenant", toolkits=["SEGMENT"], modifiers=[note]))

    envelope = made.runner.run(made.tool.slug, TRACK, tool_call_id="c1")

    assert envelope.successful
    assert envelope.tool_call_id == "c1"
    assert seen == [("SEGMENT_TRACK", "tenant")]


@pytest.mark.parametrize("arguments", [pytest.param(a, id=repr(a)) for a in (None, "", "{", [], 5, {"event": 1})])
def test_a_bad_call_is_an_envelope(box: Sandbox, arguments: Any) -> None:
    made = track_of(SegmentToolkit.sandbox(box, provider=MadeUp()).tools.get())

    assert made.runner.failed(made.runner.run("SEGMENT_TRACK", arguments))
    assert made.runner.failed(made.runner.run("SEGMENT_NOPE", TRACK))


def test_a_sync_toolkits_tool_is_awaited_in_a_thread_of_its_own(box: Sandbox) -> None:
    threads = []

    @before_execute
    def note(tool: str, toolkit: str, params: Any) -> Any:
        threads.append(threading.current_thread())
        return params

    runner = SegmentToolkit.sandbox(box, provider=MadeUp()).tools.get(modifiers=[note])[0].runner

    assert asyncio.run(runner.arun("SEGMENT_TRACK", TRACK)).successful
    assert threads != [threading.main_thread()]


def test_an_async_toolkits_tool_is_awaited(box: Sandbox) -> None:
    async def track() -> bool:
        async with AsyncSegmentToolkit.sandbox(box, provider=MadeUp()) as toolkit:
            made = track_of(await toolkit.tools.get(user_id="t"))
            return (await made.runner.arun(made.tool.slug, TRACK)).successful

    assert asyncio.run(track())


def test_an_async_toolkits_tool_called_from_a_thread_runs_in_the_loop_it_came_from(box: Sandbox) -> None:
    loops = []

    @before_execute
    async def note(tool: str, toolkit: str, params: Any) -> Any:
        loops.append(asyncio.get_running_loop())
        return params

    async def track() -> Any:
        async with AsyncSegmentToolkit.sandbox(box, provider=MadeUp()) as toolkit:
            runner = track_of(await toolkit.tools.get(modifiers=[note])).runner
            envelope = await asyncio.to_thread(runner.run, "SEGMENT_TRACK", TRACK)
            return envelope, loops == [asyncio.get_running_loop()]

    envelope, same_loop = asyncio.run(track())

    assert envelope.successful
    assert same_loop


def test_an_async_toolkits_tool_runs_where_there_is_no_loop_at_all(box: Sandbox) -> None:
    toolkit = AsyncSegmentToolkit.sandbox(box, provider=MadeUp())
    runner = track_of(asyncio.run(toolkit.tools.get())).runner

    assert runner.run("SEGMENT_TRACK", TRACK).successful


def test_an_async_toolkits_tool_that_is_not_awaited_in_a_loop_says_so(box: Sandbox) -> None:
    async def wrongly() -> None:
        toolkit = AsyncSegmentToolkit.sandbox(box, provider=MadeUp())
        track_of(await toolkit.tools.get()).runner.run("SEGMENT_TRACK", TRACK)

    with pytest.raises(TypeError, match="await it, or use SegmentToolkit"):
        asyncio.run(wrongly())


@pytest.mark.parametrize("method", ["handle_tool_calls", "tool_messages", "execute_tool_call"])
def test_a_framework_calls_its_tools_by_itself(box: Sandbox, method: str) -> None:
    toolkit = SegmentToolkit.sandbox(box, provider=MadeUp())

    with pytest.raises(TypeError, match="made-up calls its tools by itself"):
        getattr(toolkit.provider, method)("u", {"choices": []})


def test_the_bound_provider_wraps_what_the_caller_has(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, provider=MadeUp())
    raw = toolkit.tools.get_raw_tools(tools=["SEGMENT_TRACK"])

    made = [toolkit.provider.wrap_tool(raw[0], user_id="t"), *toolkit.provider.wrap_tools(raw, user_id="t")]

    assert [each.tool.slug for each in made] == ["SEGMENT_TRACK"] * 2
    assert all(each.runner.run(each.tool.slug, TRACK).successful for each in made)


# Finding providers


def test_a_missing_framework_is_one_line_that_names_the_extra() -> None:
    with pytest.raises(ImportError) as missing:
        sdk("framework_that_is_not_there.tools", extra="made-up")

    assert str(missing.value) == (
        "framework_that_is_not_there.tools cannot be imported (no module named 'framework_that_is_not_there'): "
        "pip install 'segment-agent-toolkit[made-up]'"
    )
    assert missing.value.__suppress_context__


def test_a_provider_is_found_by_name_in_any_case() -> None:
    import segment_toolkit.providers as providers

    assert provider_class("openai") is providers.OpenAIProvider is providers.OpenaiProvider
    with pytest.raises(InvalidParams, match="did you mean 'openai'"):
        provider_class("opneai")
    with pytest.raises(AttributeError, match="NoProvider"):
        _ = providers.NoProvider
