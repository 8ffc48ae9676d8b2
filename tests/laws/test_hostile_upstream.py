"""Whatever Segment, or something between us and it, answers: one envelope, the truth, no secret, and a way on."""

from __future__ import annotations

import gzip
import json
import logging
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple, get_args

import httpx
import pytest

from segment_toolkit import Envelope, Failure, Reliability, SegmentToolkit
from segment_toolkit.errors import Code
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.tool import Api, Effect, Tool
from segment_tools import TOOLS
from tests.clocks import FakeClock

from .good_calls import good_calls
from .hostile import PLANTED_KEY, PLANTED_TOKEN

CODES = set(get_args(Code))
BY_SLUG = {tool.slug: tool for tool in TOOLS}
BATCHES = {"SEGMENT_BATCH", "SEGMENT_IMPORT_HISTORICAL_DATA"}

every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.slug)


class Fault(NamedTuple):
    """What to inject, the code that a call must then end in, and whether Segment may have done the work."""

    code: Code
    unknown: bool
    inject: dict[str, Any]


def answer(code: Code, status: int, body: bytes | str = b"", *, unknown: bool = False, **headers: str) -> Fault:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(code, unknown, {"status": status, "body": body, "headers": sent})


def broken(error: type[Exception], *, unknown: bool, after: bool = False) -> Fault:
    return Fault("network", unknown, {"error": error, "after": after})


PAGE = "<!DOCTYPE html><html><body>Log in</body></html>"

FAULTS: dict[str, Fault] = {
    "200 and a page": answer("upstream", 200, PAGE, unknown=True, content_type="text/html"),
    "200 and a page that claims JSON": answer("upstream", 200, PAGE, unknown=True, content_type="application/json"),
    "200 and nothing": answer("upstream", 200, unknown=True),
    "200 and cut JSON": answer("upstream", 200, '{"data": {"source": {"id": "x"', unknown=True),
    "200 and null": answer("upstream", 200, "null", unknown=True),
    "200 and a list": answer("upstream", 200, "[]", unknown=True),
    "200 and an empty object": answer("upstream", 200, "{}", unknown=True),
    "200 and success as text": answer("upstream", 200, '{"success": "true"}', unknown=True),
    "200 and no success": answer("upstream", 200, '{"success": false}', unknown=True),
    "200 and data that is a list": answer("upstream", 200, '{"data": []}', unknown=True),
    "200 and JSON 5,000 deep": answer("upstream", 200, '{"data":' * 5_000 + "1" + "}" * 5_000, unknown=True),
    "200 and bytes that are no text": answer("upstream", 200, b"\xff\xfe\x00\x80", unknown=True),
    "200 and a strange type": answer("upstream", 200, "OK", unknown=True, content_type="x/y; charset=klingon"),
    "201 and nothing": answer("upstream", 201, unknown=True),
    "204": answer("upstream", 204, unknown=True),
    "301": answer("upstream", 301, unknown=True, location="https://evil.example/"),
    "307 to another host": answer("upstream", 307, unknown=True, location="https://evil.example/v1/track"),
    "400": answer("validation", 400, '{"success":false,"message":"malformed JSON","code":"invalid_request"}'),
    "400 and text": answer("validation", 400, "Bad Request"),
    "400 and a page": answer("validation", 400, PAGE),
    "400 and a message 900 deep": answer("validation", 400, '{"message":' + "[" * 900 + "]" * 900 + "}"),
    "400 and bytes that are no text": answer("validation", 400, b"\xff\xfe\x00\x80"),
    "401": answer("auth", 401, '{"errors":[{"type":"unauthorized","message":"Unauthorized"}]}'),
    "403": answer("permission", 403, '{"errors":[{"type":"forbidden"}]}'),
    "404": answer("not_found", 404, '{"errors":[{"type":"not-found","message":"Not found","field":"id"}]}'),
    "409": answer("validation", 409),
    "413": answer("too_large", 413),
    "422": answer("validation", 422, '{"errors":[{"type":"bad-request","field":"name","message":"too long"}, 7]}'),
    "429": answer("rate_limited", 429, retry_after="7"),
    "429 without a time": answer("rate_limited", 429),
    "429 with a date": answer("rate_limited", 429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"),
    "429 with nonsense": answer("rate_limited", 429, retry_after="-1e9"),
    "500": answer("upstream", 500, "<html>oops</html>", unknown=True),
    "502 and nothing": answer("upstream", 502, unknown=True),
    "503": answer("upstream", 503, '{"message": {"nested": ["x"]}}', unknown=True),
    "a timeout": broken(httpx.ReadTimeout, unknown=True),
    "a timeout after the work": broken(httpx.ReadTimeout, unknown=True, after=True),
    "a connection that breaks": broken(httpx.RemoteProtocolError, unknown=True),
    "a connection that breaks after the work": broken(httpx.RemoteProtocolError, unknown=True, after=True),
    "a write that breaks": broken(httpx.WriteError, unknown=True),
    "no connection": broken(httpx.ConnectError, unknown=False),
    "no connection in time": broken(httpx.ConnectTimeout, unknown=False),
    "a body that claims to be zipped": Fault(
        "network", True, {"status": 200, "body": b"not zipped", "headers": {"content-encoding": "gzip"}}
    ),
}
every_fault = pytest.mark.parametrize("name", FAULTS)
every_unknown = pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.unknown])

