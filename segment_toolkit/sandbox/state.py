"""What the sandbox knows: one workspace with its sources, destinations, warehouses, events and counters.

Plain mutable records with no HTTP in them. Whoever touches them holds the lock of the backend.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from segment_toolkit.sandbox.catalog import DestinationKind, SourceKind, WarehouseKind
from segment_toolkit.sandbox.derive import derive
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.instants import Clock
from segment_toolkit.sandbox.wire import Json


@dataclass(frozen=True)
class Label:
    """A workspace label; key and value together are its identity."""

    key: str
    value: str
    description: str | None = field(default=None, compare=False)


@dataclass
class Source:
    """A source, with what hangs on it: keys, labels, schema settings, tracking plan."""

    id: str
    slug: str
    name: str
    kind: SourceKind
    enabled: bool = True
    write_keys: list[str] = field(default_factory=list, repr=False)
    settings: Json = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    schema_settings: Json = field(default_factory=dict)
    tracking_plan_id: str | None = None


@dataclass
class Destination:
    """A destination instance; it belongs to exactly one source."""

    id: str
    name: str | None
    kind: DestinationKind
    source_id: str
    enabled: bool = True
    settings: Json = field(default_factory=dict, repr=False)


@dataclass
class Warehouse:
    """A warehouse and the ids of the sources connected to it."""

    id: str
    kind: WarehouseKind
    enabled: bool = True
    settings: Json = field(default_factory=dict, repr=False)
    source_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TrackingPlan:
    """A tracking plan, reduced to the names of the track events it plans."""

    id: str
    name: str
    slug: str
    description: str
    created_at: str
    updated_at: str
    events: frozenset[str]
    type: str = "LIVE"


@dataclass(frozen=True)
class DeliveryCount:
    """Key of a delivery counter: one destination, one minute, one outcome."""

    destination_id: str
    minute: datetime
    outcome: str


@dataclass(frozen=True)
class UsageCount:
    """Key of a usage counter: the API calls of one source on one day (UTC)."""

    source_id: str
    day: date


@dataclass
class Workspace:
    """Everything one Public API token can see, and everything its sources received."""

    id: str
    slug: str
    name: str
    region: Region
    seed: str = field(repr=False)
    token: str = field(repr=False)
    clock: Clock = field(repr=False)
    sources: dict[str, Source] = field(default_factory=dict)
    destinations: dict[str, Destination] = field(default_factory=dict)
    warehouses: dict[str, Warehouse] = field(default_factory=dict)
    tracking_plans: dict[str, TrackingPlan] = field(default_factory=dict)
    labels: list[Label] = field(default_factory=list)
    events: list[Json] = field(default_factory=list, repr=False)
    dropped: list[Json] = field(default_factory=list, repr=False)
    usage: Counter[UsageCount] = field(default_factory=Counter, repr=False)
    deliveries: Counter[DeliveryCount] = field(default_factory=Counter, repr=False)
    seen_message_ids: dict[str, datetime] = field(default_factory=dict, repr=False)
    minted: int = 0

    def mint(self, kind: str, length: int) -> str:
        """Return a new identifier; the same sequence of calls on the same seed mints the same ones."""
        self.minted += 1
        return derive(self.seed, kind, str(self.minted), length=length)

    def source_of(self, write_key: str) -> Source | None:
        """Find the source a write key belongs to, or None."""
        return next((source for source in self.sources.values() if write_key in source.write_keys), None)

    def destinations_of(self, source_id: str) -> Iterable[Destination]:
        """List the destination instances of a source."""
        return [item for item in self.destinations.values() if item.source_id == source_id]

    def count_delivery(self, destination_id: str, at: datetime, outcome: str, number: int = 1) -> None:
        """Add to a delivery counter."""
        minute = at.replace(second=0, microsecond=0)
        self.deliveries[DeliveryCount(destination_id, minute, outcome)] += number
