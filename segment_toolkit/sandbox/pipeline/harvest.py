"""What one request comes to: everything that is to be written, gathered before any of it is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from segment_toolkit.sandbox.pipeline.facets import Facets
from segment_toolkit.sandbox.pipeline.routes import Stop
from segment_toolkit.sandbox.store.journal import Dropped, Taken
from segment_toolkit.sandbox.store.ledger import Counts
from segment_toolkit.sandbox.wire import Json


class Load(NamedTuple):
    """The warehouses that get the events of a source, by the prefix of their tables, and its schema in them."""

    prefixes: tuple[str, ...]
    schema: str


class Parcel(NamedTuple):
    """An event on its way to a destination that is really called."""

    stop: Stop
    event: Json
    facets: Facets
    at: datetime


@dataclass
class Harvest:
    """Lists to write, each in the order the events came."""

    taken: list[Taken] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    message_ids: list[str] = field(default_factory=list)
    loads: defaultdict[Load, list[Json]] = field(default_factory=lambda: defaultdict(list))
    identities: defaultdict[str, list[tuple[Json, int]]] = field(default_factory=lambda: defaultdict(list))
    """Space id to events with their positions in the journal."""
    parcels: list[Parcel] = field(default_factory=list)
