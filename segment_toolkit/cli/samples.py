"""Arguments that work, for every tool, taken from what a sandbox holds at the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..sandbox import Sandbox

JsonObject = dict[str, Any]

#: The seeded destinations and the source each belongs to, which no tool changes.
_SOURCE_OF = {"actions-amplitude": "shop-web", "slack": "shop-web", "actions-webhook": "shop-api"}


class NoSample(LookupError):
    """The sandbox has nothing left that this tool could work on."""


def sample(slug: str, box: Sandbox) -> JsonObject:
    """A fresh copy of arguments with which the tool succeeds. Raises NoSample, and KeyError for an unknown slug."""
    return _SAMPLES[slug](box)


def _add_labels(box: Sandbox) -> JsonObject:
    return {"sourceId": _source(box), "labels": [{"key": "region", "value": "emea"}]}


def _alias(_: Sandbox) -> JsonObject:
    return {"previousId": "anon-7f3a", "userId": "user-42"}


def _batch(_: Sandbox) -> JsonObject:
    return {
        "batch": [
            {"type": "identify", "userId": "user-42", "traits": {"plan": "pro", "seats": 3}},
            {"type": "track", "userId": "user-42", "event": "Signed Up", "properties": {"plan": "pro"}},
            {"type": "page", "userId": "user-42", "name": "Pricing"},
        ]
    }


def _delete_source(box: Sandbox) -> JsonObject:
    return {"sourceId": box.sources[_last(box.sources, "source")]}


def _daily_usage(_: Sandbox) -> JsonObject:
    return {"period": datetime.now(UTC).strftime("%Y-%m-01"), "pagination": {"count": 10}}


def _get_destination(box: Sandbox) -> JsonObject:
    return {"destinationId": _destination(box)["destinationId"]}


def _group(_: Sandbox) -> JsonObject:
    return {"groupId": "org-7", "userId": "user-42", "traits": {"name": "Example GmbH", "employees": 31}}


def _identify(_: Sandbox) -> JsonObject:
    return {"userId": "user-42", "traits": {"email": "kim@example.com", "plan": "pro"}}


def _import(_: Sandbox) -> JsonObject:
    at = "2024-11-03T09:15:00Z"
    order = {"revenue": 39.9, "currency": "EUR"}
    return {
        "batch": [
            {"type": "identify", "userId": "user-7", "traits": {"plan": "free"}, "timestamp": "2024-11-01T08:00:00Z"},
            {"type": "track", "userId": "user-7", "event": "Order Completed", "properties": order, "timestamp": at},
        ]
    }


def _warehouses(box: Sandbox) -> JsonObject:
    return {"sourceId": _source(box), "pagination": {"count": 10}}


def _delivery_metrics(box: Sandbox) -> JsonObject:
    return {**_destination(box), "granularity": "DAY"}


def _schema_settings(box: Sandbox) -> JsonObject:
    return {"sourceId": _source(box)}


def _page(_: Sandbox) -> JsonObject:
    return {"userId": "user-42", "name": "Pricing", "properties": {"url": "https://shop.example.com/pricing"}}


def _remove_write_key(box: Sandbox) -> JsonObject:
    slug = _last(box.write_keys, "source with a write key")
    return {"sourceId": box.sources[slug], "writeKey": box.write_keys[slug]}


def _screen(_: Sandbox) -> JsonObject:
    return {"userId": "user-42", "name": "Checkout", "properties": {"items": 2}}


def _track(_: Sandbox) -> JsonObject:
    order = {"orderId": "o-1001", "revenue": 39.9, "currency": "EUR"}
    return {"userId": "user-42", "event": "Order Completed", "properties": order}


def _update_source(box: Sandbox) -> JsonObject:
    return {"sourceId": _source(box), "name": "Shop website, renamed"}


_SAMPLES: Mapping[str, Callable[[Sandbox], JsonObject]] = {
    "SEGMENT_ADD_LABELS_TO_SOURCE": _add_labels,
    "SEGMENT_ALIAS": _alias,
    "SEGMENT_BATCH": _batch,
    "SEGMENT_DELETE_SOURCE": _delete_source,
    "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE": _daily_usage,
    "SEGMENT_GET_DESTINATION": _get_destination,
    "SEGMENT_GROUP": _group,
    "SEGMENT_IDENTIFY": _identify,
    "SEGMENT_IMPORT_HISTORICAL_DATA": _import,
    "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE": _warehouses,
    "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION": _delivery_metrics,
    "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE": _schema_settings,
    "SEGMENT_PAGE": _page,
    "SEGMENT_REMOVE_SOURCE_WRITE_KEY": _remove_write_key,
    "SEGMENT_SCREEN": _screen,
    "SEGMENT_TRACK": _track,
    "SEGMENT_UPDATE_SOURCE": _update_source,
}


def _source(box: Sandbox) -> str:
    """The id of the source that events go to, or of the first one left."""
    for source_id in box.sources.values():
        return source_id
    raise NoSample("there is no source left")


def _last(slugs: Iterable[str], what: str) -> str:
    """The last of these sources: the samples that destroy spare the first one, which the events go to."""
    found = list(slugs)
    if not found:
        raise NoSample(f"there is no {what} left")
    return found[-1]


def _destination(box: Sandbox) -> JsonObject:
    """A destination and the source it belongs to."""
    sources, destinations = box.sources, box.destinations
    for kind, source in _SOURCE_OF.items():
        if kind in destinations and source in sources:
            return {"destinationId": destinations[kind], "sourceId": sources[source]}
    raise NoSample("there is no destination left")
