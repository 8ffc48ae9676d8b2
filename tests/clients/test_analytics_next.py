"""Segment's own browser SDK on a page of another origin, against a sandbox that is another process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browsers import command, shown
from deliveries import as_multiset, as_sent, clock_errors
from node import installed
from served import Served

_FOLDER = Path(__file__).parent / "analytics_next"
_SOURCE = "shop-web"
_SECONDS = 120


@pytest.fixture(scope="module")
def folder() -> Path:
    return installed(_FOLDER)


@pytest.fixture(params=["jsdom", "chromium"])
def browser(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> list[str]:
    """The command of a browser. Both keep to CORS; jsdom, which has no fetch, through the SDK's own substitute."""
    return command(request.param, folder, tmp_path / "profile")


def delivered(browser: list[str], sandbox: Served, events: int, **options: Any) -> list[dict[str, Any]]:
    """Let the SDK deliver so many events; return them as it made them, once the sandbox has as many."""
    order = {
        "writeKey": sandbox.write_key(_SOURCE),
        "cdnURL": sandbox.url,
        "events": events,
        "options": {"integrations": {"Segment.io": options}} if options else {},
    }
    outcome = shown(_FOLDER, browser, order, _SECONDS, until=lambda: len(sandbox.held(_SOURCE)) >= events)
    assert "sent" in outcome, outcome
    sent: list[dict[str, Any]] = outcome["sent"]
    return sent


def assert_holds_exactly(sandbox: Served, sent: list[dict[str, Any]]) -> None:
    held = sandbox.held(_SOURCE)
    # Which integrations run in the page: the SDK says so when it sends an event, not when it makes it.
    assert all(event.pop("_metadata")["bundled"] == ["Segment.io"] for event in held)
    assert as_multiset(map(as_sent, held)) == as_multiset(sent)
    assert clock_errors(held) == []


MODES: dict[str, dict[str, Any]] = {
    "one request an event, as it is by default": {},
    "batches": {"deliveryStrategy": {"strategy": "batching", "config": {"size": 40, "timeout": 60_000}}},
}


@pytest.mark.parametrize("options", MODES.values(), ids=MODES)
def test_a_thousand_events_of_a_page_arrive_once_and_unchanged(
    browser: list[str], sandbox: Served, options: dict[str, Any]
) -> None:
    sent = delivered(browser, sandbox, 1_000, **options)

    assert len(sent) == 1_000
    assert_holds_exactly(sandbox, sent)
    assert sandbox.dropped() == {}


def test_events_of_a_page_arrive_once_and_unchanged_through_faults(browser: list[str], sandbox: Served) -> None:
    for number, kind in enumerate(("server_error", "bad_gateway_html", "reset_before", "reset_after")):
        sandbox.inject(kind=kind, path="/v1/", method="POST", probability=0.1, times=5, seed=number)

    sent = delivered(browser, sandbox, 200)

    assert len(sent) == 200
    assert_holds_exactly(sandbox, sent)
    assert set(sandbox.dropped()) <= {"duplicate_message_id"}


def test_a_page_with_a_write_key_that_is_none_learns_it_from_the_settings(browser: list[str], sandbox: Served) -> None:
    order = {"writeKey": "k" * 32, "cdnURL": sandbox.url, "events": 1, "options": {}}

    outcome = shown(_FOLDER, browser, order, _SECONDS)

    assert outcome == {"failed": "Error: Not Found"}
