"""Violations and blocked events on their way to another source."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from segment_toolkit.sandbox.pipeline.enforcement import Verdict, Violation
from segment_toolkit.sandbox.pipeline.forwarding import Origin, forwards, is_forwarded, violation_event
from tests.sandbox.enforcement.documents import PLANNED, documents, events, judge, track

ORIGIN = Origin("src-1", "Shop", "shop", "rs_1", "Shop plan")
AT = "2026-03-18T10:30:00.000Z"
MISSING = Violation("Required", "properties.order_id", "properties.order_id is required")
BLOCKED = Verdict(None, "schema_violation", (MISSING, MISSING))


def sent_on(event: Any, verdict: Verdict, **targets: str) -> list[tuple[str, Any]]:
    numbers = count(1)
    made = forwards(event, verdict, targets, ORIGIN, lambda: f"sch-{next(numbers)}", AT)
    return [(forward.source_id, forward.event) for forward in made]


def test_a_violation_becomes_a_track_call_with_the_documented_properties() -> None:
    event = {
        **track(),
        "messageId": "m-1",
        "sentAt": "2026-03-18T10:29:59Z",
        "context": {"app": {"version": "1.2"}, "library": {"name": "analytics-node", "version": "2"}},
    }

    made = violation_event(MISSING, event, ORIGIN, "sch-1", AT)

    assert made == {
        "type": "track",
        "event": "Violation Generated",
        "userId": "schema-violations",
        "messageId": "sch-1",
        "context": {"app": {"version": "1.2"}, "library": {"name": "analytics-node", "version": "2"}},
        "integrations": {},
        "properties": {
            "appVersion": "1.2",
            "eventMessageID": "m-1",
            "eventName": "Order Completed",
            "eventSentAt": "2026-03-18T10:29:59Z",
            "eventTimestamp": "0001-01-01T00:00:00Z",
            "eventType": "track",
            "sourceID": "src-1",
            "sourceName": "Shop",
            "sourceSlug": "shop",
            "trackingPlanID": "rs_1",
            "trackingPlanName": "Shop plan",
            "violationDescription": "properties.order_id is required",
            "violationField": "properties.order_id",
            "violationType": "Required",
        },
        "receivedAt": AT,
        "timestamp": AT,
        "forwardedFromProject": "src-1",
    }


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ({"type": "track", "event": "E", "name": "N"}, "E"),
        ({"type": "page", "event": "E", "name": "N"}, "N"),
        ({"type": "screen", "name": "N"}, "N"),
        ({"type": "identify"}, ""),
    ],
)
def test_a_violation_bears_the_name_of_its_event_or_page(event: Any, name: str) -> None:
    made = violation_event(MISSING, event, ORIGIN, "sch-1", AT)

    assert made["properties"]["eventName"] == name


@pytest.mark.parametrize(
    ("verdict", "targets", "expected"),
    [
        pytest.param(BLOCKED, {}, [], id="nothing is forwarded unless it is switched on"),
        pytest.param(BLOCKED, {"forwardingBlockedEventsTo": "b"}, ["b"], id="a blocked event once"),
        pytest.param(BLOCKED, {"forwardingViolationsTo": "v"}, ["v", "v"], id="every violation"),
        pytest.param(
            BLOCKED, {"forwardingViolationsTo": "v", "forwardingBlockedEventsTo": "b"}, ["v", "v", "b"], id="both"
        ),
        pytest.param(
            Verdict({}, None, (MISSING,)),
            {"forwardingViolationsTo": "v", "forwardingBlockedEventsTo": "b"},
            ["v"],
            id="an event that passed is not forwarded itself",
        ),
        pytest.param(
            Verdict(None, "event_setting"), {"forwardingBlockedEventsTo": "b"}, ["b"], id="an event toggled off is"
        ),
    ],
)
def test_forwarding_follows_the_settings(verdict: Verdict, targets: Any, expected: list[str]) -> None:
    made = sent_on(track(), verdict, **targets)

    assert [source_id for source_id, _ in made] == expected
    assert all(is_forwarded(event) for _, event in made)


def test_a_blocked_event_is_forwarded_as_it_was_with_a_mark() -> None:
    event = track()

    made = sent_on(event, judge(event, PLANNED, allowEventOnViolations=False), forwardingBlockedEventsTo="b")

    assert made == [("b", {**track(), "forwardedFromProject": "src-1"})]
    assert not is_forwarded(event)


def test_a_forwarded_event_is_not_forwarded_again() -> None:
    event = {**track(), "forwardedFromProject": "src-0"}

    assert sent_on(event, BLOCKED, forwardingViolationsTo="v", forwardingBlockedEventsTo="b") == []


@hypothesis_settings(max_examples=100, deadline=None)
@given(event=events, stray=documents)
def test_any_event_makes_a_violation_with_nothing_but_texts(event: Any, stray: Any) -> None:
    made = violation_event(MISSING, {**event, "messageId": stray, "timestamp": stray}, ORIGIN, "sch-1", AT)

    assert {type(value) for value in made["properties"].values()} == {str}
