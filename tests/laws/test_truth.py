"""What Segment answers 200 to and then drops or changes, the toolkit refuses; what it only shortens, the toolkit says.

Each row is sent twice: raw, as any HTTP client would, to show that the answer is a success and the event is not there;
and through the toolkit, which refuses it without a request.
"""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

import httpx
import pytest

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox

TRACK = {"type": "track", "userId": "u", "event": "E"}


class Row(NamedTuple):
    """One wrong event: `arguments` (an object, or JSON text) for the tool, and as the body of a raw request."""

    kind: str
    arguments: dict[str, Any] | str

    @property
    def slug(self) -> str:
        return f"SEGMENT_{self.kind.upper()}"

    @property
    def body(self) -> bytes:
        return (self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)).encode()


def batch(*events: Any) -> dict[str, Any]:
    return {"batch": list(events)}


DROPPED = {
    "a mistyped write key": Row("track", {"userId": "u", "event": "E", "writeKey": "not-a-write-key"}),
    "a batch with a mistyped write key": Row("batch", {"batch": [TRACK], "writeKey": "not-a-write-key"}),
    "identify of nobody": Row("identify", {"traits": {"plan": "pro"}}),
    "track of nobody": Row("track", {"event": "E"}),
    "page of nobody": Row("page", {"name": "Home"}),
    "screen of nobody": Row("screen", {"name": "Home"}),
    "group of nobody": Row("group", {"groupId": "g"}),
    "an empty userId": Row("track", {"userId": "", "event": "E"}),
    "a blank userId": Row("track", {"userId": "  \t", "event": "E"}),
    "a blank userId beside a good anonymousId": Row("track", {"userId": " ", "anonymousId": "a", "event": "E"}),
    "an empty anonymousId": Row("page", {"anonymousId": ""}),
    "null for both ids": Row("track", {"userId": None, "anonymousId": None, "event": "E"}),
    "a userId that is a number": Row("track", {"userId": 42, "event": "E"}),
    "a userId that is a boolean": Row("identify", {"userId": True}),
    "a userId that is an object": Row("track", {"userId": {"id": "u"}, "event": "E"}),
    "an anonymousId that is a number": Row("page", {"anonymousId": 7}),
    "track without event": Row("track", {"userId": "u"}),
    "track with null for event": Row("track", {"userId": "u", "event": None}),
    "track with an empty event": Row("track", {"userId": "u", "event": ""}),
    "track with a number for event": Row("track", {"userId": "u", "event": 5}),
    "properties that are an array": Row("track", {"userId": "u", "event": "E", "properties": []}),
    "properties that are a string": Row("track", {"userId": "u", "event": "E", "properties": "plan=pro"}),
    "traits that are an array": Row("identify", {"userId": "u", "traits": [{"plan": "pro"}]}),
    "group traits that are a number": Row("group", {"userId": "u", "groupId": "g", "traits": 1}),
    "a page name that is a number": Row("page", {"userId": "u", "name": 404}),
    "a screen name that is an object": Row("screen", {"userId": "u", "name": {"en": "Home"}}),
    "group without groupId": Row("group", {"userId": "u"}),
    "group with a blank groupId": Row("group", {"userId": "u", "groupId": " "}),
    "group with a number for groupId": Row("group", {"userId": "u", "groupId": 12}),
    "alias without userId": Row("alias", {"previousId": "a"}),
    "alias with only an anonymousId": Row("alias", {"previousId": "a", "anonymousId": "b"}),
    "alias without previousId": Row("alias", {"userId": "u"}),
    "alias with a blank previousId": Row("alias", {"userId": "u", "previousId": ""}),
    "context that is an array": Row("track", {"userId": "u", "event": "E", "context": ["web"]}),
    "integrations that are an array": Row("track", {"userId": "u", "event": "E", "integrations": ["Mixpanel"]}),
    "a batch item without type": Row("batch", batch({"userId": "u", "event": "E"})),
    "a batch item of an unknown type": Row("batch", batch({**TRACK, "type": "purchase"})),
    "a batch item whose type has capitals": Row("batch", batch({**TRACK, "type": "Track"})),
    "a batch item that is no object": Row("batch", batch("track")),
    "a batch item of nobody": Row("batch", batch({"type": "track", "event": "E"})),
    "a batch item with a number for userId": Row("batch", batch({**TRACK, "userId": 42})),
    "a batch item that tracks nothing": Row("batch", batch({"type": "track", "userId": "u"})),
    "a batch item that groups into nothing": Row("batch", batch({"type": "group", "userId": "u"})),
    "a batch item over 32 KB": Row("batch", batch({**TRACK, "properties": {"text": "x" * 33_000}})),
    "an empty batch": Row("batch", batch()),
    "a batch that is an object": Row("batch", {"batch": {"0": TRACK}}),
    "one messageId for two events": Row(
        "batch", batch({**TRACK, "messageId": "m-1"}, {**TRACK, "event": "F", "messageId": "m-1"})
    ),
    "a change of consent without preferences": Row(
        "track", {"userId": "u", "event": "Segment Consent Preference Updated"}
    ),
    "a change of consent without the object": Row(
        "track", {"userId": "u", "event": "Segment Consent Preference Updated", "context": {"consent": True}}
    ),
    "a change of consent with words for booleans": Row(
        "track",
        {
            "userId": "u",
            "event": "Segment Consent Preference Updated",
            "context": {"consent": {"categoryPreferences": {"Advertising": "yes"}}},
        },
    ),
}

