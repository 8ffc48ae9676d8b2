"""What is recorded: one case is one tool call, and gives one cassette."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from segment_toolkit.errors import Code
from segment_toolkit.tool import Effect
from segment_tools import TOOLS

#: 22 letters and digits, as Segment's ids are, and the id of nothing.
NOWHERE = "thisIdBelongsToNothing"
_DESTRUCTIVE = frozenset(tool.slug for tool in TOOLS if tool.effect is Effect.DESTRUCTIVE)


@dataclass(frozen=True)
class Case:
    """One tool call. A string `$name` in the arguments stands for that id of the place it is recorded in.

    `does` tells the owner of a live workspace what the call does there. `ends` is the code of the failure that is
    expected, None for success.
    """

    tool: str
    name: str
    arguments: Mapping[str, Any]
    does: str
    ends: Code | None = None

    @property
    def path(self) -> str:
        """The cassette's path inside the folder of cassettes."""
        return f"{self.tool}/{self.name}.yaml"

    @property
    def needs(self) -> frozenset[str]:
        """The ids without which the case cannot be recorded. What destroys needs something to destroy, even to fail."""
        disposable = {"disposable_source_id"} if self.tool in _DESTRUCTIVE else set[str]()
        return frozenset(_names(self.arguments)) | disposable

    def arguments_in(self, ids: Mapping[str, str]) -> dict[str, Any]:
        """The arguments with the ids of a place. Raises KeyError for one that the place lacks."""
        filled: dict[str, Any] = _filled(self.arguments, ids)
        return filled


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("$"):
        yield value[1:]
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _names(member)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item)


