"""`WorkspaceHandle`: what Python sees of one workspace of a sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Literal

from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.hosts import Region
from segment_toolkit.sandbox.profiles import Profile
from segment_toolkit.sandbox.seed import default_write_key
from segment_toolkit.sandbox.state import OAuthClient, Source
from segment_toolkit.sandbox.warehouse.reader import Parameters, WarehouseReader
from segment_toolkit.sandbox.wire import Json
from segment_toolkit.sandbox.workspace import Workspace


class WorkspaceHandle:
    """A workspace and what it received. Lists and mappings are copies, made when they are asked for."""

    def __init__(self, backend: Backend, workspace_id: str | None) -> None:
        """Look at a workspace by its id; None stands for the one the sandbox started with."""
        self._backend = backend
        self._workspace_id = workspace_id

    def __repr__(self) -> str:
        """Show the slug, the region and how much happened; no token and no key."""
        if self._backend.store.database.is_closed:
            return f"<{type(self).__name__} {self.slug!r} closed>"
        return f"<{type(self).__name__} {self.slug!r} region={self.region!r} events={self.event_count}>"

    @property
    def id(self) -> str:
        """The workspace's id."""
        return self._workspace.id

    @property
    def slug(self) -> str:
        """The workspace's slug."""
        return self._workspace.facts.slug

    @property
    def region(self) -> Region:
        """The region whose hosts it answers at: "us" or "eu"."""
        return self._workspace.region

    @property
    def token(self) -> str:
        """The Public API token."""
        return self._workspace.facts.token

    @property
    def space_id(self) -> str:
        """The id of the space that holds its profiles."""
        return self._workspace.facts.space_id

    @property
    def profile_token(self) -> str:
        """The access token of the Profile API."""
        return self._workspace.facts.profile_token

    @property
    def write_key(self) -> str:
        """The seeded key of the default source, the shop's website; it stays the same when it is removed there."""
        return default_write_key(self._workspace)

    @property
    def write_keys(self) -> dict[str, str]:
        """Source slug to the first write key, of the sources that have one."""
        return {source.slug: source.write_keys[0] for source in self._all("sources") if source.write_keys}

    @property
    def sources(self) -> dict[str, str]:
        """Source slug to id."""
        return {source.slug: source.id for source in self._all("sources")}

    @property
    def destinations(self) -> dict[str, str]:
        """Catalog slug of a destination to the id of its first instance; instances have no slug of their own."""
        return _first_of_each((item.kind.slug, item.id) for item in self._all("destinations"))

    @property
    def destination_sources(self) -> dict[str, str]:
        """Id of a destination instance to the id of the source it belongs to."""
        return {item.id: item.source_id for item in self._all("destinations")}

    @property
    def warehouses(self) -> dict[str, str]:
        """Catalog slug of a warehouse to the id of the first one of that kind."""
        return _first_of_each((item.kind.slug, item.id) for item in self._all("warehouses"))

    @property
    def tracking_plans(self) -> dict[str, str]:
        """Slug of a tracking plan to its id."""
        return {plan.slug: plan.id for plan in self._all("tracking_plans")}

    @property
    def events(self) -> list[Json]:
        """The events that were taken in, oldest first, as Segment would store them."""
        with self._backend.lock:
            return list(self._backend.store.journal.events(self.id))

    @property
    def event_count(self) -> int:
        """How many events were taken in."""
        with self._backend.lock:
            return self._backend.store.journal.count(self.id)

    @property
    def dropped(self) -> list[Json]:
        """The events that were answered 200 and dropped: `{"reason": code, "event": {...}}`, oldest first.

        Among them are those whose write key belongs to no workspace.
        """
        with self._backend.lock:
            return list(self._backend.store.journal.dropped(self.id))

    @property
    def violations(self) -> list[Json]:
        """The violations of tracking plans, counted by source, day, event, kind and field."""
        with self._backend.lock:
            return self._backend.store.ledger.violations(list(self._workspace.sources))

    @property
    def totals(self) -> dict[tuple[str, str, str], int]:
        """`(source id, destination id or "", step)` to the number of events, history included."""
        with self._backend.lock:
            sources = self._workspace.sources
            totals = self._backend.store.ledger.totals()
            return {key: number for key, number in totals.items() if key[0] in sources}

    @property
    def profiles(self) -> list[Profile]:
        """The profiles of its users, oldest first, as identity resolution has them now."""
        with self._backend.lock:
            self._backend.check_open()
            return self._backend.profiles.profiles(self.space_id)

    def profile(self, external_id: str, collection: Literal["users", "accounts"] = "users") -> Profile | None:
        """Find a profile by an identifier, `email:ada@example.com` say, or by its own id."""
        with self._backend.lock:
            self._backend.check_open()
            return self._backend.profiles.profile(self.space_id, collection, external_id)

    def query(self, sql: str, parameters: Parameters = (), *, warehouse: str = "postgres") -> list[Json]:
        """Ask a warehouse (by the prefix of its tables) with one SELECT: `select * from shop_web.tracks`.

        Raises ValueError for anything that is no query of its tables.
        """
        prefixes = [item.prefix for item in self._all("warehouses")]
        if warehouse not in prefixes:
            raise ValueError(f"there is no warehouse {warehouse!r}; there are {', '.join(prefixes)}")
        with self._backend.lock:
            return WarehouseReader(self._backend.store.database.connection, warehouse).query(sql, parameters)

    def add_oauth_app(self, public_key_pem: str, *sources: str, key_id: str | None = None) -> OAuthClient:
        """Add an OAuth app with the public half of an RSA key; from now on these sources ask for its tokens."""
        with self._backend.transaction():
            workspace = self._workspace
            id_ = workspace.mint("oauth app", 22)
            app = OAuthClient(id_, key_id or workspace.mint("oauth key", 22), public_key_pem)
            workspace.oauth_apps[id_] = app
            for slug in sources:
                source = self._source(slug)
                workspace.sources[source.id] = replace(source, oauth_app_id=id_)
            return app

    def block(
        self,
        source: str,
        *,
        events: Iterable[str] = (),
        pages: Iterable[str] = (),
        screens: Iterable[str] = (),
        traits: Iterable[str] = (),
        group_traits: Iterable[str] = (),
    ) -> None:
        """Switch track events, pages, screens and traits of a source (its slug) off by name, as the schema page does.

        It takes the place of what was switched off before, and works only without a tracking plan.
        """
        names = {
            "events": list(events),
            "pages": list(pages),
            "screens": list(screens),
            "traits": list(traits),
            "group_traits": list(group_traits),
        }
        with self._backend.transaction():
            found = self._source(source)
            self._workspace.sources[found.id] = replace(found, blocked=names)

    def require_consent(self, destination: str, *categories: str) -> None:
        """Map a destination (its catalog slug) to consent categories; an event needs all of them."""
        with self._backend.transaction():
            found = self._workspace.destinations[self.destinations[destination]]
            self._workspace.destinations[found.id] = replace(found, consent_categories=categories)

    @property
    def _workspace(self) -> Workspace:
        """Find the workspace anew: a reset takes it away, and what was undone is read again."""
        with self._backend.lock:
            if self._workspace_id is None:
                return self._backend.home
            workspace = self._backend.workspaces.get(self._workspace_id)
        if workspace is None:
            raise LookupError("there is no such workspace any more; the sandbox was reset or restored")
        return workspace

    def _all(self, shelf: str) -> list[Any]:
        with self._backend.lock:
            self._backend.check_open()
            return list(getattr(self._workspace, shelf).values())

    def _source(self, slug: str) -> Source:
        found = (source for source in self._workspace.sources.values() if source.slug == slug)
        source = next(found, None)
        if source is None:
            raise KeyError(f"there is no source {slug!r}; there are {', '.join(self.sources)}")
        return source


def _first_of_each(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for slug, id_ in pairs:
        found.setdefault(slug, id_)
    return found
