"""Whatever a model sends, one envelope a call comes back: in order, whole, without secrets or side effects."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, get_args

import pytest

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.errors import Code
from segment_toolkit.sandbox import Sandbox, StoppedClock

from .hostile import GOOD, PLANTED, PLANTED_KEY, PLANTED_TOKEN, call, corpus, random_calls, reply, track

CODES = set(get_args(Code))
#: Refused by us: nothing may have been sent.
REFUSED = {"validation", "unknown_tool", "refused", "too_large"}
RANDOM_CALLS = 5_000
CALLS_A_REPLY = 25

Calls = list[Any]


@pytest.fixture
def box(clock: StoppedClock) -> Sandbox:
    return Sandbox(clock=clock)


@pytest.fixture
def clock() -> StoppedClock:
    from datetime import UTC, datetime

    return StoppedClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def replies() -> list[Calls]:
    """The corpus and the random calls, many to a reply, good and bad mixed. A box of the default seed knows them."""
    box = Sandbox()
    calls = [*corpus(box).values(), *random_calls(RANDOM_CALLS, 20260131, box)]
    return [calls[start : start + CALLS_A_REPLY] for start in range(0, len(calls), CALLS_A_REPLY)]


def secrets_of(box: Sandbox) -> tuple[str, ...]:
    return (box.token, *box.write_keys.values())


def is_local_refusal(envelope: Envelope) -> bool:
    failure = envelope.failure
    return failure is not None and failure.status is None and failure.code in REFUSED


def everything_said(envelope: Envelope) -> str:
    """All that a host could print, log or send on, but the id, which is the model's own."""
    return "\n".join([
        json.dumps(envelope, ensure_ascii=False), repr(envelope), repr(envelope.failure), repr(envelope.notes),
        envelope.tool,
    ])  # fmt: skip


def expected_id(item: Any) -> str | None:
    """The id as its vendor knows it: with U+FFFD for what UTF-8 cannot say."""
    found = item.get("id") if isinstance(item, dict) else None
    return re.sub("[\ud800-\udfff]", "\ufffd", found) if isinstance(found, str) else None


def check_contract(envelope: Envelope) -> None:
    assert list(envelope) == ["data", "error", "successful"]
    assert isinstance(envelope["data"], dict)
    assert envelope["successful"] is (envelope["error"] is None)
    assert (envelope.failure is None) is envelope["successful"]
    assert envelope["error"] is None or envelope["error"].strip()
    assert envelope.failure is None or envelope.failure.code in CODES
    json.dumps(envelope, allow_nan=False)


def check_silence(text: str, secrets: tuple[str, ...]) -> None:
    assert [number for number, secret in enumerate(secrets) if secret in text] == []


# The corpus


def test_every_reply_gets_one_envelope_a_call_in_order(
    box: Sandbox, toolkit: SegmentToolkit, replies: list[Calls], caplog: pytest.LogCaptureFixture
) -> None:
    for calls in replies:
        envelopes = toolkit.provider.handle_tool_calls(user_id="u1", response=reply(calls))

        assert [envelope.tool_call_id for envelope in envelopes] == [expected_id(item) for item in calls]
        for envelope in envelopes:
            check_contract(envelope)
            check_silence(everything_said(envelope), secrets_of(box))
            if is_local_refusal(envelope):
                check_silence(everything_said(envelope), PLANTED)
    check_silence(caplog.text, (*secrets_of(box), *PLANTED))


def test_every_reply_gets_one_message_a_call_in_order(
    box: Sandbox, toolkit: SegmentToolkit, replies: list[Calls]
) -> None:
    for calls in replies[:40]:
        messages = toolkit.provider.tool_messages(user_id="u1", response=reply(calls))

        assert [message["tool_call_id"] for message in messages] == [expected_id(item) or "" for item in calls]
        for message in messages:
            assert list(message) == ["role", "tool_call_id", "content"]
            assert message["role"] == "tool"
            assert list(json.loads(message["content"])) == ["data", "error", "successful"]
            json.dumps(
                message, ensure_ascii=False
            ).encode()  # no lone surrogate comes back: the next request can be sent
            check_silence(message["content"], secrets_of(box))


