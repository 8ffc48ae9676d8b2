"""`playground --demo`: every tool and two refusals, with what was sent and what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from cli_runner import Cli, Ended

from segment_toolkit.cli import demo as demo_module
from segment_toolkit.cli.samples import sample
from segment_toolkit.registry import Registry
from segment_toolkit.sandbox import Sandbox
from segment_tools import TOOLS

SECRETS = (Sandbox().token, *Sandbox().write_keys.values())


@pytest.fixture
def ended(cli: Cli) -> Ended:
    return cli("playground", "--demo", "--json")


def test_every_tool_succeeds_and_what_destroys_comes_last(ended: Ended) -> None:
    samples = ended.lines[: len(TOOLS)]

    assert ended.code == 0
    assert sorted(call["tool"] for call in samples) == Registry().slugs()
    assert [call["tool"] for call in samples[-2:]] == ["SEGMENT_REMOVE_SOURCE_WRITE_KEY", "SEGMENT_DELETE_SOURCE"]
    assert all(call["envelope"]["successful"] and call["requests"] for call in samples)


def test_the_refusals_are_refused_before_anything_leaves(ended: Ended) -> None:
    refusals = ended.lines[len(TOOLS) :]

    assert [call["tool"] for call in refusals] == ["SEGMENT_TRACK", "SEGMENT_TRAK"]
    assert all(not call["envelope"]["successful"] and call["requests"] == [] for call in refusals)


def test_a_line_holds_the_call_its_requests_and_its_envelope(ended: Ended) -> None:
    track = next(call for call in ended.lines if call["tool"] == "SEGMENT_TRACK")

    assert set(track) == {"tool", "arguments", "requests", "envelope"}
    assert set(track["envelope"]) == {"data", "error", "successful"}
    [request] = track["requests"]
    message_id = track["envelope"]["data"]["messageId"]
    assert request == {
        "method": "POST",
        "host": "api.segment.io",
        "path": "/v1/track",
        "status": 200,
        "body": {"type": "track", "messageId": message_id, **track["arguments"]},
    }


def test_a_query_is_part_of_the_path(ended: Ended) -> None:
    usage = next(call for call in ended.lines if call["tool"] == "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE")

    assert usage["requests"][0]["path"].endswith("&pagination.count=10")


@pytest.mark.parametrize("words", [("--json",), ()], ids=["json", "text"])
def test_no_secret_is_printed(cli: Cli, words: tuple[str, ...]) -> None:
    ended = cli("playground", "--demo", *words)

    assert not [secret for secret in SECRETS if secret in ended.out + ended.err]
    assert "/writekey/[redacted]" in ended.out


def test_the_text_says_what_left_and_what_was_stored(cli: Cli) -> None:
    ended = cli("playground", "--demo")

    assert ended.code == 0
    assert "POST api.segment.io/v1/track -> 200" in ended.out
    assert 'Stored   track "Order Completed" of user-42' in ended.out
    assert ended.out.count("no request left the process") == 2
    assert ended.out.endswith("All went as it should.\n")


def _wrong_sample(slug: str, box: Sandbox) -> Mapping[str, Any]:
    return {} if slug == "SEGMENT_PAGE" else sample(slug, box)


def test_a_sample_that_fails_fails_the_demo(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_module, "sample", _wrong_sample)

    ended = cli("playground", "--demo")

    assert ended.code == 1
    assert ended.out.endswith("Not as it should be: SEGMENT_PAGE\n")


def test_a_refusal_that_goes_through_fails_the_demo(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = demo_module.Call("SEGMENT_PAGE", {"userId": "u"}, "not refused", refused=True)
    monkeypatch.setattr(demo_module, "_REFUSALS", (allowed,))

    assert cli("playground", "--demo", "--json").code == 1
