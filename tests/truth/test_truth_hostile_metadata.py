"""Whatever the Public API answers about a workspace: an event is sent, and every question gets an answer."""

from __future__ import annotations

import json
import random
from collections.abc import Generator
from typing import Any

import pytest

from segment_toolkit import Reliability, SegmentToolkit, ToolkitError
from segment_toolkit.credentials import Credentials
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.truth.memory import Memory
from tests.clocks import FakeClock

STRANGE: tuple[Any, ...] = (
    None, True, 0, -1, 10**30, 1e308, "", "x", "..", "../regulations", "a/b", "\u202e\x1b[31m", [], [[]], [None], {},
    {"a": {}}, [{}], [{"id": None}], {"properties": 5}, {"$ref": "http://169.254.169.254/"}, {"type": 7}, {"$ref": "#"},
    {"pattern": "("}, {"enum": 3}, {"required": "x"},
)  # fmt: skip
PATHS = (
    "/sources", "/sources/*", "/sources/*/connected-destinations", "/sources/*/connected-warehouses",
    "/sources/*/settings", "/destination/*/filters", "/tracking-plans/*", "/tracking-plans/*/rules",
    "/delivery-overview/*", "/warehouses/*/connection-state", "/usage/*", "/events/volume", "/",
)  # fmt: skip


def genuine(box: Sandbox, dice: random.Random) -> dict[str, Any]:
    """The members of good answers, to be spoilt."""
    key, id_ = box.write_key, box.sources["shop-web"]
    source = {"id": id_, "slug": "s", "name": "n", "enabled": True, "writeKeys": [key]}
    destination = {"id": "d1", "name": "D", "enabled": True, "metadata": {"name": "D", "supportedMethods": {}}}
    action = {"type": "DROP", "fields": {}, "percent": 1}
    rule = {"type": "TRACK", "key": "A", "version": 1, "jsonSchema": {"type": "object", "properties": {}}}
    return {
        "workspace": {"id": "w", "slug": "w", "name": "W"},
        "sources": [source],
        "source": source,
        "trackingPlanId": "tp_1",
        "trackingPlan": {"id": "tp_1", "name": "P"},
        "rules": [rule, {**rule, "type": "COMMON"}],
        "destinations": [destination],
        "warehouses": [destination],
        "settings": {"track": {"allowUnplannedEvents": False, "commonEventOnViolations": "BLOCK"}},
        "filters": [{"id": "f", "if": "all", "actions": [action], "title": "t", "enabled": True}],
        "connectionState": "FAILED",
        "dataset": [{"eventType": "track", "eventName": "A", "discardReason": "x", "total": 1}],
        "dailyWorkspaceAPICallsUsage": [{"apiCalls": "1", "timestamp": "t"}],
        "dailyWorkspaceMTUUsage": [{"identified": "1", "timestamp": "t"}],
        "result": [{"series": [{"count": 1}]}],
        "pagination": {"current": "MA==", "next": None},
    }


def spoilt(value: Any, dice: random.Random) -> Any:
    """The value with a few of its parts made strange."""
    if dice.random() < 0.12:
        return dice.choice(STRANGE)
    if isinstance(value, dict):
        return {name: spoilt(member, dice) for name, member in value.items() if dice.random() > 0.05}
    if isinstance(value, list):
        return [spoilt(item, dice) for item in value]
    return value


@pytest.mark.parametrize("seed", range(30))
def test_strange_answers_stop_no_event_and_no_question(seed: int) -> None:
    dice, box = random.Random(seed), Sandbox()
    toolkit = SegmentToolkit.sandbox(box, preflight="warn", verify=True, reliability=Reliability(clock=FakeClock()))
    for path in PATHS:
        body = json.dumps({"data": spoilt(genuine(box, dice), dice)})
        box.inject(status=200, body=body, path=path, method="GET", times=500)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "A", "properties": {"a": 1}})
    diagnosis, key = toolkit.doctor(), toolkit.verify_write_key()
    forecast, region = toolkit.preflight("SEGMENT_TRACK", {"userId": "u", "event": "A"}), toolkit.probe_region()

    assert envelope.successful
    assert box.event_count + len(box.dropped) == 1
    for told in (envelope, diagnosis.as_json(), key.as_json(), forecast.as_json(), region.as_json()):
        text = json.dumps(told)
        assert box.write_key not in text
        assert "\\u001b" not in text
    assert not any("regulations" in request.path or ".." in request.path for request in box.requests)


def test_an_error_out_of_a_reading_holds_no_secret(box: Sandbox) -> None:
    def reading(credentials: Credentials, _: Memory) -> Generator[Any, Any, None]:
        yield from ()
        raise ToolkitError(f"{credentials.public_api_token} is wrong.", hint=f"Not {credentials.write_key}.")

    with pytest.raises(ToolkitError) as caught:
        SegmentToolkit.sandbox(box)._engine().read(reading)

    assert caught.value.text == "[redacted] is wrong. Not [redacted]."
