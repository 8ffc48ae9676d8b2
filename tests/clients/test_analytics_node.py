"""Segment's own Node client against a sandbox that is another process: each event arrives, once and unchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from deliveries import (
    CLIENT_TIMEOUT_SECONDS,
    PATIENCE_SECONDS,
    as_multiset,
    as_sent,
    clock_errors,
    inject_mix,
    unplayed,
)
from node import installed, run_node
from served import OAuthSandbox, Served

_FOLDER = Path(__file__).parent / "analytics_node"
_SOURCE = "shop-api"


@pytest.fixture(scope="module")
def driver() -> Path:
    return installed(_FOLDER) / "driver.cjs"


def outcome(
    driver: Path, sandbox: Served, events: int, *, padding: int = 0, **settings: Any
) -> tuple[list[dict[str, Any]], list[str]]:
    """Let the client deliver so many events; return those it delivered, as it made them, and why others failed."""
    order = {
        "host": sandbox.url,
        "writeKey": sandbox.write_key(_SOURCE),
        "events": events,
        "padding": padding,
        "settings": {"flushAt": 100, "httpRequestTimeout": PATIENCE_SECONDS * 1000, **settings},
    }
    # Not splitlines(), which would split at U+2028 too.
    lines = [json.loads(line) for line in run_node(driver, json.dumps(order)).split("\n")]
    return [line["sent"] for line in lines if "sent" in line], [line["failed"] for line in lines if "failed" in line]


def delivered(driver: Path, sandbox: Served, events: int, **details: Any) -> list[dict[str, Any]]:
    """Let the client deliver so many events; return them as it made them."""
    sent, failed = outcome(driver, sandbox, events, **details)
    assert failed == []
    return sent


def assert_holds_exactly(sandbox: Served, sent: list[dict[str, Any]]) -> None:
    held = sandbox.held(_SOURCE)
    assert len({event["messageId"] for event in held}) == len(held)
    assert as_multiset(map(as_sent, held)) == as_multiset(sent)
    assert clock_errors(held) == []


def test_ten_thousand_events_arrive_once_and_unchanged(driver: Path, sandbox: Served) -> None:
    sent = delivered(driver, sandbox, 10_000)

    assert len(sent) == 10_000
    assert_holds_exactly(sandbox, sent)


def test_ten_thousand_events_arrive_once_and_unchanged_through_faults(driver: Path, sandbox: Served) -> None:
    inject_mix(sandbox)

    sent = delivered(driver, sandbox, 10_000, httpRequestTimeout=CLIENT_TIMEOUT_SECONDS * 1000)

    assert unplayed(sandbox) == []
    assert_holds_exactly(sandbox, sent)
    assert set(sandbox.dropped()) == {"duplicate_message_id"}


MODES: dict[str, dict[str, Any]] = {
    "as the client is by default": {"events": 500, "flushAt": 15},
    "one request an event": {"events": 200, "flushAt": 1},
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_every_mode_of_the_client_arrives_once_and_unchanged(
    driver: Path, sandbox: Served, mode: dict[str, Any]
) -> None:
    sent = delivered(driver, sandbox, **mode)

    assert len(sent) == mode["events"]
    assert_holds_exactly(sandbox, sent)
    assert sandbox.dropped() == {}


def test_batches_nearly_as_large_as_segment_takes_them_arrive(driver: Path, sandbox: Served) -> None:
    sent = delivered(driver, sandbox, 90, padding=30_000, flushAt=19)

    assert max(sandbox.request_sizes()) > 475_000
    assert len(sent) == 90
    assert_holds_exactly(sandbox, sent)


SKEWS = {"clocks that agree": 0, "a server an hour ahead": 3600}


@pytest.mark.parametrize("seconds", SKEWS.values(), ids=SKEWS)
def test_the_client_gets_a_token_and_delivers_with_it(driver: Path, oauth: OAuthSandbox, seconds: int) -> None:
    oauth.sandbox.forward_clock(seconds)
    settings = {
        "clientId": oauth.client_id,
        "keyId": oauth.key_id,
        "clientKey": oauth.private_key,
        "authServer": oauth.sandbox.url,
    }

    sent = delivered(driver, oauth.sandbox, 500, oauthSettings=settings)

    assert len(sent) == 500
    assert_holds_exactly(oauth.sandbox, sent)


def test_the_client_loses_what_a_page_with_status_200_answers(driver: Path, sandbox: Served) -> None:
    """The client looks at the status only: what a proxy swallows this way is gone, with any Segment."""
    sandbox.inject(kind="html_200", path="/v1/", times=2)

    sent = delivered(driver, sandbox, 300)

    assert len(sent) == 300
    assert len(sandbox.held(_SOURCE)) == 100


def test_the_client_makes_batches_that_are_too_large_and_they_are_refused(driver: Path, sandbox: Served) -> None:
    """It means to stop at 480 KB, but counts escaped characters instead of bytes."""
    sent, failed = outcome(driver, sandbox, 40, padding=30_000)

    assert sent == []
    assert failed == ["Error: [400] Bad Request"] * 40
    assert sandbox.held(_SOURCE) == []
