"""What a framework knows beside the conformance suite: confirmations, caches, code that calls tools, logs."""

from __future__ import annotations

import asyncio
import logging
from importlib.util import find_spec
from typing import Any

import pytest

from segment_toolkit import Policy, SegmentToolkit
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox
from tests.providers.conformance import Call

# What a library warns of at import is not ours.
pytestmark = pytest.mark.filterwarnings("ignore")

FRAMEWORKS = ("agent_framework", "agno", "crewai", "dspy", "haystack", "smolagents")
#: What vendors and frameworks stumble over, in a schema of the host's own.
RICH = {
    "type": "object",
    "properties": {
        "place": {"$ref": "#/$defs/place"},
        "when": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}], "default": None},
        "kind": {"oneOf": [{"const": "a"}, {"const": "b"}]},
        "notes": {"type": ["object", "null"]},
    },
    "required": ["place"],
    "$defs": {"place": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}},
}
GOOD = Call("SEGMENT_TRACK", {"userId": "u_1", "event": "Signed Up"})
SECRET = "abcdefghijklmnopqrstuvwxyz012345"
WITH_SECRET = Call("SEGMENT_TRACK", {"userId": "u_1", "event": "", "writeKey": SECRET})


def tools_of(name: str, needs: str, box: Sandbox, *, policy: Policy | None = None, **options: Any) -> dict[str, Any]:
    """A framework's tools on the sandbox, by slug; skips where the framework is missing."""
    pytest.importorskip(needs)
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)(**options), policy=policy)
    return {tool.name: tool for tool in toolkit.tools.get("t")}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_missing_framework_is_one_line_that_names_the_extra(name: str, box: Sandbox) -> None:
    if find_spec(name):
        pytest.skip(f"{name} is installed")
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)())

    with pytest.raises(
        ImportError, match=rf"pip install 'segment-agent-toolkit\[{name.replace('_', '-')}\]'$"
    ) as error:
        toolkit.tools.get("t")

    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_tool_of_the_hosts_is_narrowed_to_what_the_framework_takes(name: str, box: Sandbox) -> None:
    pytest.importorskip(name)
    toolkit = SegmentToolkit.sandbox(box, provider=provider_class(name)())
    toolkit.tools.custom_tool(lambda given: {"given": given}, slug="RICH", description="Rich.", input_schema=RICH)

    [tool] = toolkit.tools.get(tools=["RICH"])

    assert tool.name == "RICH"


def delete(box: Sandbox) -> Call:
    return Call("SEGMENT_DELETE_SOURCE", {"sourceId": box.sources["shop-web"]})


# Agno


def agno_run(box: Sandbox, call: Call, **options: Any) -> Any:
    tools = tools_of("agno", "agno", box, **options)
    from tests.providers.adapters.agno import agent
    from tests.providers.stub import Stub

    with Stub([call]) as stub:
        return agent(stub, list(tools.values())).run("go")


def test_agno_pauses_before_what_cannot_be_undone_and_before_what_the_policy_names(box: Sandbox) -> None:
    rename = Call("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-web"], "name": "Renamed"})

    runs = [agno_run(box, call, policy=Policy(approve=("SEGMENT_UPDATE_SOURCE",))) for call in (delete(box), rename)]

    assert [run.is_paused for run in runs] == [True, True]
    assert [request.method for request in box.requests if request.method != "GET"] == []


def test_agno_leaves_it_to_the_toolkit_where_the_host_says_so(box: Sandbox) -> None:
    run = agno_run(box, delete(box), requires_confirmation=False)

    assert not run.is_paused
    assert "shop-web" not in box.sources  # on the sandbox all is approved


