"""Flat matching: from the identifiers of an event to the one profile it belongs to.

Any shared identifier is a match. No match makes a profile, one is extended, several are merged. Where the result
would hold too many values of a type, the event's identifier of lowest priority is left out and the rest matched
again. Source: Segment docs, "Identity Resolution Settings", "Flat matching logic", "Priority"; "Unify Limits".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from segment_toolkit.sandbox.profiles.graph import Graph, Scope, Stamp
from segment_toolkit.sandbox.profiles.identifiers import Identifier
from segment_toolkit.sandbox.profiles.problems import (
    MAPPING_LIMIT,
    MERGE_LIMIT,
    TIME_LIMIT,
    VALUE_LIMIT,
    Problem,
)
from segment_toolkit.sandbox.profiles.settings import WINDOW_MS, IdentitySettings


class Match(NamedTuple):
    """The profile of an event, None when no identifier was left; and how it came to it."""

    profile: int | None
    created: bool = False
    merged: tuple[int, ...] = ()


class Matcher:
    """Matches events with profiles under the rules of the space, and changes the graph accordingly."""

    def __init__(self, graph: Graph, settings: IdentitySettings) -> None:
        self._graph = graph
        self._settings = settings

    def match(self, scope: Scope, ids: list[Identifier], stamp: Stamp, problems: list[Problem]) -> Match:
        """Find or make the profile; adds to `problems` what was left out."""
        found = self._graph.owners(scope, ids)
        if len(found) == len(ids) and len(set(found.values())) == 1:
            return Match(found[ids[0]])
        kept = sorted(ids, key=lambda each: self._settings.rank(each.type))
        attempt = _Attempt(self._graph, self._settings, found, stamp, problems)
        return self._apply(scope, attempt.reduce(kept), found, stamp)

    def _apply(self, scope: Scope, kept: Sequence[Identifier], found: Mapping[Identifier, int], stamp: Stamp) -> Match:
        if not kept:
            return Match(None)
        owners = {found[each] for each in kept if each in found}
        profile = self._graph.merge(owners) if owners else self._graph.create(scope, stamp)
        self._graph.attach(scope, profile, [each for each in kept if each not in found], stamp)
        return Match(profile, created=not owners, merged=tuple(sorted(owners - {profile})))


class _Attempt:
    """One event's search for a set of identifiers that breaks no rule."""

    def __init__(
        self,
        graph: Graph,
        settings: IdentitySettings,
        found: Mapping[Identifier, int],
        stamp: Stamp,
        problems: list[Problem],
    ) -> None:
        self._graph, self._settings, self._found = graph, settings, found
        self._stamp, self._problems = stamp, problems
        self._counts: dict[frozenset[int], dict[str, int]] = {}

    def reduce(self, kept: list[Identifier]) -> list[Identifier]:
        """Leave out identifiers, given from the highest priority to the lowest, until the rest fits."""
        while kept:
            owners = frozenset(self._found[each] for each in kept if each in self._found)
            new = [each for each in kept if each not in self._found]
            violation = self._limit_exceeded(owners, new)
            if violation:
                self._leave_out(kept[-1:], violation)
                kept = kept[:-1]
            elif len(owners) > 1 and (refusal := self._merge_refused(owners, new)):
                kept = self._without_merge(kept, refusal)
            else:
                return self._within_mappings(kept, owners, new)
        return kept

    def _limit_exceeded(self, owners: frozenset[int], new: Sequence[Identifier]) -> str | None:
        added = Counter(each.type for each in new)
        held = self._held(owners)
        # Without a merge only the types that grow can break a limit that was kept before.
        for kind in {*added, *held} if len(owners) > 1 else added:
            limit = self._settings.limit_of(kind)
            if held.get(kind, 0) + added[kind] <= limit.count:
                continue
            if limit.window == "ever":
                return VALUE_LIMIT
            since = self._stamp.received - WINDOW_MS[limit.window]
            if self._graph.recent(owners, kind, since) + added[kind] > limit.count:
                return TIME_LIMIT
        return None

    def _merge_refused(self, owners: frozenset[int], new: Sequence[Identifier]) -> str | None:
        if self._graph.merges(owners) > self._settings.max_merges:
            return MERGE_LIMIT
        mappings = sum(self._held(owners).values()) + len(new)
        return MAPPING_LIMIT if mappings > self._settings.max_mappings else None

    def _without_merge(self, kept: list[Identifier], refusal: str) -> list[Identifier]:
        """Keep to the profile of the highest-priority identifier that has one (assumed)."""
        chosen = next(self._found[each] for each in kept if each in self._found)
        self._leave_out([each for each in kept if self._found.get(each, chosen) != chosen], refusal)
        return [each for each in kept if self._found.get(each, chosen) == chosen]

    def _within_mappings(
        self, kept: list[Identifier], owners: frozenset[int], new: list[Identifier]
    ) -> list[Identifier]:
        """Leave out the new identifiers a profile has no room for; the event still resolves by the others."""
        room = max(0, self._settings.max_mappings - sum(self._held(owners).values()))
        surplus = new[room:]
        self._leave_out(surplus, MAPPING_LIMIT)
        dropped = set(surplus)
        return [each for each in kept if each not in dropped] if dropped else kept

    def _held(self, owners: frozenset[int]) -> dict[str, int]:
        if owners not in self._counts:
            self._counts[owners] = self._graph.counts(owners) if owners else {}
        return self._counts[owners]

    def _leave_out(self, ids: Sequence[Identifier], text: str) -> None:
        self._problems += [Problem(text, each, self._stamp.message_id) for each in ids]