def test_a_refused_call_reaches_nobody(box: Sandbox, toolkit: SegmentToolkit, replies: list[Calls]) -> None:
    refused = 0
    for item in [item for calls in replies[:80] for item in calls]:
        before = len(box.requests)

        envelope = toolkit.provider.execute_tool_call(user_id="u1", tool_call=item)

        if is_local_refusal(envelope):
            refused += 1
            assert len(box.requests) == before, envelope
    assert refused > 1_000


def test_no_call_is_a_bug_of_ours(toolkit: SegmentToolkit, replies: list[Calls]) -> None:
    envelopes = [e for calls in replies for e in toolkit.provider.handle_tool_calls("u1", reply(calls))]

    assert [e.tool for e in envelopes if e.failure and e.failure.code == "internal"] == []


def test_a_refusal_is_short_and_says_what_to_do(toolkit: SegmentToolkit, replies: list[Calls]) -> None:
    for calls in replies[:80]:
        for envelope in toolkit.provider.handle_tool_calls("u1", reply(calls)):
            if is_local_refusal(envelope):
                assert envelope.failure is not None
                assert envelope.failure.hint
                assert not envelope.failure.retryable
                assert len(str(envelope.error)) <= 900
                assert str(envelope.error).isprintable(), envelope.error


UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def as_text(envelope: Envelope) -> str:
    said = json.dumps([envelope, envelope.failure, envelope.tool, envelope.tool_call_id, envelope.notes])
    return UUID.sub("<minted>", said)


def test_the_async_toolkit_gives_equal_envelopes(clock: StoppedClock, replies: list[Calls]) -> None:
    some = replies[:80]
    sync_box, async_box = Sandbox(clock=clock), Sandbox(clock=clock)
    # One call at a time: what a read counts depends on whether the events beside it have arrived.
    sync_toolkit = SegmentToolkit.sandbox(sync_box, concurrency=1)

    async def run() -> list[list[Envelope]]:
        async with AsyncSegmentToolkit.sandbox(async_box, concurrency=1) as toolkit:
            return [await toolkit.provider.handle_tool_calls(user_id="u1", response=reply(calls)) for calls in some]

    from_async = asyncio.run(run())
    from_sync = [sync_toolkit.provider.handle_tool_calls(user_id="u1", response=reply(calls)) for calls in some]

    assert [[as_text(e) for e in envelopes] for envelopes in from_async] == [
        [as_text(e) for e in envelopes] for envelopes in from_sync
    ]
    assert len(async_box.requests) == len(sync_box.requests)


def test_a_bad_neighbour_does_not_touch_a_good_call(box: Sandbox, toolkit: SegmentToolkit) -> None:
    for what, bad in corpus(Sandbox()).items():
        box.reset()
        before, after = call("SEGMENT_TRACK", GOOD, "before"), call("SEGMENT_TRACK", GOOD, "after")

        first, _, last = toolkit.provider.handle_tool_calls("u1", reply([before, bad, after]))

        assert (first.successful, last.successful) == (True, True), what
        assert (first.tool_call_id, last.tool_call_id) == ("before", "after"), what


def test_calls_that_share_an_id_all_get_their_answer(toolkit: SegmentToolkit) -> None:
    calls = [
        call("SEGMENT_TRACK", GOOD, "same"),
        call("SEGMENT_TRAK", GOOD, "same"),
        call("SEGMENT_TRACK", "{", "same"),
    ]

    envelopes = toolkit.provider.handle_tool_calls("u1", reply(calls))

    assert [(e.tool_call_id, e.successful) for e in envelopes] == [("same", True), ("same", False), ("same", False)]


# Replies that are none

NO_REPLIES: dict[str, Any] = {
    "nothing": None,
    "a number": 1,
    "an empty object": {},
    "an empty text": "",
    "prose": "I have tracked the event.",
    "cut JSON": '{"choices": [{"message"',
    "JSON that is an array": "[]",
    "JSON nested 50,000 deep": "[" * 50_000,
    "bytes that are no UTF-8": b"\xff\xfe",
    "no choices": {"choices": []},
    "choices that are an object": {"choices": {"0": {}}},
    "choices that are a number": {"choices": 3},
    "tool calls that are an object": reply({"id": "x", "function": {"name": "SEGMENT_TRACK", "arguments": GOOD}}),
    "tool calls that are text": reply("SEGMENT_TRACK"),
    "tool calls that are a number": reply(7),
    "a secret": PLANTED_TOKEN,
    "a secret in an object": {PLANTED_KEY: PLANTED_TOKEN},
}