Outcome = tuple[Tool[Any], Envelope, Failure]


def run(tool: Tool[Any], fault: dict[str, Any], **options: Any) -> tuple[Envelope, Sandbox]:
    """A right call of `tool` while every host answers with `fault`, however often it is asked."""
    box = Sandbox()
    box.inject(**fault, times=20)
    reliability = Reliability(clock=FakeClock())
    envelope = SegmentToolkit.sandbox(box, reliability=reliability, **options).tools.execute(
        tool.slug, good_calls(box)[tool.slug], user_id="u1"
    )
    return envelope, box


@cache
def outcomes(name: str) -> list[Outcome]:
    """What became of a right call of every tool under that fault."""
    found = []
    for tool in TOOLS:
        envelope, box = run(tool, FAULTS[name].inject)
        assert box.requests, tool.slug
        assert envelope.failure is not None, tool.slug
        found.append((tool, envelope, envelope.failure))
    return found


def names_of(found: Iterable[Outcome]) -> list[str]:
    return [tool.slug for tool, _, _ in found]


@every_fault
def test_any_answer_ends_in_one_failed_envelope(name: str) -> None:
    for tool, envelope, _ in outcomes(name):
        assert list(envelope) == ["data", "error", "successful"], tool.slug
        assert isinstance(envelope.data, dict), tool.slug
        assert envelope.error, tool.slug
        assert envelope.successful is False, tool.slug
        json.dumps(envelope, allow_nan=False)


@every_fault
def test_the_code_says_what_kind_of_failure_it_is(name: str) -> None:
    codes = {tool.slug: failure.code for tool, _, failure in outcomes(name)}

    assert codes == dict.fromkeys(codes, FAULTS[name].code)
    assert set(codes.values()) <= CODES


@every_fault
def test_the_text_is_one_short_line_without_markup(name: str) -> None:
    for tool, envelope, _ in outcomes(name):
        assert len(str(envelope.error)) < 1_500, tool.slug
        assert str(envelope.error).isprintable(), tool.slug
        assert "<" not in str(envelope.error), tool.slug


@every_fault
def test_a_failure_says_what_to_do_next(name: str) -> None:
    assert names_of(o for o in outcomes(name) if not o[2].hint) == []


@every_fault
def test_a_read_may_be_repeated_when_nobody_said_no(name: str) -> None:
    reads = [o for o in outcomes(name) if o[0].effect is Effect.READ]
    nobody_said_no = FAULTS[name].code in ("network", "rate_limited") or FAULTS[name].inject.get("status", 0) >= 500

    if nobody_said_no:
        assert names_of(o for o in reads if not o[2].retryable) == []
    elif FAULTS[name].code != "upstream":
        assert names_of(o for o in reads if o[2].retryable) == []


@every_unknown
def test_a_write_of_unknown_outcome_is_said_to_be_unknown(name: str) -> None:
    writes = [o for o in outcomes(name) if o[0].effect is not Effect.READ]

    assert names_of(o for o in writes if "unknown" not in f"{o[1].error} {_reasons(o[1])}") == []


def _reasons(envelope: Envelope) -> set[str]:
    return {receipt["reason"] for receipt in envelope.data.get("receipts", [])}


