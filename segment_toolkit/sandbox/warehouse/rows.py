"""From a stored event to the rows that Segment loads into a warehouse. Pure: no database here.

| call     | tables                                                       |
| -------- | ------------------------------------------------------------ |
| track    | `tracks` without properties, and a table per event name      |
| identify | `identifies`, and `users`: the latest traits of each user    |
| group    | `groups`, and `accounts`: the latest traits of each group    |
| page, screen, alias | `pages`, `screens`, `aliases`                     |

Source: Segment docs, "Warehouse Schemas". The page says that a property named like one of Segment's own columns is
discarded; "Redshift Warehouse Destination" says that it gets a `_` in front. The first is done here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from segment_toolkit.sandbox.warehouse.names import MAX_DEPTH, Names, Node
from segment_toolkit.sandbox.warehouse.values import MAX_TEXT, SqlValue, id_value, row_id, sql_value
from segment_toolkit.sandbox.wire import Json

# Tables with one row per `id` that later calls update; all others hold one row per message.
LATEST = frozenset({"users", "accounts"})

COLLECTIONS = frozenset({"tracks", "identifies", "pages", "screens", "groups", "aliases"}) | LATEST

_TABLE_OF = {"identify": "identifies", "page": "pages", "screen": "screens", "group": "groups", "alias": "aliases"}

_OWN_KEY = {"groups": ("group_id", "groupId"), "aliases": ("previous_id", "previousId")}

_WITH_PROPERTIES = frozenset({"pages", "screens"})

# What a message has and a user or group has not.  [docs: "this table won't have an anonymous_id column"] That
# the other times and user_id are missing too, and that context fields are there, is assumed.
_OF_THE_MESSAGE = ("sent_at", "timestamp", "original_timestamp", "user_id", "anonymous_id")

Columns = dict[str, SqlValue]


class Row(NamedTuple):
    """One row: the table without schema, and its columns. `id` is always there and never None."""

    table: str
    columns: Columns


def rows(event: Json, names: Names | None = None) -> list[Row]:
    """List the rows of a stored event; none for a message without id or of a type that is no call. Never raises.

    Give the same `names` for many events: names are converted once.
    """
    names = names or Names()
    message_id, call = row_id(event.get("messageId")), event.get("type")
    if message_id is None or not isinstance(call, str):
        return []
    if call == "track":
        return _track(event, message_id, names)
    table = _TABLE_OF.get(call)
    return _other(event, message_id, table, names) if table else []


def _track(event: Json, message_id: str, names: Names) -> list[Row]:
    columns = _common(event, message_id)
    event_name = event.get("event")
    table = names.table(event_name) if isinstance(event_name, str) else ""
    columns["event"] = table or None
    columns["event_text"] = id_value(event_name)
    _flatten(event.get("context"), names.context, columns, names)
    tracks = Row("tracks", columns)
    if not table:
        # An event whose name has no ASCII letter or digit has no table of its own (assumed).
        return [tracks]
    columns = columns.copy()
    _flatten(event.get("properties"), names.properties, columns, names)
    # An event called "Users" must not land among the users; the underscore is assumed.
    return [tracks, Row(f"_{table}" if table in COLLECTIONS else table, columns)]


def _other(event: Json, message_id: str, table: str, names: Names) -> list[Row]:
    columns = _common(event, message_id)
    own_key = _OWN_KEY.get(table)
    if own_key is not None:
        columns[own_key[0]] = id_value(event.get(own_key[1]))
    for key in ("name", "category") if table in _WITH_PROPERTIES else ():
        # At the top level too (assumed: the docs show them among the properties only).
        if event.get(key) is not None:
            columns[key] = id_value(event[key])
    _flatten(event.get("context"), names.context, columns, names)
    _flatten(event.get("properties" if table in _WITH_PROPERTIES else "traits"), names.properties, columns, names)
    calls = Row(table, columns)
    if table == "identifies":
        return [calls, *_latest("users", "user_id", columns)]
    return [calls, *_latest("accounts", "group_id", columns)] if table == "groups" else [calls]


def _common(event: Json, message_id: str) -> Columns:
    """Start a row with the columns that every message has; they exist even while nothing fills them (assumed)."""
    get = event.get
    return {
        "id": message_id,
        "received_at": id_value(get("receivedAt")),
        "sent_at": id_value(get("sentAt")),
        "timestamp": id_value(get("timestamp")),
        "original_timestamp": id_value(get("originalTimestamp")),
        "user_id": id_value(get("userId")),
        "anonymous_id": id_value(get("anonymousId")),
    }


def _latest(table: str, key: str, columns: Columns) -> list[Row]:
    """Make the row of the user or group itself; its `id` is the user's or group's.  [docs: "Warehouse tables"]"""
    if columns[key] is None:
        return []
    latest = columns.copy()
    latest["id"] = latest[key]
    for name in (*_OF_THE_MESSAGE, key):
        latest.pop(name, None)
    return [Row(table, latest)]


def _flatten(value: object, node: Node, columns: Columns, names: Names) -> None:
    """Add the columns of an object and of the objects in it. A column that is taken stays as it is.

    So Segment's own columns win over properties of their name, and of two properties with one name the first that is
    not null (assumed).  [docs: a column exists once a value that is not null came in]
    """
    items: dict[str, Any] = value if isinstance(value, dict) else {}
    known = node.known
    for key, item in items.items():
        column, below = known.get(key) or names.learn(node, key)
        if item is None or column is None:
            continue
        if type(item) is dict and node.depth < MAX_DEPTH:
            _flatten(item, below, columns, names)
        elif column in columns:
            continue
        elif type(item) is str and len(item) <= MAX_TEXT and item.isascii():
            # Most values are such; this saves them a call.
            columns[column] = item
        elif (converted := sql_value(item)) is not None:
            columns[column] = converted
