"""Our tools in the hands of Composio's provider classes: by what those read, and with the real ones where they are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit, composio_tools
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS
from tests.providers.stub_replies import anthropic, chat

TRACK = {"userId": "u", "event": "E", "properties": {"a": {"b": [1]}}}


def test_a_tool_has_what_composios_classes_read(toolkit: SegmentToolkit) -> None:
    tools = composio_tools(toolkit, user_id="t", toolkits=["SEGMENT"])

    assert [tool.slug for tool in tools] == [tool.slug for tool in TOOLS]
    for tool in tools:
        assert tool.name
        assert tool.description
        assert tool.input_parameters["type"] == "object"
        assert tool.output_parameters["type"] == "object"
        assert tool.toolkit.slug == "segment"
        assert tool.version
        assert isinstance(tool.tags, list)


def test_execute_is_called_as_composio_calls_it_and_answers_for_everything(
    toolkit: SegmentToolkit, box: Sandbox
) -> None:
    execute = composio_tools(toolkit, user_id="t").execute

    good = [
        execute("SEGMENT_TRACK", TRACK),
        execute(slug="SEGMENT_TRACK", arguments=TRACK, modifiers=None, user_id="u1"),
    ]
    bad = [execute("SEGMENT_TRAK", {}), execute("SEGMENT_TRACK", None), execute("SEGMENT_TRACK", {"event": 5})]

    assert [envelope.successful for envelope in good] == [True, True]
    assert [event["properties"] for event in box.events] == [TRACK["properties"]] * 2
    assert [set(envelope) for envelope in bad] == [{"data", "error", "successful"}] * 3
    assert not any(envelope.successful for envelope in bad)


def test_without_a_toolkit_the_environments_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGMENT_WRITE_KEY", raising=False)

    envelope = composio_tools(tools=["SEGMENT_TRACK"]).execute("SEGMENT_TRACK", TRACK)

    assert envelope.failure is not None


# The real classes, in an environment that has them


@pytest.mark.filterwarnings("ignore")
def test_composios_openai_class_takes_them(toolkit: SegmentToolkit, box: Sandbox) -> None:
    providers = pytest.importorskip("composio.core.provider._openai", reason="no composio")
    from openai.types.chat import ChatCompletion

    tools = composio_tools(toolkit)
    provider = providers.OpenAIProvider()
    provider.set_execute_tool_fn(tools.execute)
    reply = ChatCompletion.model_validate(chat([("SEGMENT_TRACK", TRACK), ("SEGMENT_TRACK", {"userId": "u"})]))

    wrapped = provider.wrap_tools(tools)
    results = provider.handle_tool_calls(user_id="t", response=reply)

    assert [tool["function"]["parameters"] for tool in wrapped] == [tool.input_parameters for tool in tools]
    assert [result["successful"] for result in results] == [True, False]
    assert [event["properties"] for event in box.events] == [TRACK["properties"]]


@pytest.mark.filterwarnings("ignore")
def test_composios_anthropic_class_takes_them(toolkit: SegmentToolkit) -> None:
    provider = pytest.importorskip("composio_anthropic", reason="no composio-anthropic").AnthropicProvider()
    from anthropic.types import Message

    tools = composio_tools(toolkit)
    provider.set_execute_tool_fn(tools.execute)

    wrapped = provider.wrap_tools(tools)
    [result] = provider.handle_tool_calls("t", response=Message.model_validate(anthropic([("SEGMENT_TRACK", TRACK)])))

    assert len(wrapped) == len(TOOLS)
    assert result["successful"]


@pytest.mark.filterwarnings("ignore")
def test_composios_langchain_class_takes_them(toolkit: SegmentToolkit, box: Sandbox) -> None:
    provider = pytest.importorskip("composio_langchain", reason="no composio-langchain").LangchainProvider()
    tools = composio_tools(toolkit)

    wrapped: dict[str, Any] = {tool.name: tool for tool in provider.wrap_tools(tools, execute_tool=tools.execute)}
    result = wrapped["SEGMENT_TRACK"].invoke(TRACK)

    assert json.loads(json.dumps(result))["successful"]
    assert [event["properties"] for event in box.events] == [TRACK["properties"]]