@every_fault
def test_no_event_counts_as_accepted_without_segments_word(name: str) -> None:
    for tool, envelope, _ in outcomes(name):
        if tool.api is Api.TRACKING:
            assert envelope.data.get("status") != "accepted", tool.slug
            assert envelope.data.get("accepted", 0) == 0, tool.slug
            receipts = envelope.data.get("receipts", [])
            assert [receipt["accepted"] for receipt in receipts] == [False] * len(receipts), tool.slug
            assert bool(receipts) is (tool.slug in BATCHES), tool.slug


@every_unknown
def test_an_event_that_may_have_been_recorded_is_not_called_retryable(name: str) -> None:
    events = [o for o in outcomes(name) if o[0].api is Api.TRACKING]

    assert names_of(o for o in events if o[2].retryable) == []
    assert [_reasons(o[1]) for o in events if o[0].slug in BATCHES] == [{"outcome unknown"}] * len(BATCHES)


@pytest.mark.parametrize("name", ["a timeout after the work", "a connection that breaks after the work"])
@pytest.mark.parametrize("slug", ["SEGMENT_IDENTIFY", "SEGMENT_PAGE"])
def test_an_event_repeated_with_its_id_is_recorded_once(slug: str, name: str) -> None:
    box = Sandbox()
    box.inject(**FAULTS[name].inject)
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability.none())
    arguments = {"userId": "u", "messageId": "m-1"}

    first = toolkit.tools.execute(slug, arguments, user_id="u1")
    second = toolkit.tools.execute(slug, arguments, user_id="u1")

    assert first.failure is not None
    assert first.failure.retryable
    assert second.successful
    assert len(box.events) == 1


@pytest.mark.parametrize("slug", sorted(BATCHES))
@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.unknown])
def test_a_batch_repeated_from_its_receipts_is_recorded_once(slug: str, name: str) -> None:
    box = Sandbox()
    box.inject(**{**FAULTS[name].inject, "after": True})
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability.none())
    batch = [{"type": "page", "userId": f"u{i}", "timestamp": "2026-01-31T09:30:00Z"} for i in range(3)]

    first = toolkit.tools.execute(slug, {"batch": batch}, user_id="u1")
    left = [{**batch[r["index"]], "messageId": r["messageId"]} for r in first.data["receipts"] if not r["accepted"]]
    second = toolkit.tools.execute(slug, {"batch": left}, user_id="u1")

    assert len(left) == 3
    assert second.successful
    assert sorted(event["userId"] for event in box.events) == ["u0", "u1", "u2"]


@pytest.mark.parametrize("name", FAULTS)
def test_when_the_second_of_two_requests_fails_the_first_is_still_told(name: str) -> None:
    box = Sandbox()
    box.inject(status=200, body='{"success": true}', after=True)
    box.inject(**FAULTS[name].inject)
    events = [{"type": "page", "userId": f"u{index}"} for index in range(2_501)]
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability.none())

    envelope = toolkit.tools.execute("SEGMENT_BATCH", {"batch": events}, user_id="u1")

    assert not envelope.successful
    accepted = [receipt["accepted"] for receipt in envelope.data["receipts"]]
    assert accepted == [True] * 2_500 + [False]
    assert envelope.failure is not None
    assert not envelope.failure.retryable  # the same call again would record 2,500 events twice


RETRY_AFTER = {"429": 7.0, "429 without a time": None, "429 with a date": None, "429 with nonsense": None}


@pytest.mark.parametrize("name", RETRY_AFTER)
def test_a_rate_limit_says_when_to_come_back_if_segment_did(name: str) -> None:
    for tool, envelope, failure in outcomes(name):
        assert failure.retryable, tool.slug
        assert failure.retry_after_seconds == RETRY_AFTER[name], tool.slug
        assert "Wait" in str(envelope.error), tool.slug


@every_tool
def test_a_redirect_is_not_followed(tool: Tool[Any]) -> None:
    _, box = run(tool, FAULTS["307 to another host"].inject)

    assert not any("evil.example" in request.host for request in box.requests)


@every_tool
def test_deep_json_in_the_documented_form_is_no_bug_of_ours(tool: Tool[Any]) -> None:
    deep = '{"data":' + '{"a":' * 500 + "1" + "}" * 501

    envelope, _ = run(tool, {"status": 200, "body": deep})

    assert envelope.failure is None or envelope.failure.code != "internal"


