"""Hands events over to the destinations that are really called, and counts what became of them.

Every other destination of the catalog stands for a service that is not here: what it gets counts as delivered at the
first attempt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.delivery.courier import Courier
from segment_toolkit.sandbox.delivery.folder import Folder
from segment_toolkit.sandbox.delivery.retries import INVALID_SETTINGS, RetryPolicy, success
from segment_toolkit.sandbox.delivery.waiting import Delivery as Waiting
from segment_toolkit.sandbox.instants import Clock
from segment_toolkit.sandbox.pipeline.facets import Facets
from segment_toolkit.sandbox.pipeline.harvest import Parcel
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.store.ledger import Counts, Delivery, minute_of
from segment_toolkit.sandbox.store.store import Store
from segment_toolkit.sandbox.workspace import Workspace


@dataclass(frozen=True)
class DeliverySettings:
    """How destinations are called: the folder that files are written to, None for none, and retries of webhooks."""

    files: Path | None = None
    retries: RetryPolicy | None = None


class Dispatch:
    """Files are written in the transaction of the request, webhooks queued in it and sent by a thread of their own."""

    def __init__(
        self,
        store: Store,
        lock: AbstractContextManager[object],
        workspaces: Callable[[], Iterable[Workspace]],
        *,
        settings: DeliverySettings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._workspaces = workspaces
        self._folder = Folder(settings.files)
        self.courier = Courier(
            store.database.connection,
            lock,
            settings_of=self._settings_of,
            on_outcome=self._take_note,
            policy=settings.retries,
            clock=clock,
        )

    @property
    def writes_files(self) -> bool:
        """Whether there is a folder for files."""
        return self._folder.root is not None

    def send(self, parcels: Iterable[Parcel]) -> None:
        """Deliver what goes to files and queue what goes to webhooks."""
        for_files = defaultdict[str, list[Parcel]](list)
        for parcel in parcels:
            destination = parcel.stop.destination
            if parcel.stop.delivery == "file":
                for_files[destination.id].append(parcel)
            else:
                labels = wire.text_of([destination.source_id, *parcel.facets])
                self.courier.enqueue(destination.id, parcel.event, parcel.at, labels)
        for batch in for_files.values():
            self._write(batch)

    def close(self) -> None:
        """Stop sending, and close the files; without the lock. What still waits stays in the queue."""
        self.courier.close()
        self._folder.close()

    def _write(self, batch: list[Parcel]) -> None:
        """Write the events for one destination to its file, and count them."""
        destination, counts = batch[0].stop.destination, Counts()
        taken = self._folder.append(destination.settings.get("path"), [parcel.event for parcel in batch])
        step, reason = (ledger.DELIVERED, success(1)) if taken else (ledger.FAILED_DELIVERY, INVALID_SETTINGS)
        for parcel in batch:
            at = minute_of(parcel.at)
            key = Delivery(destination.source_id, destination.id, step, at, *parcel.facets, reason)
            counts.deliveries[key] += 1
        self._store.ledger.add(counts)

    def _settings_of(self, destination_id: str) -> Mapping[str, object] | None:
        shelves = (workspace.destinations for workspace in self._workspaces())
        return next((shelf[destination_id].settings for shelf in shelves if destination_id in shelf), None)

    def _take_note(self, delivery: Waiting, outcome: str, attempt: int, final: bool, at: datetime) -> None:
        source_id, *texts = wire.trusted(delivery.labels)
        final_step = ledger.DELIVERED if outcome == success(attempt) else ledger.FAILED_DELIVERY
        step = final_step if final else ledger.RETRIED
        counts = Counts()
        key = Delivery(source_id, delivery.destination_id, step, minute_of(at), *Facets(*texts), outcome)
        counts.deliveries[key] = 1
        self._store.ledger.add(counts)