CHANGED = {
    "an archived sentAt": Row(
        "track", {"userId": "u", "event": "E", "timestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:00:01Z"}
    ),
    "an archived sentAt in a batch item": Row(
        "batch", batch({**TRACK, "timestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:00:01Z"})
    ),
    "a timestamp that is no time": Row("track", {"userId": "u", "event": "E", "timestamp": "yesterday"}),
    "a timestamp with an American date": Row("track", {"userId": "u", "event": "E", "timestamp": "01/31/2026"}),
    "a timestamp of epoch seconds": Row("track", {"userId": "u", "event": "E", "timestamp": "1767225600"}),
    "a timestamp on a day that is not": Row(
        "track", {"userId": "u", "event": "E", "timestamp": "2026-02-30T00:00:00Z"}
    ),
    "a batch item whose timestamp is no time": Row("batch", batch({**TRACK, "timestamp": "soon"})),
    "a name said twice": Row(
        "track", '{"userId": "u", "event": "E", "timestamp": "2020-01-01T00:00:00Z", "event": "F"}'
    ),
}

#: Segment's edge takes these and its ingest keeps them; parts behind it (Unify, destinations) drop or mistake them.
LOST_LATER = {
    "a messageId over 100 characters": Row("identify", {"userId": "u", "messageId": "m" * 101}),
    "a batch item with a messageId over 100 characters": Row("batch", batch({**TRACK, "messageId": "m" * 101})),
    "a timestamp without a zone": Row("track", {"userId": "u", "event": "E", "timestamp": "2026-01-31T09:30:00"}),
    "a blank event name": Row("track", {"userId": "u", "event": "   "}),
    "integrations that switch off 'all'": Row("track", {"userId": "u", "event": "E", "integrations": {"all": False}}),
    "integrations with words for booleans": Row(
        "track", {"userId": "u", "event": "E", "integrations": {"Mixpanel": "no"}}
    ),
    "an email beside the traits": Row("identify", {"userId": "u", "email": "a@example.com"}),
    "properties of an identify": Row("batch", batch({"type": "identify", "userId": "u", "properties": {"a": 1}})),
    "traits of a track": Row("batch", batch({**TRACK, "traits": {"a": 1}})),
}

