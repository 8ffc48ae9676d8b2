"""What a framework knows beside the conformance suite: its own types, its flags, its agents' memory."""

from __future__ import annotations

import asyncio
import json
from importlib.util import find_spec
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, Policy, SegmentToolkit
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox
from tests.laws.schemas import nodes
from tests.providers.conformance import Call

# What a library warns of at import is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

GOOD = {"userId": "u_1", "event": "Signed Up"}
#: Provider -> the module that it needs.
NEEDS = {
    "langchain": "langchain_core",
    "openai_agents": "agents",
    "pydantic_ai": "pydantic_ai",
    "google_adk": "google.adk",
    "llamaindex": "llama_index.core",
    "autogen": "autogen_core",
    "claude_agent": "claude_agent_sdk",
}


def tools_of(name: str, box: Sandbox, *, policy: Policy | None = None, **options: Any) -> dict[str, Any]:
    """A framework's tools on the sandbox, by name; skips where the framework is missing."""
    pytest.importorskip(NEEDS[name])
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)(**options), policy=policy)
    return {getattr(tool, "name", None) or tool.metadata.name: tool for tool in toolkit.tools.get("t")}


def there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.parametrize("name", NEEDS)
def test_a_missing_framework_is_one_line_that_names_the_extra(name: str, box: Sandbox) -> None:
    if there(NEEDS[name]):
        pytest.skip(f"{NEEDS[name]} is installed")
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)())

    with pytest.raises(ImportError, match=rf"pip install 'segment-agent-toolkit\[{name.replace('_', '-')}\]'$"):
        toolkit.tools.get("t")


# LangChain


def test_langchains_message_holds_the_envelope_twice_as_text_and_as_artifact(box: Sandbox) -> None:
    tool = tools_of("langchain", box)["SEGMENT_TRACK"]

    message = tool.invoke({"type": "tool_call", "id": "c1", "name": tool.name, "args": GOOD})

    assert (message.status, message.tool_call_id) == ("success", "c1")
    assert type(message.artifact) is dict
    assert json.loads(message.content) == message.artifact


def test_langchains_message_of_a_failed_call_says_so(box: Sandbox) -> None:
    tool = tools_of("langchain", box)["SEGMENT_TRACK"]

    message = tool.invoke({"type": "tool_call", "id": "c1", "name": tool.name, "args": {"event": 1}})

    assert message.status == "error"
    assert json.loads(message.content)["successful"] is False


def test_langchains_metadata_tells_the_host_what_is_destructive_and_what_needs_approval(box: Sandbox) -> None:
    tools = tools_of("langchain", box, policy=Policy(approve=("SEGMENT_UPDATE_SOURCE",)))

    destructive = {name for name, tool in tools.items() if tool.metadata["effect"] == "destructive"}
    guarded = {name for name, tool in tools.items() if tool.metadata["needs_approval"]}

    assert destructive == {"SEGMENT_DELETE_SOURCE", "SEGMENT_REMOVE_SOURCE_WRITE_KEY"}
    assert guarded == {*destructive, "SEGMENT_UPDATE_SOURCE"}


def test_langchains_graph_can_keep_the_conversation_in_a_checkpoint(box: Sandbox) -> None:
    tools = tools_of("langchain", box)
    pytest.importorskip("langgraph")
    from langchain.agents import create_agent
    from langgraph.checkpoint.memory import InMemorySaver

    from tests.providers.scripted.langchain import scripted

    agent = create_agent(scripted([Call("SEGMENT_TRACK", GOOD)]), list(tools.values()), checkpointer=InMemorySaver())
    config = {"configurable": {"thread_id": "1"}}
    agent.invoke({"messages": [("user", "go")]}, config)

    [told] = [m for m in agent.get_state(config).values["messages"] if m.type == "tool"]

    assert told.artifact["successful"] is True


# OpenAI Agents


@pytest.mark.parametrize("arguments", ["", "{", "[]", "null", '{"event": 1}'])
def test_openai_agents_tool_answers_malformed_arguments_with_an_envelope(box: Sandbox, arguments: str) -> None:
    tool = tools_of("openai_agents", box)["SEGMENT_TRACK"]
    from agents.tool_context import ToolContext

    context = ToolContext(context=None, tool_name=tool.name, tool_call_id="c1", tool_arguments=arguments)
    answer = asyncio.run(tool.on_invoke_tool(context, arguments))

    assert json.loads(answer)["successful"] is False


# Pydantic AI