def _filled(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return ids[value[1:]] if value.startswith("$") else value
    if isinstance(value, Mapping):
        return {name: _filled(member, ids) for name, member in value.items()}
    return [_filled(item, ids) for item in value] if isinstance(value, list) else value


_PERSON = "cassette-person"
_ONE_EVENT = "sends one event to the source of SEGMENT_WRITE_KEY"
_TWO_EVENTS = "sends two events to the source of SEGMENT_WRITE_KEY"
_READS = "reads, changes nothing"
_FAILS = "fails, changes nothing"

# The order is that of a live recording: what destroys comes last, and a key is revoked while its source still exists.
CASES = (
    Case(
        "SEGMENT_IDENTIFY",
        "a_known_person",
        {"userId": _PERSON, "traits": {"plan": "pro", "email": "cassette@example.com"}},
        _ONE_EVENT,
    ),
    Case(
        "SEGMENT_TRACK",
        "a_known_person",
        {
            "userId": _PERSON,
            "event": "Order Completed",
            "properties": {"revenue": 19.5, "currency": "EUR"},
            "timestamp": "2026-01-15T13:30:00+01:00",
        },
        _ONE_EVENT,
    ),
    Case(
        "SEGMENT_TRACK",
        "a_write_key_in_the_arguments",
        {"userId": _PERSON, "event": "Signed Up", "writeKey": "$write_key"},
        _ONE_EVENT,
    ),
    Case(
        "SEGMENT_PAGE",
        "an_unknown_visitor",
        {
            "anonymousId": "cassette-visitor",
            "name": "Pricing",
            "properties": {"url": "https://shop.example.com/pricing"},
            "messageId": "cassette-page-1",
        },
        _ONE_EVENT,
    ),
    Case("SEGMENT_SCREEN", "an_unknown_visitor", {"anonymousId": "cassette-visitor", "name": "Checkout"}, _ONE_EVENT),
    Case(
        "SEGMENT_GROUP",
        "a_known_person",
        {"userId": _PERSON, "groupId": "cassette-group", "traits": {"name": "Initech", "employees": 12}},
        _ONE_EVENT,
    ),
    Case(
        "SEGMENT_ALIAS",
        "a_visitor_becomes_known",
        {"userId": _PERSON, "previousId": "cassette-visitor"},
        _ONE_EVENT + ", an alias of two people made up for it",
    ),
    Case(
        "SEGMENT_BATCH",
        "two_types",
        {
            "batch": [
                {"type": "identify", "userId": _PERSON, "traits": {"plan": "pro"}},
                {"type": "track", "userId": _PERSON, "event": "Order Completed", "properties": {"revenue": 5}},
            ],
            "context": {"locale": "de-AT"},
        },
        _TWO_EVENTS,
    ),
    Case(
        "SEGMENT_IMPORT_HISTORICAL_DATA",
        "two_events_in_a_time_zone",
        {
            "timezone": "Asia/Tokyo",
            "batch": [
                {
                    "type": "track",
                    "userId": _PERSON,
                    "event": "Signed Up",
                    "timestamp": "2019-05-04T10:00:00",
                    "messageId": "cassette-import-1",
                },
                {
                    "type": "track",
                    "userId": _PERSON,
                    "event": "Order Completed",
                    "timestamp": "2019-05-05T10:00:00+02:00",
                    "messageId": "cassette-import-2",
                },
            ],
        },
        _TWO_EVENTS + ", dated 2019",
    ),
    Case("SEGMENT_GET_DESTINATION", "found", {"destinationId": "$destination_id"}, _READS),
    Case("SEGMENT_GET_DESTINATION", "not_found", {"destinationId": NOWHERE}, _FAILS, "not_found"),
    Case(
        "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
        "the_last_hour",
        {"destinationId": "$destination_id", "sourceId": "$source_id"},
        _READS,
    ),
    Case(
        "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION",
        "the_last_week",
        {"destinationId": "$destination_id", "sourceId": "$source_id", "granularity": "HOUR"},
        _READS,
    ),
    Case("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", "found", {"sourceId": "$source_id"}, _READS),
    Case("SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE", "not_found", {"sourceId": NOWHERE}, _FAILS, "not_found"),
    Case(
        "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE",
        "the_first_of_several",
        {"sourceId": "$source_id", "pagination": {"count": 1}},
        _READS,
    ),
    Case(
        "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE",
        "a_month",
        {"period": "$period", "pagination": {"count": 5}},
        _READS,
    ),
    Case(
        "SEGMENT_UPDATE_SOURCE",
        "switched_on",
        {"sourceId": "$source_id", "enabled": True},
        "switches SEGMENT_TEST_SOURCE_ID on",
    ),
    Case("SEGMENT_UPDATE_SOURCE", "not_found", {"sourceId": NOWHERE, "enabled": True}, _FAILS, "not_found"),
    Case(
        "SEGMENT_ADD_LABELS_TO_SOURCE",
        "an_existing_label",
        {"sourceId": "$source_id", "labels": [{"key": "$label_key", "value": "$label_value"}]},
        "adds SEGMENT_TEST_LABEL to SEGMENT_TEST_SOURCE_ID",
    ),
    Case(
        "SEGMENT_ADD_LABELS_TO_SOURCE",
        "an_unknown_label",
        {"sourceId": "$source_id", "labels": [{"key": "no-such", "value": "label"}]},
        _FAILS,
        "validation",
    ),
    Case(
        "SEGMENT_REMOVE_SOURCE_WRITE_KEY",
        "an_unknown_key",
        {"sourceId": "$disposable_source_id", "writeKey": "0" * 32},
        _FAILS,
        "not_found",
    ),
    Case(
        "SEGMENT_REMOVE_SOURCE_WRITE_KEY",
        "revoked",
        {"sourceId": "$disposable_source_id", "writeKey": "$disposable_write_key"},
        "REVOKES SEGMENT_TEST_DISPOSABLE_WRITE_KEY FOR GOOD",
    ),
    Case("SEGMENT_DELETE_SOURCE", "not_found", {"sourceId": NOWHERE}, _FAILS, "not_found"),
    Case(
        "SEGMENT_DELETE_SOURCE",
        "deleted",
        {"sourceId": "$disposable_source_id"},
        "DELETES SEGMENT_TEST_DISPOSABLE_SOURCE_ID FOR GOOD",
    ),
)