#: Kept, but not everywhere as sent: these are sent, and the success says what becomes of them.
SHORTENED = {
    "300 traits": (Row("identify", {"userId": "u", "traits": {f"t{i}": i for i in range(300)}}), "Unify"),
    "a groupId over 500 characters": (Row("group", {"userId": "u", "groupId": "g" * 501}), "groupId"),
    "an empty context.groupId": (Row("track", {"userId": "u", "event": "E", "context": {"groupId": ""}}), "groupId"),
    "a property named like a column": (
        Row("track", {"userId": "u", "event": "E", "properties": {"timestamp": "x"}}),
        "timestamp",
    ),
    "every destination switched off": (
        Row("track", {"userId": "u", "event": "E", "integrations": {"All": False}}),
        "destination",
    ),
    "an event before 1970": (
        Row("track", {"userId": "u", "event": "E", "timestamp": "1969-12-31T23:59:59Z"}),
        "1970",
    ),
    "an event of next year": (
        Row("track", {"userId": "u", "event": "E", "timestamp": "2999-01-01T00:00:00Z"}),
        "future",
    ),
    "a batch with a property named like a column": (
        Row("batch", batch({**TRACK, "properties": {"user_id": "x"}})),
        "user_id",
    ),
}


def post(box: Sandbox, row: Row) -> httpx.Response:
    """Send a row as any HTTP client would, with the default source's key unless the body names another."""
    credentials = base64.b64encode(f"{box.write_key}:".encode()).decode()
    with httpx.Client(transport=box.transport(), base_url="https://api.segment.io/v1") as client:
        headers = {"authorization": f"Basic {credentials}", "content-type": "application/json"}
        return client.post(f"/{row.kind}", content=row.body, headers=headers)


def wanted(row: Row) -> list[dict[str, Any]]:
    """The events of a row as their sender means them."""
    pairs = json.loads(row.body, object_pairs_hook=lambda pairs: dict(reversed(pairs)))  # the first of two counts
    return list(pairs["batch"]) if row.kind == "batch" else [pairs]


def is_kept(box: Sandbox, event: dict[str, Any]) -> bool:
    """Whether an event was stored as it was sent, time included."""
    ours = {**event, "timestamp": event.get("timestamp", "").replace("Z", ".000Z")} if "timestamp" in event else event
    members = {name: value for name, value in ours.items() if name != "sentAt"}
    return any(all(stored.get(name) == value for name, value in members.items()) for stored in box.events)


@pytest.mark.parametrize("row", DROPPED.values(), ids=DROPPED)
def test_segment_answers_200_and_drops_it(box: Sandbox, row: Row) -> None:
    answer = post(box, row)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert box.dropped


@pytest.mark.parametrize("row", CHANGED.values(), ids=CHANGED)
def test_segment_answers_200_and_changes_it(box: Sandbox, row: Row) -> None:
    answer = post(box, row)

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert not any(is_kept(box, event) for event in wanted(row))


@pytest.mark.parametrize("row", LOST_LATER.values(), ids=LOST_LATER)
def test_segment_answers_200_to_what_is_lost_later(box: Sandbox, row: Row) -> None:
    answer = post(box, row)

    assert (answer.status_code, answer.json()) == (200, {"success": True})


ALL = {**DROPPED, **CHANGED, **LOST_LATER}


@pytest.mark.parametrize("row", ALL.values(), ids=ALL)
def test_the_toolkit_refuses_it_before_anything_is_sent(box: Sandbox, toolkit: SegmentToolkit, row: Row) -> None:
    envelope = toolkit.tools.execute(row.slug, row.arguments, user_id="u1")

    assert not envelope.successful
    assert envelope.failure is not None
    assert envelope.failure.code in {"validation", "too_large"}
    assert not envelope.failure.retryable
    assert box.requests == []


BATCHES = {name: row for name, row in ALL.items() if row.kind == "batch"}


@pytest.mark.parametrize("row", BATCHES.values(), ids=BATCHES)
def test_the_same_event_is_refused_in_an_import_too(box: Sandbox, toolkit: SegmentToolkit, row: Row) -> None:
    document = json.loads(row.body)
    if isinstance(document["batch"], list):
        for event in document["batch"]:
            if isinstance(event, dict):
                event.setdefault("timestamp", "2020-01-01T00:00:00Z")

    envelope = toolkit.tools.execute("SEGMENT_IMPORT_HISTORICAL_DATA", document, user_id="u1")

    assert not envelope.successful
    assert box.requests == []


