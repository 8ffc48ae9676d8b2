"""Streams as the real SDKs hand them over, in an environment that has them: collected, run, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.providers import Provider, provider_class
from segment_toolkit.sandbox import Sandbox
from tests.providers.adapters import anthropic, bedrock, gemini, mistral, openai
from tests.providers.conformance import adapters
from tests.providers.stub import Stub

pytestmark = pytest.mark.filterwarnings("ignore")

CALLS = [
    ("SEGMENT_TRACK", {"userId": "u1", "event": "E", "properties": {"nested": [1, {"a": "ü"}]}}),
    ("SEGMENT_TRACK", {"userId": "u2"}),
]
Ask = Callable[[Stub, list[Any], list[Any]], Iterator[Any]]


def openai_chat(stub: Stub, tools: list[Any], turns: list[Any]) -> Iterator[Any]:
    messages = [*openai.ASKED, *turns]
    with openai.client(stub) as client:
        yield from client.chat.completions.create(model="m", messages=messages, tools=tools, stream=True)


def openai_responses(stub: Stub, tools: list[Any], turns: list[Any]) -> Iterator[Any]:
    with openai.client(stub) as client:
        yield from client.responses.create(model="m", input=[*openai.ASKED, *turns], tools=tools, stream=True)


def anthropic_messages(stub: Stub, tools: list[Any], turns: list[Any]) -> Iterator[Any]:
    from anthropic import Anthropic

    with Anthropic(base_url=stub.url, api_key="x") as client:
        messages = [*anthropic.ASKED, *turns]
        yield from client.messages.create(messages=messages, tools=tools, stream=True, **anthropic.FIXED)


def gemini_contents(stub: Stub, tools: list[Any], turns: list[Any]) -> Iterator[Any]:
    client = gemini.client(stub)
    contents = [gemini.asked(), *turns]
    yield from client.models.generate_content_stream(model="m", contents=contents, config={"tools": tools})


def bedrock_converse(stub: Stub, tools: list[Any], turns: list[Any]) -> Iterator[Any]:
    messages = [bedrock.ASKED, *turns]
    client = bedrock.client(stub)
    yield from client.converse_stream(modelId="m", messages=messages, toolConfig={"tools": tools})["stream"]


def mistral_chat(stub: Stub, tools: list[Any], turns: list[Any]) -> Iterator[Any]:
    with mistral.client(stub) as client:
        yield from client.chat.stream(model="m", messages=[*openai.ASKED, *turns], tools=tools)


STREAMS: dict[str, Ask] = {
    "openai": openai_chat,
    "openai_responses": openai_responses,
    "anthropic": anthropic_messages,
    "gemini": gemini_contents,
    "bedrock": bedrock_converse,
    "mistral": mistral_chat,
}


@pytest.mark.parametrize("name", STREAMS)
def test_an_sdks_stream_is_collected_run_and_answered(name: str, box: Sandbox) -> None:
    next(adapter for adapter in adapters() if adapter.name == name).ready()
    made = provider_class(name)()
    assert isinstance(made, Provider)
    with Stub(CALLS) as stub, SegmentToolkit.sandbox(box, provider=made) as toolkit:
        tools = toolkit.tools.get()
        first, second = toolkit.provider.accumulator(), toolkit.provider.accumulator()

        results = toolkit.provider.tool_messages("t", first.extend(STREAMS[name](stub, tools, [])))
        turn = first.turn() if isinstance(first.turn(), list) else [first.turn()]
        second.extend(STREAMS[name](stub, tools, [*turn, *results]))

    assert [event["properties"] for event in box.events] == [CALLS[0][1]["properties"]]
    assert stub.answered is stub.bodies[1]
    assert "done" in str(second.turn())