@pytest.mark.parametrize("slug", ["SEGMENT_DELETE_SOURCE", "SEGMENT_REMOVE_SOURCE_WRITE_KEY"])
@pytest.mark.parametrize("data", [{}, {"status": "FAILED"}, {"status": None}], ids=["nothing", "FAILED", "null"])
def test_nothing_is_called_destroyed_without_segments_word(slug: str, data: dict[str, Any]) -> None:
    envelope, _ = run(BY_SLUG[slug], {"status": 200, "body": json.dumps({"data": data})})

    assert not envelope.successful


@pytest.mark.parametrize("tool", [tool for tool in TOOLS if tool.api is Api.PUBLIC], ids=lambda tool: tool.slug)
def test_an_answer_without_its_content_is_no_success(tool: Tool[Any]) -> None:
    envelope, _ = run(tool, {"status": 200, "body": '{"data": {}}'})

    assert not envelope.successful


def test_a_404_is_not_forgotten_when_the_next_host_is_down() -> None:
    box = Sandbox()
    box.inject(status=404, body='{"errors":[{"type":"not-found","message":"Resource not found"}]}')
    box.inject(error=httpx.ConnectError)
    toolkit = SegmentToolkit.sandbox(box, reliability=Reliability.none())

    envelope = toolkit.tools.execute("SEGMENT_GET_DESTINATION", {"destinationId": "d"})

    assert "404" in json.dumps(envelope)


# Secrets that come back


def echoes(*secrets: str) -> dict[str, bytes]:
    """Bodies that repeat secrets, as Segment's own messages or a proxy's page may."""
    said = " and ".join(secrets)
    encoded = " ".join(b64encode(f"{secret}:".encode()).decode() for secret in secrets)
    return {
        "Tracking API": json.dumps({"success": False, "message": f"bad key {said}"}).encode(),
        "Public API": json.dumps({"errors": [{"type": "x", "message": f"bad {said}", "field": secrets[0]}]}).encode(),
        "text": f"Not allowed: {said}".encode(),
        "a header": f"Authorization: Basic {encoded}, Bearer {said}".encode(),
        "a page": f"<html>{said}</html>".encode(),
        "an object": json.dumps({"message": {"writeKey": said}, "error": said}).encode(),
        "a path": json.dumps({"message": f"no route /sources/x/writekey/{secrets[0]}"}).encode(),
    }


@pytest.mark.parametrize("form", echoes("x"))
@pytest.mark.parametrize("status", [200, 400, 401, 404, 422, 500])
def test_secrets_that_an_answer_repeats_are_cut_out(status: int, form: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    box = Sandbox()
    secrets = (box.write_key, box.token, PLANTED_KEY, PLANTED_TOKEN)
    encoded = tuple(b64encode(f"{secret}:".encode()).decode() for secret in (box.write_key, box.token))

    for tool in TOOLS:
        envelope, _ = run(tool, {"status": status, "body": echoes(*secrets)[form]})

        said = json.dumps(envelope) + repr(envelope) + repr(envelope.failure) + caplog.text
        assert [n for n, secret in enumerate((*secrets, *encoded)) if secret in said] == [], tool.slug


@pytest.mark.parametrize("spaces", [940, 950, 960, 970, 980])
def test_a_secret_that_a_limit_cuts_in_two_is_cut_out_too(spaces: int) -> None:
    box = Sandbox()
    body = b"x" + b" " * spaces + box.write_key.encode()

    envelope, _ = run(BY_SLUG["SEGMENT_TRACK"], {"status": 400, "body": body})

    assert box.write_key[:12] not in str(envelope.error)


@pytest.mark.parametrize("before", [230, 250, 270, 280, 290])
def test_a_key_of_another_form_that_a_limit_cuts_in_two_is_cut_out_too(before: int) -> None:
    key = "my-collectors-key-0123456789-abcdefghij"
    body = json.dumps({"message": "x" * before + " " + key})

    envelope, _ = run(BY_SLUG["SEGMENT_TRACK"], {"status": 400, "body": body}, write_key=key)

    assert key[:12] not in str(envelope.error)


def test_a_zipped_answer_is_read() -> None:
    body = gzip.compress(b'{"success":true}')

    envelope, _ = run(BY_SLUG["SEGMENT_TRACK"], {"status": 200, "body": body, "headers": {"content-encoding": "gzip"}})

    assert envelope.successful
