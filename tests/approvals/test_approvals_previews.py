"""`preview=True`: every write shows the exact request, redacted, and the sandbox receives no write."""

from __future__ import annotations

import json
from typing import Any

import pytest

from segment_toolkit import Policy, SegmentToolkit, run_agent
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS
from tests.approvals.approval_samples import DELETE, IN_USE, REMOVE_KEY, Execute, both_colours, code, writes
from tests.laws.good_calls import good_calls

WRITES = [tool.slug for tool in TOOLS if tool.effect.value != "read"]
READS = [tool.slug for tool in TOOLS if tool.effect.value == "read"]


@both_colours
@pytest.mark.parametrize("slug", WRITES)
def test_a_previewed_write_shows_its_requests_and_sends_none(box: Sandbox, execute: Execute, slug: str) -> None:
    envelope = execute(box, slug, good_calls(box)[slug], {}, preview=True)

    assert envelope.successful
    assert envelope.data["preview"] is True
    assert "Nothing was sent" in envelope.data["note"]
    for request in envelope.data["requests"]:
        assert request["method"] in ("POST", "PATCH", "DELETE")
        assert request["url"].endswith(request["path"])
    assert writes(box) == []
    assert box.events == []


@pytest.mark.parametrize("slug", WRITES)
def test_what_is_shown_is_what_is_sent(box: Sandbox, slug: str) -> None:
    toolkit, arguments = SegmentToolkit.sandbox(box), good_calls(box)[slug]
    secret = arguments.get("writeKey", "no key")

    shown = toolkit.tools.execute(slug, arguments, preview=True).data["requests"]
    toolkit.tools.execute(slug, arguments)

    sent = [request for request in box.requests if request.method != "GET"]
    assert [request.method for request in sent] == [request["method"] for request in shown]
    for request, told in zip(sent, shown, strict=True):
        assert told["url"].endswith(request.path.replace(secret, "[redacted]"))
        if request.body:
            assert stable(json.loads(request.body)) == stable(told["body"])


def stable(value: Any) -> Any:
    """Without the ids that the toolkit makes anew each time."""
    if isinstance(value, dict):
        return {name: stable(member) for name, member in value.items() if name != "messageId"}
    return [stable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("slug", WRITES)
def test_a_toolkit_in_preview_mode_sends_no_write_and_no_call_can_leave_it(box: Sandbox, slug: str) -> None:
    toolkit = SegmentToolkit.sandbox(box, preview=True)

    envelope = toolkit.tools.execute(slug, good_calls(box)[slug], preview=False)

    assert envelope.data["preview"] is True
    assert writes(box) == []


@pytest.mark.parametrize("slug", READS)
def test_a_read_is_run_in_preview_mode_too(box: Sandbox, slug: str) -> None:
    envelope = SegmentToolkit.sandbox(box, preview=True).tools.execute(slug, good_calls(box)[slug])

    assert envelope.successful
    assert "preview" not in envelope.data


def test_a_preview_shows_no_secret(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, preview=True)
    arguments = {"sourceId": box.sources[IN_USE], "writeKey": box.write_key}
    settings = {"sourceId": box.sources[IN_USE], "settings": {"apiKey": "s3cr3t-s3cr3t-s3cr3t"}}

    texts = [
        json.dumps(toolkit.tools.execute(REMOVE_KEY, arguments)),
        json.dumps(toolkit.tools.execute("SEGMENT_UPDATE_SOURCE", settings)),
        json.dumps(toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E", "writeKey": box.write_key})),
    ]

    for secret in (box.token, *box.write_keys.values(), "s3cr3t-s3cr3t-s3cr3t"):
        assert not [text for text in texts if secret in text]


def test_a_preview_of_a_deletion_needs_no_approval_and_says_that_the_call_would(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, approve=None)

    envelope = toolkit.tools.execute(DELETE, {"sourceId": box.sources[IN_USE]}, preview=True)

    assert envelope.successful
    assert envelope.data["affects"]["source"]["slug"] == IN_USE
    assert "override_needed" in envelope.data
    assert envelope.approval is None
    assert toolkit.approvals.pending() == []


def test_a_batch_in_several_bodies_shows_all_of_them(box: Sandbox) -> None:
    events = [{"type": "track", "userId": f"u{n}", "event": "E", "properties": {"text": "x" * 900}} for n in range(800)]

    requests = (
        SegmentToolkit.sandbox(box).tools.execute("SEGMENT_BATCH", {"batch": events}, preview=True).data["requests"]
    )

    assert [len(request["body"]["batch"]) for request in requests] == [4, 4]
    assert sum(int(request["body"]["batch"][3].split()[2]) + 3 for request in requests) == 800
    assert sum(request["bytes"] for request in requests) > 700_000
    assert box.requests == []


def test_what_the_call_itself_would_refuse_is_refused_in_a_preview(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, preview=True)

    unnamed = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u"})
    too_large = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E", "properties": {"p": "x" * 40_000}})

    assert (code(unnamed), code(too_large)) == ("validation", "too_large")


def test_without_credentials_the_preview_says_why_it_could_not_be_sent() -> None:
    toolkit = SegmentToolkit(environ={}, preview=True)

    [request] = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"}).data["requests"]

    assert (request["method"], request["path"]) == ("POST", "/track")
    assert "region" in request["cannot_be_sent"]


def test_a_tool_of_the_hosts_own_is_not_called(box: Sandbox) -> None:
    ran = []
    toolkit = SegmentToolkit.sandbox(box, preview=True)
    toolkit.tools.custom_tool(
        lambda given: ran.append(given), slug="OWN", description="Own.",
        input_schema={"type": "object", "properties": {"a": {"type": "string"}}},
    )  # fmt: skip

    envelope = toolkit.tools.execute("OWN", {"a": "b"})

    assert envelope.data["preview"] is True
    assert ran == []


def test_what_a_policy_denies_is_denied_in_a_preview(box: Sandbox) -> None:
    toolkit = SegmentToolkit.sandbox(box, preview=True, policy=Policy(deny_events=("Secret*",)))

    assert code(toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "Secret Thing"})) == "refused"


def test_a_whole_agent_can_be_run_in_preview_mode(box: Sandbox) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "SEGMENT_TRACK", "arguments": ""}}
    call["function"]["arguments"] = json.dumps({"userId": "u", "event": "E"})  # type: ignore[index]
    replies = iter([{"role": "assistant", "tool_calls": [call]}, {"role": "assistant", "content": "done"}])

    run = run_agent(
        lambda **_: {"choices": [{"message": next(replies)}]},
        "model",
        [{"role": "user", "content": "go"}],
        SegmentToolkit.sandbox(box, preview=True),
    )

    assert run.calls[0].envelope.data["preview"] is True
    assert box.requests == []
