"""Nothing that goes into a header can end it: no value with a line break is ever taken, from whomever."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.errors import InvalidParams
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS
from tests.attacks.attack_words import BREAKS, CLIMBING
from tests.laws.good_calls import good_calls

TRACK = {"userId": "u", "event": "E"}
every_break = pytest.mark.parametrize("value", BREAKS.values(), ids=BREAKS)
with_key = pytest.mark.parametrize(
    "tool", [tool for tool in TOOLS if "writeKey" in tool.input_schema["properties"]], ids=lambda tool: tool.slug
)
EXPECTED = {"host", "authorization", "accept", "user-agent", "content-type", "content-length"}


@every_break
@with_key
def test_a_write_key_with_a_break_is_refused(tool: Any, value: str, box: Sandbox, toolkit: SegmentToolkit) -> None:
    envelope = toolkit.tools.execute(tool.slug, {**good_calls(box)[tool.slug], "writeKey": value})

    assert not envelope.successful
    assert value not in str(envelope)
    assert box.requests == []


@every_break
@pytest.mark.parametrize("name", ["public_api_token", "write_key", "region", "api_key"])
def test_a_credential_with_a_break_is_refused_or_not_used(name: str, value: str, box: Sandbox) -> None:
    if name == "api_key":  # what has not the form of a Segment secret is Composio's, and means nothing here
        toolkit = SegmentToolkit(api_key=value, region="us", environ={}, transport=box.transport())

        assert not toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful
    else:
        with pytest.raises(InvalidParams):
            SegmentToolkit(**{name: value}, environ={})  # type: ignore[arg-type]

    assert box.requests == []


def test_a_write_key_that_would_be_a_user_and_a_password_is_refused() -> None:
    with pytest.raises(InvalidParams):
        SegmentToolkit(write_key="k" * 32 + ":password", environ={})


@every_break
@pytest.mark.parametrize("name", ["SEGMENT_PUBLIC_API_TOKEN", "SEGMENT_WRITE_KEY", "SEGMENT_REGION"])
def test_a_variable_with_a_break_is_refused(name: str, value: str, box: Sandbox) -> None:
    toolkit = SegmentToolkit(environ={"SEGMENT_REGION": "us", name: value}, transport=box.transport())

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert not envelope.successful
    assert value not in str(envelope)
    assert box.requests == []


@every_break
@pytest.mark.parametrize("name", ["public_api_token", "write_key", "generic_api_key", "region"])
def test_a_calls_own_credential_with_a_break_is_refused(
    name: str, value: str, box: Sandbox, toolkit: SegmentToolkit
) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK, custom_auth_params={"region": "us", name: value})

    assert not envelope.successful
    assert value not in str(envelope)
    assert box.requests == []


@every_break
@pytest.mark.parametrize("name", ["public_api_token", "write_key", "generic_api_key", "region"])
def test_an_account_with_a_break_is_not_made(name: str, value: str, toolkit: SegmentToolkit) -> None:
    val = {"write_key": "k" * 32, **({"write_key": None} if name == "generic_api_key" else {}), name: value}

    with pytest.raises(InvalidParams):
        toolkit.connected_accounts.initiate("u1", "ac_x", config={"auth_scheme": "API_KEY", "val": val})


@pytest.mark.parametrize("word", [*BREAKS.values(), *CLIMBING.values()])
def test_whatever_the_arguments_say_the_headers_are_ours(word: str, box: Sandbox, toolkit: SegmentToolkit) -> None:
    toolkit.tools.execute("SEGMENT_TRACK", {"userId": word, "event": word, "properties": {word: word}}, user_id=word)
    toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", {"sourceId": box.sources["shop-web"], "name": word})

    for request in box.requests:
        assert set(request.headers) == EXPECTED
        assert all(value.isprintable() and value.isascii() for value in request.headers.values())