def test_pydantic_ai_leaves_free_form_objects_open_for_openai(box: Sandbox) -> None:
    tools = tools_of("pydantic_ai", box)
    from pydantic_ai.profiles.openai import OpenAIJsonSchemaTransformer

    for tool in tools.values():
        sent = OpenAIJsonSchemaTransformer(tool.tool_def.parameters_json_schema, strict=None).walk()

        objects = [node for _, node in nodes(sent) if node["type"] == "object"]
        assert all(node["additionalProperties"] is (not node["properties"]) for node in objects), tool.name


@pytest.mark.parametrize("arguments", ["{", "[]", "5", "null"])
def test_pydantic_ai_goes_on_after_malformed_arguments(box: Sandbox, arguments: str) -> None:
    tools = tools_of("pydantic_ai", box)
    from pydantic_ai import Agent
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.models.function import FunctionModel

    def script(messages: Any, _: Any) -> ModelResponse:
        first = len(messages) == 1
        return ModelResponse([ToolCallPart("SEGMENT_TRACK", arguments, "c1") if first else TextPart("done")])

    result = asyncio.run(Agent(FunctionModel(script), tools=list(tools.values())).run("go"))

    assert result.output == "done"
    assert box.events == []


# LlamaIndex


def test_llamaindexs_output_holds_text_envelope_and_flag_sync_and_async(box: Sandbox) -> None:
    tool = tools_of("llamaindex", box)["SEGMENT_TRACK"]

    good, bad = tool(**GOOD), asyncio.run(tool.acall(event=1))

    assert (good.is_error, bad.is_error) == (False, True)
    assert json.loads(good.content) == good.raw_output
    assert json.loads(bad.content)["successful"] is False
    assert json.loads(tool.metadata.fn_schema_str) == tool.metadata.get_parameters_dict()


# AutoGen


def test_autogens_workbench_flags_a_failure_and_passes_its_envelope_on(box: Sandbox) -> None:
    tools = tools_of("autogen", box)
    from autogen_core.tools import StaticWorkbench

    result = asyncio.run(StaticWorkbench(list(tools.values())).call_tool("SEGMENT_TRACK", {"event": 1}))

    assert result.is_error
    assert json.loads(result.result[0].content)["successful"] is False


def test_autogens_tool_says_that_it_is_not_strict(box: Sandbox) -> None:
    schema = tools_of("autogen", box)["SEGMENT_TRACK"].schema

    assert schema["strict"] is False
    assert schema.keys() == {"name", "description", "parameters", "strict"}


# Claude Agent SDK


def test_claude_agent_knows_every_tool_by_a_name_within_its_limit(box: Sandbox) -> None:
    tools = list(tools_of("claude_agent", box).values())

    names = provider_class("claude_agent").allowed_tools(tools)  # type: ignore[union-attr]

    assert max(map(len, names)) <= 64
    assert "mcp__segment__SEGMENT_TRACK" in names


def test_claude_agent_is_told_what_a_tool_does(box: Sandbox) -> None:
    tools = tools_of("claude_agent", box)

    hints = tools["SEGMENT_DELETE_SOURCE"].annotations.model_dump(by_alias=True, exclude_none=True)

    assert hints["destructiveHint"] is True
    assert hints["readOnlyHint"] is False


# All of them


@pytest.mark.parametrize("name", NEEDS)
def test_two_lists_do_not_share_a_schema(name: str, box: Sandbox) -> None:
    pytest.importorskip(NEEDS[name])
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)())
    first, second = (schema_of(toolkit.tools.get("t")[0]) for _ in range(2))

    first["properties"].clear()

    assert second["properties"]


@pytest.mark.parametrize("name", NEEDS)
def test_an_async_toolkit_lists_the_same_tools(name: str, box: Sandbox) -> None:
    pytest.importorskip(NEEDS[name])

    async def listed() -> int:
        async with AsyncSegmentToolkit.sandbox(box, provider=provider_class(name)()) as toolkit:
            return len(await toolkit.tools.get("t"))

    assert asyncio.run(listed()) == len(tools_of(name, box))


def schema_of(tool: Any) -> Any:
    """The schema that a framework's tool object holds."""
    for read in (
        lambda: tool.args_schema,
        lambda: tool.params_json_schema,
        lambda: tool.function_schema.json_schema,
        lambda: tool._get_declaration().parameters_json_schema,
        lambda: tool.metadata.get_parameters_dict(),
        lambda: tool.schema["parameters"],
        lambda: tool.input_schema,
    ):
        try:
            return read()
        except AttributeError:
            continue
    raise AssertionError(f"no schema in {type(tool).__name__}")