@pytest.mark.parametrize("response", NO_REPLIES.values(), ids=NO_REPLIES)
def test_what_is_no_reply_is_one_failed_envelope(box: Sandbox, toolkit: SegmentToolkit, response: Any) -> None:
    [envelope] = toolkit.provider.handle_tool_calls(user_id="u1", response=response)

    check_contract(envelope)
    assert not envelope.successful
    check_silence(everything_said(envelope), PLANTED)
    assert box.requests == []


@pytest.mark.parametrize("response", NO_REPLIES.values(), ids=NO_REPLIES)
def test_what_is_no_reply_has_no_message_that_answers_no_call(toolkit: SegmentToolkit, response: Any) -> None:
    messages = toolkit.provider.tool_messages(user_id="u1", response=response)

    assert messages == []


@pytest.mark.parametrize("calls", [None, [], ()], ids=["null", "an empty list", "an empty tuple"])
def test_a_reply_without_tool_calls_has_no_envelopes(toolkit: SegmentToolkit, calls: Any) -> None:
    assert toolkit.provider.handle_tool_calls(user_id="u1", response=reply(calls)) == []


# Secrets inside longer names


def longer_names(secret: str) -> dict[str, dict[str, Any]]:
    return {
        "behind a prefix": track({"userId": "u", "event": "E", f"writeKey_{secret}": 1}),
        "before a suffix": track({"userId": "u", "event": "E", f"{secret}_key": 1}),
        "behind a dot": track({"userId": "u", "event": "E", f"key.{secret}": 1}),
        "behind a dash": track({"userId": "u", "event": "E", f"key-{secret}": 1}),
        "in a tool's name": call(f"SEGMENT_{secret}", GOOD),
        "in a name twice": track(f'{{"k_{secret}": 1, "k_{secret}": 2}}'),
        "in a nested name": call("SEGMENT_BATCH", {"batch": [{"type": "page", "userId": "u", f"k_{secret}": 1}]}),
        "in an integration's name": track({"userId": "u", "event": "E", "integrations": {f"k_{secret}": 1}}),
        "in a property's name": track(f'{{"userId": "u", "event": "E", "properties": {{"k_{secret}": NaN}}}}'),
    }


@pytest.mark.parametrize("where", longer_names(""))
@pytest.mark.parametrize("whose", ["ours", "planted"])
def test_a_key_inside_a_longer_name_is_not_quoted(
    box: Sandbox, toolkit: SegmentToolkit, where: str, whose: str
) -> None:
    key = box.write_key if whose == "ours" else PLANTED_KEY

    [envelope] = toolkit.provider.handle_tool_calls("u1", reply([longer_names(key)[where]]))

    assert not envelope.successful
    check_silence(everything_said(envelope), (key,))


@pytest.mark.parametrize("where", longer_names(""))
def test_a_token_inside_a_longer_name_is_not_quoted(toolkit: SegmentToolkit, where: str) -> None:
    short_token = PLANTED_TOKEN[:40]

    [envelope] = toolkit.provider.handle_tool_calls("u1", reply([longer_names(short_token)[where]]))

    assert not envelope.successful
    check_silence(everything_said(envelope), (short_token,))


@pytest.mark.parametrize("value", ["e", "writeKey", "a key", "source", "http", "[redacted]", "YOUR_WRITE_KEY"])
def test_a_placeholder_for_a_key_does_not_garble_the_answer(toolkit: SegmentToolkit, value: str) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E", "writeKey": value}, user_id="u1")

    assert not envelope.successful
    assert str(envelope.error).startswith("writeKey: is not a write key (32 letters and digits")


# Right shape, impossible meaning

