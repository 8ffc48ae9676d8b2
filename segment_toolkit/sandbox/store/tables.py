"""The tables of the database. Profiles, deliveries and warehouses bring their own beside these."""

from __future__ import annotations

TABLES = """
-- What a workspace is made of: sources, destinations, labels ... one row a record, in order of creation.
CREATE TABLE IF NOT EXISTS workspace (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    minted INTEGER NOT NULL DEFAULT 0,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS record (
    position INTEGER PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (workspace_id, kind, id)
);
CREATE TABLE IF NOT EXISTS audit_event (
    position INTEGER PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    at TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_event_of_workspace ON audit_event (workspace_id, position);

-- What its sources received.
CREATE TABLE IF NOT EXISTS event (
    -- Never given out twice, not even when the last events are deleted: profiles refer to it.
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id TEXT NOT NULL,
    source_id TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS dropped (
    position INTEGER PRIMARY KEY,
    workspace_id TEXT,
    source_id TEXT,
    reason TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS sighting (
    message_id TEXT PRIMARY KEY,
    at REAL NOT NULL
) WITHOUT ROWID;

-- What was counted. A destination_id, event_name, app_version or reason that does not apply is ''.
CREATE TABLE IF NOT EXISTS delivery_count (
    source_id TEXT NOT NULL,
    destination_id TEXT NOT NULL,
    step TEXT NOT NULL,
    minute INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    event_name TEXT NOT NULL,
    app_version TEXT NOT NULL,
    reason TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (source_id, destination_id, step, minute, event_type, event_name, app_version, reason)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS api_calls (
    workspace_id TEXT NOT NULL,
    day TEXT NOT NULL,
    source_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, day, source_id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tracked_person (
    workspace_id TEXT NOT NULL,
    month TEXT NOT NULL,
    source_id TEXT NOT NULL,
    -- 'user' or 'anonymous'
    kind TEXT NOT NULL,
    identifier TEXT NOT NULL,
    first_day TEXT NOT NULL,
    -- Of an anonymous one: the first day it came with a userId.
    identified_day TEXT,
    PRIMARY KEY (workspace_id, month, source_id, kind, identifier)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS violation (
    source_id TEXT NOT NULL,
    day TEXT NOT NULL,
    event_type TEXT NOT NULL,
    event_name TEXT NOT NULL,
    violation TEXT NOT NULL,
    field TEXT NOT NULL,
    description TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (source_id, day, event_type, event_name, violation, field, description)
) WITHOUT ROWID;
"""
