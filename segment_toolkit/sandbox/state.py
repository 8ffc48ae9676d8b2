"""What a workspace is made of: immutable records with no HTTP and no SQL in them.

To change one, put a changed copy on its shelf: `workspace.sources[id] = replace(source, enabled=False)`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any, Self

from segment_toolkit.sandbox import catalog
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.schema import open_schema
from segment_toolkit.sandbox.tracking_api.oauth_answers import ONE_DAY_SECONDS, TRACKING_SCOPE, OAuthApp
from segment_toolkit.sandbox.wire import Json


@dataclass(frozen=True)
class _Record:
    """A record whose members are JSON values, tuples of them, or labels."""

    def document(self) -> Json:
        """Return the stored form."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def read(cls, document: Json) -> Self:
        """Return the record of a stored form."""
        tuples = {name: tuple(value) for name, value in document.items() if isinstance(value, list)}
        return cls(**{**document, **tuples})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value.document() if isinstance(value, Label) else value


@dataclass(frozen=True)
class Label(_Record):
    """A workspace label; key and value together are its identity."""

    key: str
    value: str
    description: str | None = field(default=None, compare=False)

    @property
    def id(self) -> str:
        """What it is found by."""
        return f"{self.key}:{self.value}"


@dataclass(frozen=True)
class WorkspaceFacts(_Record):
    """What never changes about a workspace."""

    id: str
    slug: str
    name: str
    region: Region
    seed: str = field(repr=False)
    token: str = field(repr=False)
    space_id: str = ""
    profile_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Source(_Record):
    """A source, with what hangs on it: keys, labels, schema settings, tracking plan."""

    id: str
    slug: str
    name: str
    kind_id: str
    enabled: bool = True
    write_keys: tuple[str, ...] = field(default=(), repr=False)
    settings: Json = field(default_factory=dict)
    labels: tuple[Label, ...] = ()
    schema_settings: Json = field(default_factory=open_schema)
    tracking_plan_id: str | None = None
    blocked: Json = field(default_factory=dict)
    """What is switched off on the schema page: events, pages, screens, traits, group_traits, each a list of names."""
    warehouse_schema: str = ""
    """The name of its schema in warehouses, kept when the slug changes (assumed)."""
    oauth_app_id: str | None = None
    """The app whose bearer tokens the Tracking API asks for beside the write key; None asks for none."""

    @property
    def kind(self) -> catalog.SourceKind:
        """Its catalog entry."""
        return catalog.known(catalog.SOURCE_KINDS, self.kind_id)

    @classmethod
    def read(cls, document: Json) -> Self:
        """Return the record of a stored form."""
        return super().read({**document, "labels": [Label(**label) for label in document["labels"]]})


@dataclass(frozen=True)
class Destination(_Record):
    """A destination instance; it belongs to exactly one source."""

    id: str
    name: str | None
    kind_id: str
    source_id: str
    enabled: bool = True
    settings: Json = field(default_factory=dict, repr=False)
    consent_categories: tuple[str, ...] = ()
    """The consent categories it is mapped to; an event needs all of them."""

    @property
    def kind(self) -> catalog.DestinationKind:
        """Its catalog entry."""
        return catalog.known(catalog.DESTINATION_KINDS, self.kind_id)


@dataclass(frozen=True)
class DestinationFilter(_Record):
    """A filter between a source and a destination; its `condition` is the `if` of the API."""

    id: str
    source_id: str
    destination_id: str
    condition: str
    actions: tuple[Json, ...]
    title: str
    description: str | None
    enabled: bool
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class Warehouse(_Record):
    """A warehouse and the ids of the sources connected to it."""

    id: str
    name: str | None
    kind_id: str
    prefix: str
    """What the names of its tables start with in the sandbox's database."""
    enabled: bool = True
    settings: Json = field(default_factory=dict, repr=False)
    source_ids: tuple[str, ...] = ()

    @property
    def kind(self) -> catalog.WarehouseKind:
        """Its catalog entry."""
        return catalog.known(catalog.WAREHOUSE_KINDS, self.kind_id)


@dataclass(frozen=True)
class TrackingPlan(_Record):
    """A tracking plan; a rule is `{type, key?, jsonSchema, version, createdAt, updatedAt, deprecatedAt?}`."""

    id: str
    name: str
    slug: str
    description: str | None
    created_at: str
    updated_at: str
    type: str = "LIVE"
    rules: tuple[Json, ...] = ()


@dataclass(frozen=True)
class User(_Record):
    """Somebody who may use the workspace."""

    id: str
    name: str
    email: str
    permissions: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Regulation(_Record):
    """A request to suppress or delete people (or objects), in all sources or in one."""

    id: str
    type: str
    status: str
    subject_type: str
    subject_ids: tuple[str, ...]
    source_id: str | None
    created_at: str
    finished_at: str | None
    by: str
    collection: str | None = None
    """The collection of the objects, when they are those of a cloud source."""


@dataclass(frozen=True)
class Suppression(_Record):
    """A person whose events are dropped in all sources; its id is the userId."""

    user_id: str
    created_at: str


@dataclass(frozen=True)
class OAuthClient(_Record):
    """An OAuth app; `scope` may name several scopes, with spaces between."""

    id: str
    key_id: str
    public_key_pem: str = field(repr=False)
    scope: str = TRACKING_SCOPE
    token_seconds: int = ONE_DAY_SECONDS

    def app(self) -> OAuthApp:
        """Return it as the token server knows it."""
        return OAuthApp(**self.document())


@dataclass(frozen=True)
class NarrowSuppression(_Record):
    """A suppression of something else than a userId in all sources."""

    source_id: str | None
    subject_type: str
    subject_id: str
    collection: str | None
    created_at: str

    @property
    def id(self) -> str:
        """What it is found by."""
        return self.key(self.source_id, self.subject_type, self.subject_id, self.collection)

    @staticmethod
    def key(source_id: str | None, subject_type: str, subject_id: str, collection: str | None = None) -> str:
        """Return the id that such a suppression has."""
        # Quoted as JSON, so that whatever stands in them they neither run together nor fail to be stored.
        return f"{source_id or ''}/{subject_type}/{json.dumps(collection or '')}/{json.dumps(subject_id)}"
