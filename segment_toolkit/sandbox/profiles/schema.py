"""The tables. Everything a profile is stands in them, so that a rollback undoes it.

`profile` holds every profile ever created; one that was merged away names the profile it went into as its
`canonical`. Identifiers, traits and links are moved at a merge; events keep the profile they came to and are
found through `canonical`, because there may be many. Instants are milliseconds since 1970.
Source of the canonical id: Segment docs, "Profiles Sync", table of `id_graph_updates`.
"""

from __future__ import annotations

SCHEMA: str = """
CREATE TABLE IF NOT EXISTS profile (
    id INTEGER PRIMARY KEY,
    space TEXT NOT NULL,
    collection TEXT NOT NULL,
    canonical INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    source_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS profile_by_canonical ON profile (canonical);
CREATE INDEX IF NOT EXISTS profile_by_space ON profile (space, collection);
CREATE TABLE IF NOT EXISTS profile_identifier (
    space TEXT NOT NULL,
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    profile INTEGER NOT NULL,
    type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    PRIMARY KEY (space, collection, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS profile_identifier_by_profile ON profile_identifier (profile, type, created_at);
CREATE TABLE IF NOT EXISTS profile_trait (
    profile INTEGER NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    at INTEGER NOT NULL,
    source_id TEXT NOT NULL,
    PRIMARY KEY (profile, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS profile_link (
    user INTEGER NOT NULL,
    account INTEGER NOT NULL,
    PRIMARY KEY (user, account)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS profile_link_by_account ON profile_link (account, user);
CREATE TABLE IF NOT EXISTS profile_event (
    profile INTEGER NOT NULL,
    at INTEGER NOT NULL,
    position INTEGER NOT NULL,
    copied INTEGER NOT NULL,
    PRIMARY KEY (profile, at, position, copied)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS profile_event_copy (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS profile_problem (
    space TEXT NOT NULL,
    number INTEGER NOT NULL,
    text TEXT NOT NULL,
    type TEXT NOT NULL,
    value TEXT NOT NULL,
    message_id TEXT NOT NULL,
    PRIMARY KEY (space, number)
) WITHOUT ROWID
"""