IMPOSSIBLE: dict[str, tuple[str, dict[str, Any]]] = {
    "the first hour of year 1, east": (
        "SEGMENT_TRACK",
        {"userId": "u", "event": "E", "timestamp": "0001-01-01T00:00:00+01:00"},
    ),
    "the last hour of year 9999, west": (
        "SEGMENT_TRACK",
        {"userId": "u", "event": "E", "timestamp": "9999-12-31T23:59:59-01:00"},
    ),
    "the first hour of year 1 in a batch": (
        "SEGMENT_BATCH",
        {"batch": [{"type": "page", "userId": "u", "timestamp": "0001-01-01T00:00:00+01:00"}]},
    ),
    "the first hour of year 1 in an import": (
        "SEGMENT_IMPORT_HISTORICAL_DATA",
        {"timezone": "Asia/Tokyo", "batch": [{"type": "page", "userId": "u", "timestamp": "0001-01-01T00:00:00"}]},
    ),
    "an end in the last hour of year 9999": (
        "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
        {"destinationId": "d", "sourceId": "s", "endTime": "9999-12-31T23:59:59-01:00"},
    ),
    "a cursor over any URL": (
        "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
        {"sourceId": "s", "pagination": {"count": 1, "cursor": "x" * 70_000}},
    ),
    "a cursor with a lone surrogate": (
        "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
        {"sourceId": "s", "pagination": {"count": 1, "cursor": "\ud800"}},
    ),
    "a cursor of usage over any URL": (
        "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE",
        {"period": "2026-03-01", "pagination": {"count": 1, "cursor": "x" * 70_000}},
    ),
    "a cursor of usage with a lone surrogate": (
        "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE",
        {"period": "2026-03-01", "pagination": {"count": 1, "cursor": "\ud800"}},
    ),
    "an id that is a lone surrogate": ("SEGMENT_GET_DESTINATION", {"destinationId": "\ud800"}),
    "a name that is a lone surrogate": ("SEGMENT_UPDATE_SOURCE", {"sourceId": "s", "name": "\ud800"}),
}


@pytest.mark.parametrize(("slug", "arguments"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_the_impossible_is_refused_as_such_and_not_as_a_bug(
    box: Sandbox, toolkit: SegmentToolkit, slug: str, arguments: dict[str, Any]
) -> None:
    envelope = toolkit.tools.execute(slug, arguments, user_id="u1")

    check_contract(envelope)
    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert envelope.failure.problems
    assert box.requests == []


def cyclic() -> dict[str, Any]:
    properties: dict[str, Any] = {}
    properties["self"] = properties
    return {"userId": "u", "event": "E", "properties": properties}


#: What only a host's own code can pass: Python values that JSON has no word for.
NOT_JSON: dict[str, Any] = {
    "a set": {"userId": "u", "event": "E", "properties": {"a": {1, 2}}},
    "bytes": {"userId": "u", "event": b"E"},
    "an object": {"userId": "u", "event": "E", "properties": {"a": object()}},
    "a number for a key": {1: 2},
    "null for a key": {None: 1},
    "a tuple for a key": {"userId": "u", "event": "E", "properties": {("a",): 1}},
    "a circle": cyclic(),
    "a number of 5,001 digits": {"userId": "u", "event": "E", "properties": {"a": 10**5000}},
    "an iterator": {"userId": "u", "event": "E", "properties": iter([1])},
    "a class": dict,
}


@pytest.mark.parametrize("arguments", NOT_JSON.values(), ids=NOT_JSON)
def test_python_values_that_are_no_json_are_refused(box: Sandbox, toolkit: SegmentToolkit, arguments: Any) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", arguments, user_id="u1")

    check_contract(envelope)
    assert envelope.failure is not None
    assert envelope.failure.code == "validation"
    assert box.requests == []


# Logs


def test_no_log_says_a_key_even_where_httpx_logs_urls(box: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    import logging

    import httpx

    caplog.set_level(logging.DEBUG)
    with httpx.Client(transport=box.transport()) as client:
        options = {"region": "us", "public_api_token": box.token, "approve": lambda _: True, "environ": {}}
        toolkit = SegmentToolkit(http_client=client, **options)
        arguments = {"sourceId": box.sources["shop-web"], "writeKey": box.write_key}

        envelope = toolkit.tools.execute("SEGMENT_REMOVE_SOURCE_WRITE_KEY", arguments, user_id="u1")

    assert envelope.successful
    check_silence(caplog.text, (box.write_key,))
