"""However a secret came in, and whatever becomes of the call, it leaves by no exit."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import httpx
import pytest
from mcp import Client

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.mcp import Settings, create_server
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from segment_toolkit.tool import Api
from segment_tools import TOOLS
from tests.laws.good_calls import good_calls
from tests.secrets import canaries
from tests.secrets.canaries import CANARIES, forms, found_in
from tests.secrets.exits import ENTRANCES, Arguments, Log, answer, echoes, made, said_by, secrets_of

every_entrance = pytest.mark.parametrize("entrance", ENTRANCES)
#: A good answer has no reason to hold half a secret, and its texts are not ours to rewrite on a suspicion.
WHOLE = [form for form in forms("x") if "half" not in form and "cut" not in form]


@cache
def right_calls() -> dict[str, Arguments]:
    """A right call of every tool on a sandbox of the default seed."""
    return good_calls(Sandbox())


def test_the_search_finds_what_is_planted() -> None:
    for secret in CANARIES.values():
        for form, written in forms(secret).items():
            assert found_in(f"x {written} y", [secret]), form


# Answers that repeat what they should not


@every_entrance
@pytest.mark.parametrize("form", forms("x"))
def test_no_error_of_segments_brings_a_secret_out(entrance: str, form: str, box: Sandbox, log: Log) -> None:
    toolkit, options = made(entrance, box)
    secrets = [*secrets_of(entrance), canaries.ARGUMENT_KEY]
    said: list[str] = []

    for secret in secrets:
        for number, fault in enumerate(echoes(forms(secret)[form])):
            box.reset()
            box.inject(**fault, times=500)
            for tool in TOOLS[number::7]:
                takes_key = "writeKey" in tool.input_schema["properties"]
                if takes_key or secret != canaries.ARGUMENT_KEY:  # else nobody told this call
                    more = {"writeKey": canaries.ARGUMENT_KEY} if takes_key else {}
                    envelope = toolkit.tools.execute(tool.slug, {**right_calls()[tool.slug], **more}, **options)
                    said.append(said_by(envelope, toolkit))

    assert not any('"successful": true' in text for text in said)
    assert found_in("\n".join([*said, log.text]), secrets) == []


@every_entrance
@pytest.mark.parametrize("form", WHOLE)
def test_no_good_answer_brings_a_known_secret_out(entrance: str, form: str, box: Sandbox, log: Log) -> None:
    toolkit, options = made(entrance, box)
    secrets = secrets_of(entrance)
    said: list[str] = []

    for secret in secrets:
        body = json.dumps({"data": answer(forms(secret)[form])})
        box.reset()
        box.inject(status=200, body=body, times=500)
        for tool in (tool for tool in TOOLS if tool.api is Api.PUBLIC):
            envelope = toolkit.tools.execute(tool.slug, right_calls()[tool.slug], **options)
            assert envelope.successful, envelope
            said.append(said_by(envelope, toolkit))

    assert found_in("\n".join([*said, log.text]), secrets) == []


# Wrong calls


def misuses(secret: str) -> Iterable[tuple[str, Any]]:
    """Calls with a secret where it does not belong."""
    yield secret, {}
    yield f"SEGMENT_{secret}", {}
    for tool in TOOLS:
        names = tool.input_schema["properties"]
        yield tool.slug, secret
        yield tool.slug, f'{{"userId": "{secret}"'
        yield tool.slug, {secret: secret}
        yield tool.slug, {name: [secret] for name in names}
        yield tool.slug, {name: {secret: secret} for name in names}


@every_entrance
def test_no_wrong_call_repeats_a_secret(entrance: str, box: Sandbox, log: Log) -> None:
    toolkit, options = made(entrance, box)
    secrets = secrets_of(entrance)

    envelopes = [toolkit.tools.execute(*call, **options) for secret in secrets for call in misuses(secret)]

    said = [said_by(envelope, toolkit) for envelope in envelopes if not envelope.successful]
    assert len(said) > 100
    assert found_in("\n".join([*said, log.text]), secrets) == []


# Code that fails


def test_a_failing_part_of_the_hosts_brings_no_secret_out(box: Sandbox, log: Log) -> None:
    def fail(*_: Any) -> Any:
        held = canaries.CONSTRUCTOR_TOKEN  # a variable, as host code has them
        raise RuntimeError(f"with {held}")

    class Failing(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            raise ZeroDivisionError(f"{request.url} {request.headers!r} {canaries.CONSTRUCTOR_KEY}")

    broken, _ = made("the constructor", box, transport=Failing())
    refusing, _ = made("the constructor", box, approve=fail)
    calls = right_calls()

    said = [said_by(broken.tools.execute(tool.slug, calls[tool.slug]), broken) for tool in TOOLS]
    said.append(said_by(refusing.tools.execute("SEGMENT_DELETE_SOURCE", calls["SEGMENT_DELETE_SOURCE"]), refusing))

    assert "ZeroDivisionError" in log.text
    assert found_in("\n".join([*said, log.text])) == []


def test_a_bug_of_ours_is_logged_with_its_place_and_no_variable(
    box: Sandbox, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(*_: Any) -> Any:
        held = canaries.CONSTRUCTOR_TOKEN
        raise ZeroDivisionError(held)

    monkeypatch.setattr("segment_toolkit.transport.http.target", bug)
    toolkit, _ = made("the constructor", box)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"})

    assert envelope.failure is not None
    assert envelope.failure.code == "internal"
    assert "ZeroDivisionError" in log.text
    assert "in bug" in log.text
    assert found_in(said_by(envelope, toolkit) + log.text) == []


def test_a_custom_tool_that_answers_with_a_secret_does_not_bring_it_out(box: Sandbox) -> None:
    toolkit, _ = made("the constructor", box)
    toolkit.tools.custom_tool(
        lambda arguments: {"token": canaries.CONSTRUCTOR_TOKEN, "n": 1},
        slug="LEAK",
        description="Leak.",
        input_schema={"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    )

    envelope = toolkit.tools.execute("LEAK", {})

    assert envelope.data["n"] == 1
    assert found_in(said_by(envelope, toolkit)) == []


# Libraries that log


@pytest.mark.parametrize("connection", ["a client of the host's", "a real connection"])
def test_http_libraries_at_debug_log_no_secret(box: Sandbox, log: Log, connection: str) -> None:
    secrets = [box.token, *box.write_keys.values()]
    options: Arguments = {"public_api_token": box.token, "write_key": box.write_key, "approve": lambda _: True}
    calls = right_calls()
    with serving(box) as url, httpx.Client(transport=box.transport()) as client:
        where: Arguments = {"region": "us", "http_client": client}
        if connection == "a real connection":
            where = {"public_api_url": url, "tracking_url": url}
        with SegmentToolkit(**options, **where, environ={}) as toolkit:
            envelopes = [toolkit.tools.execute(tool.slug, calls[tool.slug]) for tool in TOOLS]

    assert sum(envelope.successful for envelope in envelopes) > 12
    assert "request" in log.text.lower()
    assert found_in(log.text, secrets) == []


# MCP


EVENT = {"userId": "u", "event": "E"}
READINGS: dict[str, Callable[[SegmentToolkit, str], Any]] = {
    "verify_write_key": lambda toolkit, _: toolkit.verify_write_key(),
    "doctor": lambda toolkit, _: toolkit.doctor(),
    "preflight": lambda toolkit, _: toolkit.preflight("SEGMENT_TRACK", EVENT),
    "verify": lambda toolkit, source: toolkit.verify("SEGMENT_UPDATE_SOURCE", {"sourceId": source, "name": "x"}),
    "probe_region": lambda toolkit, _: toolkit.probe_region(),
}


@pytest.mark.parametrize("what", READINGS)
def test_no_reading_tells_a_secret_that_a_source_is_named_after(what: str, box: Sandbox) -> None:
    secrets = (box.token, *box.write_keys.values())
    toolkit = SegmentToolkit.sandbox(box)
    for slug, source in box.sources.items():
        named = box.write_keys.get(slug, box.token)
        assert toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": source, "name": named}).successful

    answer = READINGS[what](toolkit, box.sources["shop-web"])

    said = [repr(answer), str(answer), json.dumps(answer, default=lambda it: it.as_json())]
    assert found_in("\n".join(said), secrets) == []


def test_no_answer_over_mcp_holds_a_secret(box: Sandbox) -> None:
    uris = ["segment://workspace", "segment://calls/recent", "segment://limits"]
    secrets = [box.token, *box.write_keys.values(), canaries.ARGUMENT_KEY]

    async def work() -> list[str]:
        said: list[str] = []
        async with (
            AsyncSegmentToolkit.sandbox(box) as toolkit,
            Client(create_server(toolkit, Settings(names="full"))) as client,
        ):
            for tool in TOOLS:
                good = right_calls()[tool.slug]
                for more in ({}, {canaries.ARGUMENT_KEY: 1}, {"writeKey": canaries.ARGUMENT_KEY}):
                    said.append((await client.call_tool(tool.slug, {**good, **more})).model_dump_json())
            said += [(await client.read_resource(uri)).model_dump_json() for uri in uris]
        return said

    said = asyncio.run(work())

    assert len(said) > 50
    assert found_in("\n".join(said), secrets) == []
