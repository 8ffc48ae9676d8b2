"""Identity resolution: takes the stored events of a space one by one and keeps its profiles.

Identify calls set a user's traits and group calls an account's; `context.traits` sets none, and alias does
nothing at all. Source: Segment docs, "Identity Resolution Overview", "Spec: Track", "Spec: Alias", "Spec: Group".
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

from segment_toolkit.sandbox.profiles.drops import silent_drop
from segment_toolkit.sandbox.profiles.graph import Graph, Scope, Stamp
from segment_toolkit.sandbox.profiles.identifiers import (
    Identifier,
    account_identifiers,
    identifier,
    user_identifiers,
)
from segment_toolkit.sandbox.profiles.matching import Match, Matcher
from segment_toolkit.sandbox.profiles.problems import BLOCKED, NO_IDENTIFIERS, Problem, ProblemLog
from segment_toolkit.sandbox.profiles.profile import Profile, profile_number, segment_id
from segment_toolkit.sandbox.profiles.schema import SCHEMA
from segment_toolkit.sandbox.profiles.settings import IdentitySettings
from segment_toolkit.sandbox.profiles.timeline import Entry, EventAt, Timeline
from segment_toolkit.sandbox.profiles.traits import Traits
from segment_toolkit.sandbox.profiles.values import milliseconds, storable, text_of
from segment_toolkit.sandbox.wire import Json

_CANONICAL = "SELECT canonical FROM profile WHERE id = ? AND space = ? AND collection = ?"
_ALL = "SELECT id FROM profile WHERE space = ? AND collection = ? AND canonical = id ORDER BY id"
_COUNT = "SELECT COUNT(*) FROM profile WHERE space = ? AND collection = ? AND canonical = id"


class Resolution(NamedTuple):
    """What became of an event: Segment's ids of its profiles, of those merged into them, and what went wrong.

    `dropped` says why Unify never saw the event; such an event has no profile and, as in Segment, no problems.
    """

    user: str | None = None
    account: str | None = None
    created: tuple[str, ...] = ()
    merged: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    dropped: str | None = None


class _Outcome(NamedTuple):
    """The same, as the tables have it: of most events nobody asks for more."""

    user: Match
    account: Match
    problems: Sequence[Problem]
    dropped: str | None = None


_NO_MATCH = Match(None)
_NOTHING = _Outcome(_NO_MATCH, _NO_MATCH, ())


class Profiles:
    """The profiles of all spaces in a database. It never commits: the transaction is the caller's.

    `event_at` returns an event by the position it was resolved with; events without a position are copied. Hold
    `lock` to call any of this; the profiles it returns take it by themselves.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        settings: IdentitySettings | None = None,
        *,
        event_at: EventAt | None = None,
        lock: AbstractContextManager[object] | None = None,
    ) -> None:
        # executescript() would commit the caller's transaction.
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        self.settings = IdentitySettings() if settings is None else settings
        self._connection, self._event_at = connection, event_at
        self._lock = nullcontext() if lock is None else lock
        self._graph = Graph(connection)
        self._matcher = Matcher(self._graph, self.settings)
        self._traits = Traits(connection)
        self._timeline = Timeline(connection, event_at)
        self._problems = ProblemLog(connection, self.settings.max_problems)

    def resolve(self, space_id: str, event: Json, event_position: int | None = None) -> Resolution:
        """Resolve one event. Never raises for what is in the event."""
        [outcome] = self._resolve_all(space_id, [(event, event_position)])
        return _resolution(*outcome)

    def resolve_many(self, space_id: str, events: Iterable[tuple[Json, int | None]]) -> None:
        """Resolve events with their positions, in order; cheaper than one by one."""
        self._resolve_all(space_id, events)

    def profile(self, space_id: str, collection: str, external_id: str) -> Profile | None:
        """Find a profile by `type:value` or by Segment's own id, also by the id of one merged away."""
        scope, number = Scope(storable(space_id), storable(collection)), profile_number(collection, external_id)
        if number is not None:
            row = self._connection.execute(_CANONICAL, (number, *scope)).fetchone()
            return self._view(row[0], collection) if row else None
        wanted = identifier(external_id)
        owner = self._graph.owners(scope, [wanted]).get(wanted) if wanted else None
        return None if owner is None else self._view(owner, collection)

    def profiles(self, space_id: str, collection: str = "users") -> list[Profile]:
        """Return the profiles of a space that were not merged away, oldest first."""
        rows = self._connection.execute(_ALL, (storable(space_id), storable(collection))).fetchall()
        return [self._view(number, collection) for (number,) in rows]

    def count(self, space_id: str, collection: str = "users") -> int:
        """Count the profiles of a space that were not merged away."""
        row = self._connection.execute(_COUNT, (storable(space_id), storable(collection))).fetchone()
        return int(row[0])

    def problems(self, space_id: str) -> list[Problem]:
        """Return the last problems of a space, newest first."""
        return self._problems.read(storable(space_id))

    def _resolve_all(self, space_id: str, events: Iterable[tuple[Json, int | None]]) -> list[_Outcome]:
        entries: list[Entry] = []
        space = storable(space_id)
        users, accounts = Scope(space, "users"), Scope(space, "accounts")
        outcomes = [self._resolve(users, accounts, event, position, entries) for event, position in events]
        if entries:
            self._timeline.add(entries)
        return outcomes

    def _resolve(
        self, users: Scope, accounts: Scope, event: Json, position: int | None, entries: list[Entry]
    ) -> _Outcome:
        if event.get("type") == "alias":
            return _NOTHING
        reason = silent_drop(event)
        if reason is not None:
            return _Outcome(_NO_MATCH, _NO_MATCH, (), reason)
        stamp, problems = _stamp(event), list[Problem]()
        user = self._match(users, user_identifiers(event, self.settings), stamp, problems)
        if user.profile is None:
            problems.append(Problem(NO_IDENTIFIERS, None, stamp.message_id))
        ids = account_identifiers(event)
        account = self._match(accounts, ids, stamp, problems) if ids else _NO_MATCH
        self._apply(event, user.profile, account.profile, stamp)
        owners = [number for number in (user.profile, account.profile) if number is not None]
        entries += self._timeline.entries(owners, stamp.at, event, position) if owners else []
        if problems:
            self._problems.add(users.space, problems)
        return _Outcome(user, account, problems)

    def _match(self, scope: Scope, ids: list[Identifier], stamp: Stamp, problems: list[Problem]) -> Match:
        is_blocked = self.settings.is_blocked
        blocked = [each for each in ids if is_blocked(*each)]
        if blocked:
            problems += [Problem(BLOCKED, each, stamp.message_id) for each in blocked]
            ids = [each for each in ids if each not in blocked]
        return self._matcher.match(scope, ids, stamp, problems) if ids else _NO_MATCH

    def _apply(self, event: Json, user: int | None, account: int | None, stamp: Stamp) -> None:
        kind, traits = event.get("type"), event.get("traits")
        owner = {"identify": user, "group": account}.get(kind) if isinstance(kind, str) else None
        if owner is not None and isinstance(traits, dict):
            self._traits.set(owner, traits, stamp)
        if user is not None and account is not None:
            self._graph.link(user, account)

    def _view(self, number: int, collection: str) -> Profile:
        return Profile(self._connection, number, collection, self._event_at, self._lock)


def _stamp(event: Json) -> Stamp:
    received_text, text = event.get("receivedAt"), event.get("timestamp")
    received = milliseconds(received_text)
    at = received if text == received_text else milliseconds(text)
    # An event that says nothing of its time counts as one of 1970 (assumed; the pipeline always stamps).
    fallback = next((time for time in (at, received) if time is not None), 0)
    return Stamp(
        fallback,
        fallback if received is None else received,
        text_of(event.get("messageId")),
        text_of(event.get("sourceId")),
    )


def _resolution(user: Match, account: Match, problems: Sequence[Problem], dropped: str | None) -> Resolution:
    both = [(name, match) for name, match in (("users", user), ("accounts", account)) if match.profile is not None]
    ids = {name: segment_id(name, match.profile or 0) for name, match in both}
    created = tuple(ids[name] for name, match in both if match.created)
    merged = tuple(segment_id(name, number) for name, match in both for number in match.merged)
    return Resolution(ids.get("users"), ids.get("accounts"), created, merged, tuple(problems), dropped)
