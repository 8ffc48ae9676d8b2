"""A sandbox seen through all its APIs at once: what is sent in, what is set up, what is counted."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from segment_toolkit.sandbox import Sandbox, StoppedClock, catalog
from segment_toolkit.sandbox.delivery.retries import RetryPolicy
from segment_toolkit.sandbox.pipeline.dispatch import DeliverySettings
from segment_toolkit.sandbox.store import ledger

NOW = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
#: Short enough for tests that wait for it, long enough for a busy machine to answer in time.
PATIENCE = RetryPolicy(timeout_seconds=3.0)

Event = dict[str, Any]


def track(event: str = "Order Completed", *, user: str | None = "u-1", **members: Any) -> Event:
    """Make a track call for a batch; give `properties`, `messageId` and the like by name."""
    return {"type": "track", "event": event, **({} if user is None else {"userId": user}), **members}


class World:
    """One workspace, its traffic and its counters; what the sandbox made up before it started is left out of these."""

    def __init__(self, box: Sandbox, clock: StoppedClock) -> None:
        self.box = box
        self.clock = clock
        self._public = httpx.Client(transport=box.transport(), base_url="https://api.segmentapis.com")
        self._tracking = httpx.Client(transport=box.transport(), base_url="https://api.segment.io/v1")
        self._before = Counter(box.totals)
        self._calls_before = self._all_calls()

    # Traffic.

    def call(self, call: str, body: Any, source: str = "shop-web") -> httpx.Response:
        """Send one request with the key of a source; any JSON, as `json.dumps` writes it."""
        key = self.box.write_keys[source]
        return self._tracking.post(f"/{call}", content=json.dumps(body).encode(), auth=(key, ""))

    def send(self, *events: Event, source: str = "shop-web") -> None:
        """Send a batch to a source; it must be answered 200."""
        response = self.call("batch", {"batch": list(events)}, source)
        assert response.status_code == 200, response.text

    # Set-up.

    def api(self, method: str, path: str, body: Any = None, status: int = 0) -> Any:
        """Call the Public API, and return its data; it must answer the status, or any 2xx."""
        headers = {"authorization": f"Bearer {self.box.token}"}
        content = None if body is None else json.dumps(body).encode()
        response = self._public.request(method, path, content=content, headers=headers)
        assert response.status_code == status or (not status and response.is_success), response.text
        return response.json().get("data")

    def source(self, slug: str, **settings: Any) -> str:
        """Create an HTTP API source and return its id."""
        kind = catalog.by_slug(catalog.SOURCE_KINDS, "http-api").id
        body = {"slug": slug, "enabled": True, "metadataId": kind, **settings}
        created: str = self.api("POST", "/sources", body)["source"]["id"]
        return created

    def destination(self, kind: str, source: str = "shop-web", **settings: Any) -> str:
        """Connect a new destination to a source (its slug) and return its id."""
        metadata_id = catalog.by_slug(catalog.DESTINATION_KINDS, kind).id
        body = {"sourceId": self.box.sources[source], "metadataId": metadata_id, "settings": settings}
        created: str = self.api("POST", "/destinations", body)["destination"]["id"]
        return created

    def filter(self, destination_id: str, condition: str, *actions: Event) -> str:
        """Put a filter before a destination and return its id."""
        source_id = self.box.destination_sources[destination_id]
        body = {"if": condition, "actions": list(actions), "title": "t", "enabled": True, "sourceId": source_id}
        created: str = self.api("POST", f"/destination/{destination_id}/filters", body)["filter"]["id"]
        return created

    def plan(self, *rules: Event, source: str = "shop-web", **sections: Any) -> str:
        """Connect a source to a new plan of these rules, with these schema settings; return the plan's id."""
        source_id = self.box.sources[source]
        for plan_id in self.box.tracking_plans.values():
            connected = self.api("GET", f"/tracking-plans/{plan_id}/sources")["sources"]
            if source_id in [item["id"] for item in connected]:
                self.api("DELETE", f"/tracking-plans/{plan_id}/sources?sourceId={source_id}")
        made: str = self.api("POST", "/tracking-plans", {"name": "Plan", "type": "LIVE"})["trackingPlan"]["id"]
        self.api("PUT", f"/tracking-plans/{made}/rules", {"rules": list(rules)})
        self.api("POST", f"/tracking-plans/{made}/sources", {"sourceId": source_id})
        self.settings(source, **sections)
        return made

    def settings(self, source: str = "shop-web", **sections: Any) -> None:
        """Change the schema settings of a source."""
        self.api("PATCH", f"/sources/{self.box.sources[source]}/settings", sections)

    # What became of it.

    def counted(self, step: str, destination_id: str = "", source: str = "shop-web") -> int:
        """Count the events of a source that came to a step since the world began."""
        key = (self.box.sources[source], destination_id, step)
        return self.box.totals.get(key, 0) - self._before[key]

    def outcomes(self, destination_id: str, source: str = "shop-web") -> dict[str, int]:
        """Count by step what became of the events for a destination; steps without any are left out."""
        steps = (ledger.FILTERED_AT_DESTINATION, ledger.DELIVERED, ledger.FAILED_DELIVERY, ledger.RETRIED)
        found = {step: self.counted(step, destination_id, source) for step in steps}
        return {step: number for step, number in found.items() if number}

    def reasons(self, destination_id: str = "") -> dict[str, int]:
        """Count by reason what became of events since the world began: for a destination, or at their source."""
        rows = self.sql(
            "SELECT reason, sum(number) FROM delivery_count WHERE destination_id = ? AND reason <> '' AND minute >= ?"
            " GROUP BY reason",
            destination_id,
            ledger.minute_of(NOW),
        )
        return dict(rows)

    def dropped(self) -> dict[str, int]:
        """Count the dropped events by reason."""
        return dict(Counter(item["reason"] for item in self.box.dropped))

    def calls(self) -> int:
        """Count the API calls since the world began, over all sources."""
        return self._all_calls() - self._calls_before

    def sql(self, statement: str, *parameters: object) -> list[Any]:
        """Ask the database itself."""
        connection: sqlite3.Connection = self.box._backend.store.database.connection
        with self.box._backend.lock:
            return connection.execute(statement, parameters).fetchall()

    def names(self) -> list[str]:
        """List the names of the stored track events, oldest first."""
        return [event["event"] for event in self.box.events]

    def _all_calls(self) -> int:
        [(calls,)] = self.sql("SELECT coalesce(sum(number), 0) FROM api_calls")
        return int(calls)

    def later(self, **duration: float) -> None:
        """Move the clock."""
        self.clock.forward(timedelta(**duration))

    def close(self) -> None:
        self._public.close()
        self._tracking.close()
        self.box.close()


@contextmanager
def world(**options: Any) -> Iterator[World]:
    """Start a sandbox at `NOW`; the options are those of `Sandbox`."""
    clock = StoppedClock(NOW)
    found = World(Sandbox(clock=clock, **options), clock)
    try:
        yield found
    finally:
        found.close()


def writing_to(folder: Path) -> DeliverySettings:
    """Let `file` destinations write into a folder."""
    return DeliverySettings(files=folder, retries=PATIENCE)