@pytest.mark.parametrize(("row", "word"), SHORTENED.values(), ids=SHORTENED)
def test_what_is_shortened_is_sent_and_said(box: Sandbox, toolkit: SegmentToolkit, row: Row, word: str) -> None:
    envelope = toolkit.tools.execute(row.slug, row.arguments, user_id="u1")

    assert envelope.successful
    assert len(box.events) == 1
    assert any(word in warning for warning in envelope.data["warnings"])


# What the toolkit mends instead of refusing it


@pytest.mark.parametrize("kind", ["page", "screen"])
def test_a_blank_name_fails_ingest_so_it_is_left_out(box: Sandbox, toolkit: SegmentToolkit, kind: str) -> None:
    row = Row(kind, {"userId": "u", "name": "  "})
    post(box, row)

    envelope = toolkit.tools.execute(row.slug, row.arguments, user_id="u1")

    assert envelope.successful
    assert [drop["reason"] for drop in box.dropped] == ["name_not_string"]
    assert ["name" in event for event in box.events] == [False]


def test_a_raw_batch_over_2500_events_is_lost_whole(box: Sandbox) -> None:
    answer = post(box, Row("batch", batch(*[TRACK] * 2_501)))

    assert answer.status_code == 200
    assert box.events == []


def test_a_batch_over_2500_events_arrives_whole_through_the_toolkit(box: Sandbox, toolkit: SegmentToolkit) -> None:
    events = [{**TRACK, "userId": f"u{index}"} for index in range(2_501)]

    envelope = toolkit.tools.execute("SEGMENT_BATCH", batch(*events), user_id="u1")

    assert envelope.data["accepted"] == 2_501
    assert [event["userId"] for event in box.events] == [event["userId"] for event in events]
    assert box.dropped == []


def test_a_raw_batch_with_one_wrong_event_is_half_kept(box: Sandbox) -> None:
    answer = post(box, Row("batch", batch(TRACK, {"type": "track", "event": "E"}, TRACK)))

    assert answer.status_code == 200
    assert (len(box.events), len(box.dropped)) == (2, 1)


def test_of_a_batch_with_one_wrong_event_nothing_is_sent_and_every_event_has_a_receipt(
    box: Sandbox, toolkit: SegmentToolkit
) -> None:
    document = batch(TRACK, {"type": "track", "event": "E"}, TRACK)

    envelope = toolkit.tools.execute("SEGMENT_BATCH", document, user_id="u1")

    assert box.requests == []
    assert [receipt["accepted"] for receipt in envelope.data["receipts"]] == [False, False, False]
    assert "userId" in envelope.data["receipts"][1]["reason"]


def test_history_keeps_its_time_whatever_the_zone_it_was_written_in(box: Sandbox, toolkit: SegmentToolkit) -> None:
    event = {**TRACK, "timestamp": "2020-06-01T12:00:00"}

    envelope = toolkit.tools.execute(
        "SEGMENT_IMPORT_HISTORICAL_DATA", {"batch": [event], "timezone": "Europe/Berlin"}, user_id="u1"
    )

    assert envelope.successful
    assert [stored["timestamp"] for stored in box.events] == ["2020-06-01T10:00:00.000Z"]


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_cannot_say_are_refused(box: Sandbox, toolkit: SegmentToolkit, text: str) -> None:
    raw = f'{{"userId": "u", "event": "E", "properties": {{"price": {text}}}}}'

    envelope = toolkit.tools.execute("SEGMENT_TRACK", raw, user_id="u1")

    assert not envelope.successful
    assert "properties.price" in str(envelope.error)
    assert box.requests == []


def test_no_success_says_delivered(toolkit: SegmentToolkit) -> None:
    envelope = toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"}, user_id="u1")

    assert envelope.data["status"] == "accepted"
    assert "not proof of delivery" in envelope.data["note"].lower()
