"""Events that enforcement sends on to another source: violations as track calls, and blocked events whole.

Source: Segment docs, "Forward Violations" (the payload), "Forward blocked events" (only whole events that were
blocked; they count in the source that gets them), "Protocols FAQ" (a forwarded event is not blocked again).

The top-level member `forwardedFromProject` marks a forwarded event, documented for violations and assumed for
blocked events. It is the only mark: who takes in events must take the member off whatever senders send, and
let an event that `is_forwarded` by neither `enforce` nor `forwards`. `forwards` asks by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from segment_toolkit.sandbox.pipeline.enforcement import Verdict
from segment_toolkit.sandbox.pipeline.violations import Violation
from segment_toolkit.sandbox.wire import Json

MARK = "forwardedFromProject"
VIOLATION_EVENT = "Violation Generated"
VIOLATION_USER = "schema-violations"
# What a time that was not given looks like.  [docs: "Forward Violations", `eventTimestamp` of the example]
_NO_TIME = "0001-01-01T00:00:00Z"


@dataclass(frozen=True)
class Origin:
    """The source an event came in by, and the plan connected to it; without a plan its members are empty."""

    source_id: str
    source_name: str
    source_slug: str
    plan_id: str = ""
    plan_name: str = ""


@dataclass(frozen=True)
class Forward:
    """An event for another source."""

    source_id: str
    event: Json


def is_forwarded(event: Json) -> bool:
    """Tell whether an event was forwarded, so that it is neither enforced nor forwarded again."""
    return MARK in event


def forwards(
    event: Json, verdict: Verdict, settings: Json, origin: Origin, mint: Callable[[], str], at: str
) -> list[Forward]:
    """Make the events that follow from a verdict: one per violation, and the event itself if it was blocked.

    `event` is the one that was judged. `mint` makes message ids and is called once per violation; `at` is the
    instant of the forwarding, ISO 8601.
    """
    if is_forwarded(event):
        return []
    made = []
    violations_to, blocked_to = settings.get("forwardingViolationsTo"), settings.get("forwardingBlockedEventsTo")
    if violations_to:
        made += [
            Forward(violations_to, violation_event(violation, event, origin, mint(), at))
            for violation in verdict.violations
        ]
    if blocked_to and verdict.event is None:
        made.append(Forward(blocked_to, blocked_event(event, origin)))
    return made


def blocked_event(event: Json, origin: Origin) -> Json:
    """Return a blocked event as the other source gets it: as it was, its messageId kept, with the mark (assumed)."""
    return {**event, MARK: origin.source_id}


def violation_event(violation: Violation, event: Json, origin: Origin, message_id: str, at: str) -> Json:
    """Make the "Violation Generated" track call; `app` and `library` are those of the event, null where it has none.

    Only texts are taken over from the event; for anything else stands the empty text, or the zero time (assumed).
    """
    context = event.get("context")
    context = context if isinstance(context, dict) else {}
    app = context.get("app")
    return {
        "type": "track",
        "event": VIOLATION_EVENT,
        "userId": VIOLATION_USER,
        "messageId": message_id,
        "context": {"app": app, "library": context.get("library")},
        "integrations": {},
        "properties": {
            "appVersion": _text(app.get("version") if isinstance(app, dict) else None),
            "eventMessageID": _text(event.get("messageId")),
            "eventName": _text(event.get("event" if event.get("type") == "track" else "name")),
            "eventSentAt": _text(event.get("sentAt"), _NO_TIME),
            "eventTimestamp": _text(event.get("timestamp"), _NO_TIME),
            "eventType": _text(event.get("type")),
            "sourceID": origin.source_id,
            "sourceName": origin.source_name,
            "sourceSlug": origin.source_slug,
            "trackingPlanID": origin.plan_id,
            "trackingPlanName": origin.plan_name,
            "violationDescription": violation.description,
            "violationField": violation.field,
            "violationType": violation.type,
        },
        "receivedAt": at,
        "timestamp": at,
        MARK: origin.source_id,
    }


def _text(value: object, otherwise: str = "") -> str:
    return value if isinstance(value, str) else otherwise
