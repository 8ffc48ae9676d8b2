"""One right call of every tool."""

from __future__ import annotations

from typing import Any

from segment_toolkit.sandbox import Sandbox


def good_calls(box: Sandbox) -> dict[str, dict[str, Any]]:
    """One call of every tool that the seeded workspace can answer."""
    source, destination = box.sources["shop-web"], box.destinations["slack"]
    event = {"type": "track", "userId": "u", "event": "E", "timestamp": "2026-01-31T09:30:00Z"}
    return {
        "SEGMENT_ADD_LABELS_TO_SOURCE": {"sourceId": source, "labels": [{"key": "region", "value": "emea"}]},
        "SEGMENT_ALIAS": {"userId": "u", "previousId": "a"},
        "SEGMENT_BATCH": {"batch": [event]},
        "SEGMENT_DELETE_SOURCE": {"sourceId": box.sources["shop-ios"]},
        "SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE": {"period": "2026-03-01", "pagination": {"count": 2}},
        "SEGMENT_GET_DESTINATION": {"destinationId": destination},
        "SEGMENT_GROUP": {"userId": "u", "groupId": "g"},
        "SEGMENT_IDENTIFY": {"userId": "u", "traits": {"plan": "pro"}},
        "SEGMENT_IMPORT_HISTORICAL_DATA": {"batch": [event]},
        "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE": {"sourceId": source, "pagination": {"count": 1}},
        "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION": {
            "destinationId": destination, "sourceId": source, "granularity": "DAY",
        },
        "SEGMENT_LIST_SCHEMA_SETTINGS_IN_SOURCE": {"sourceId": source},
        "SEGMENT_PAGE": {"userId": "u", "name": "Pricing"},
        "SEGMENT_REMOVE_SOURCE_WRITE_KEY": {"sourceId": source, "writeKey": box.write_keys["shop-web"]},
        "SEGMENT_SCREEN": {"userId": "u", "name": "Home"},
        "SEGMENT_TRACK": {"userId": "u", "event": "E"},
        "SEGMENT_UPDATE_SOURCE": {"sourceId": source, "name": "Shop"},
    }  # fmt: skip
