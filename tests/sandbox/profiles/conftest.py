"""Profiles in a fresh database, and short ways to write stored events."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Protocol

import pytest

from segment_toolkit.sandbox.profiles import IdentitySettings, Profiles, Resolution

SPACE = "spa_test"


class Unify:
    """A space whose clock moves one minute with every event."""

    def __init__(self, connection: sqlite3.Connection, settings: IdentitySettings) -> None:
        self.profiles = Profiles(connection, settings)
        self.sent = 0

    def send(self, kind: str, **members: Any) -> Resolution:
        """Resolve one event; an `at` or any other member given stands for the made-up one."""
        self.sent += 1
        at = members.pop("at", f"2026-03-01T{self.sent // 60:02d}:{self.sent % 60:02d}:00.000Z")
        event = {
            "type": kind,
            "messageId": f"m{self.sent}",
            "timestamp": at,
            "receivedAt": at,
            "sourceId": "src_1",
            **({"event": "E"} if kind == "track" else {}),
            **members,
        }
        return self.profiles.resolve(SPACE, event)

    def ids(self, external_id: str, collection: str = "users") -> set[str]:
        """The external ids of the profile that has one of them."""
        profile = self.profiles.profile(SPACE, collection, external_id)
        return set() if profile is None else {f"{each['type']}:{each['id']}" for each in profile.external_ids()}

    def traits(self, external_id: str, collection: str = "users") -> dict[str, Any]:
        """The plain trait values of a profile that must exist."""
        profile = self.profiles.profile(SPACE, collection, external_id)
        assert profile is not None
        return {name: trait.value for name, trait in profile.traits().items()}


class MakeUnify(Protocol):
    def __call__(self, **settings: Any) -> Unify: ...


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


@pytest.fixture
def make_unify(connection: sqlite3.Connection) -> MakeUnify:
    """Build a space with the settings of a test."""

    def make(**settings: Any) -> Unify:
        return Unify(connection, IdentitySettings(**settings))

    return make


@pytest.fixture
def unify(make_unify: MakeUnify) -> Unify:
    """A space with the default settings."""
    return make_unify()
