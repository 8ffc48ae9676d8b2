"""Segment's own Python client against a sandbox that is another process: each event arrives, once and unchanged."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
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
from served import OAuthSandbox, Served, environment, served

_DRIVER = Path(__file__).with_name("python_client_driver.py")
_SOURCE = "shop-api"
_SECONDS = 120


@contextlib.contextmanager
def delivering(sandbox: Served, events: int, *, padding: int = 0, **settings: Any) -> Iterator[subprocess.Popen[str]]:
    """Let the client begin to deliver so many events."""
    order = {
        "host": sandbox.url,
        "write_key": sandbox.write_key(_SOURCE),
        "events": events,
        "padding": padding,
        "settings": {"timeout": PATIENCE_SECONDS, **settings},
    }
    pipe = subprocess.PIPE
    command = [sys.executable, str(_DRIVER)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment()) as client:
        assert client.stdin is not None
        client.stdin.write(json.dumps(order))
        client.stdin.close()
        client.stdin = None
        try:
            yield client
        finally:
            client.kill()


def finished(client: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Wait until the client is done; return the events as it made them."""
    out, errors = client.communicate(timeout=_SECONDS)
    assert client.returncode == 0, errors[-2000:]
    return [json.loads(line) for line in out.splitlines()]


def delivered(sandbox: Served, events: int, **details: Any) -> list[dict[str, Any]]:
    """Let the client deliver so many events; return them as it made them."""
    with delivering(sandbox, events, **details) as client:
        return finished(client)


def assert_holds_exactly(sandbox: Served, sent: list[dict[str, Any]]) -> None:
    held = sandbox.held(_SOURCE)
    assert len({event["messageId"] for event in held}) == len(held)
    assert as_multiset(map(as_sent, held)) == as_multiset(sent)
    assert clock_errors(held) == []


def wait_for(condition: Callable[[], bool]) -> None:
    """Return when it holds; the test fails when that takes too long."""
    deadline = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ten_thousand_events_arrive_once_and_unchanged(sandbox: Served) -> None:
    sent = delivered(sandbox, 10_000, thread=4)

    assert len(sent) == 10_000
    assert_holds_exactly(sandbox, sent)
    assert sandbox.dropped() == {}


def test_ten_thousand_events_arrive_once_and_unchanged_through_faults(sandbox: Served) -> None:
    inject_mix(sandbox)

    sent = delivered(sandbox, 10_000, thread=4, timeout=CLIENT_TIMEOUT_SECONDS)

    assert unplayed(sandbox) == []
    assert_holds_exactly(sandbox, sent)
    assert set(sandbox.dropped()) == {"duplicate_message_id"}


MODES: dict[str, dict[str, Any]] = {
    "zipped": {"events": 1_000, "gzip": True},
    "one request an event": {"events": 200, "sync_mode": True},
    "one request an event, zipped": {"events": 100, "sync_mode": True, "gzip": True},
    "batches as many as the client makes them": {"events": 3_000, "upload_size": 2_500},
}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_every_mode_of_the_client_arrives_once_and_unchanged(sandbox: Served, mode: dict[str, Any]) -> None:
    sent = delivered(sandbox, **mode)

    assert len(sent) == mode["events"]
    assert_holds_exactly(sandbox, sent)
    assert sandbox.dropped() == {}


def test_batches_as_large_as_the_client_makes_them_arrive(sandbox: Served) -> None:
    """It stops at 475,000 bytes, but not before the event with which it gets there."""
    sent = delivered(sandbox, 90, padding=30_000)

    assert max(sandbox.request_sizes()) > 475_000
    assert len(sent) == 90
    assert_holds_exactly(sandbox, sent)


SKEWS = {"clocks that agree": 0, "a server an hour ahead": 3600}


@pytest.mark.parametrize("seconds", SKEWS.values(), ids=SKEWS)
def test_the_client_gets_a_token_and_delivers_with_it(oauth: OAuthSandbox, seconds: int) -> None:
    oauth.sandbox.forward_clock(seconds)

    sent = delivered(
        oauth.sandbox,
        500,
        oauth_client_id=oauth.client_id,
        oauth_key_id=oauth.key_id,
        oauth_client_key=oauth.private_key,
        oauth_auth_server=oauth.sandbox.url,
    )

    assert len(sent) == 500
    assert_holds_exactly(oauth.sandbox, sent)


def test_the_client_loses_what_a_page_with_status_200_answers(sandbox: Served) -> None:
    """The client looks at the status only: what a proxy swallows this way is gone, with any Segment."""
    sandbox.inject(kind="html_200", path="/v1/", times=2)

    sent = delivered(sandbox, 300, upload_size=100)

    assert len(sent) == 300
    assert len(sandbox.held(_SOURCE)) == 100


def test_the_client_delivers_over_a_crash_of_the_server(tmp_path: Path) -> None:
    database = tmp_path / "sandbox.db"
    with served(database) as first:
        port = httpx.URL(first.url).port or 0
        with delivering(first, 6_000, thread=4) as client:
            wait_for(lambda: len(first.held(_SOURCE)) >= 500)
            first.kill()
            assert len(first.held(_SOURCE)) < 6_000
            with served(database, port) as second:
                sent = finished(client)

                assert_holds_exactly(second, sent)

    assert len(sent) == 6_000