def test_agno_logs_no_arguments_of_a_failed_call(
    box: Sandbox, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        run = agno_run(box, WITH_SECRET)

    assert [tool.tool_call_error for tool in run.tools] == [True]
    assert SECRET not in caplog.text + "".join(capfd.readouterr())


# Agent Framework


def test_agent_framework_asks_for_approval_of_what_cannot_be_undone_and_of_what_the_policy_names(box: Sandbox) -> None:
    tools = tools_of("agent_framework", "agent_framework", box, policy=Policy(approve=("SEGMENT_UPDATE_SOURCE",)))

    asking = {name for name, tool in tools.items() if tool.approval_mode == "always_require"}

    assert asking == {"SEGMENT_DELETE_SOURCE", "SEGMENT_REMOVE_SOURCE_WRITE_KEY", "SEGMENT_UPDATE_SOURCE"}


def test_agent_framework_leaves_it_to_the_toolkit_where_the_host_says_so(box: Sandbox) -> None:
    tools = tools_of("agent_framework", "agent_framework", box, requires_approval=False)

    assert {tool.approval_mode for tool in tools.values()} == {"never_require"}


# Haystack


def test_haystack_puts_the_envelope_alone_into_its_error(box: Sandbox) -> None:
    tool = tools_of("haystack", "haystack", box)["SEGMENT_TRACK"]
    from haystack.tools.errors import ToolInvocationError

    with pytest.raises(ToolInvocationError) as called:
        tool.invoke(**WITH_SECRET.arguments)
    with pytest.raises(ToolInvocationError) as awaited:
        asyncio.run(tool.invoke_async(**WITH_SECRET.arguments))

    assert str(called.value) == str(awaited.value)
    assert str(called.value).startswith('{"data": ')
    assert SECRET not in str(called.value)


# CrewAI


def test_crewai_sends_an_equal_event_again(box: Sandbox) -> None:
    tools = tools_of("crewai", "crewai", box)
    from tests.providers.adapters.crewai import crew
    from tests.providers.stub import Stub

    with Stub([GOOD._replace(name="segment_track")] * 2) as stub:
        crew(stub, list(tools.values())).kickoff()

    assert len(box.events) == 2


def test_crewai_says_whether_to_try_again(box: Sandbox) -> None:
    tool = tools_of("crewai", "crewai", box)["SEGMENT_TRACK"]

    failure = tool.run(**WITH_SECRET.arguments)

    assert type(failure).__name__ == "ToolFailure"
    assert not failure.retryable
    assert SECRET not in failure.message


# smolagents


@pytest.mark.parametrize("arguments", ["'Signed Up', 'u_1'", "event='Signed Up', userId='u_1'"])
def test_smolagents_code_gets_the_envelope_as_a_dict(box: Sandbox, arguments: str) -> None:
    tools = tools_of("smolagents", "smolagents", box)
    from smolagents import ChatMessage, CodeAgent, LogLevel, Model

    code = f"final_answer(SEGMENT_TRACK({arguments})['data']['status'])"

    class Coder(Model):
        def generate(self, *_: Any, **__: Any) -> ChatMessage:
            return ChatMessage("assistant", f"<code>\n{code}\n</code>")

    agent = CodeAgent(list(tools.values()), Coder(), verbosity_level=LogLevel.OFF)

    assert agent.run("go") == "accepted"
    assert [event["event"] for event in box.events] == ["Signed Up"]


def test_smolagents_keeps_the_result_beside_a_call_with_a_wrong_type(box: Sandbox) -> None:
    pytest.importorskip("smolagents")
    from tests.providers.adapters.smolagents import ADAPTER

    toolkit = SegmentToolkit.sandbox(box, provider=provider_class("smolagents")())
    wrong = GOOD._replace(arguments={"userId": 5, "event": "E", "propertees": {}})

    good, bad = ADAPTER.call(toolkit, [GOOD, wrong])

    assert good.envelope["successful"] is True
    assert "2 problems" in bad.text


def test_smolagents_shows_the_model_the_true_types(box: Sandbox) -> None:
    tool = tools_of("smolagents", "smolagents", box)["SEGMENT_TRACK"]

    assert "def SEGMENT_TRACK(event: string, userId: string" in tool.to_code_prompt()
    assert tool.inputs["properties"]["type"] == "object"


# DSPy


def test_dspy_says_in_the_prompt_what_is_required(box: Sandbox) -> None:
    tool = tools_of("dspy", "dspy", box)["SEGMENT_TRACK"]

    assert str(tool).endswith("Required: event.")


def test_dspy_quotes_no_argument_in_an_error(box: Sandbox) -> None:
    tool = tools_of("dspy", "dspy", box)["SEGMENT_TRACK"]

    text = tool(userId="u", event="E", writeKey=[SECRET])

    assert '"successful": false' in text
    assert SECRET not in text
