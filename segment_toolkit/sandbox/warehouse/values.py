"""JSON values as a warehouse column holds them.

Source: Segment docs, "Warehouse Schemas": arrays are stringified, strings are cut at 512 characters, the first value
decides the type of a column, and a float in an integer column loses its precision.
"""

from __future__ import annotations

import json
import math

SqlValue = str | int | float | None

MAX_TEXT = 512

_MAX_INTEGER = 2**63 - 1

_DUMP = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def text(value: str) -> str:
    """Cut a string at 512 characters and write lone surrogates, which SQLite cannot encode, as `\\udXXX`."""
    return _encodable(value[:MAX_TEXT])[:MAX_TEXT]


def sql_value(value: object) -> SqlValue:
    """Convert any JSON value. Booleans become 1 or 0, objects and arrays JSON text.

    An integer beyond 64 bits becomes a float (assumed), and what no column can hold becomes NULL (assumed).
    """
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return id_value(value)


def id_value(value: object) -> str | None:
    """Convert what Segment's own text columns hold; anything but a string is written as JSON (assumed)."""
    if isinstance(value, str):
        return text(value)
    return None if value is None else json_text(value)


def row_id(value: object) -> str | None:
    """Convert the id of a row like `id_value`, but whole (assumed): ids may differ at the end only."""
    return _encodable(value) if isinstance(value, str) else id_value(value)


def json_text(value: object) -> str | None:
    """Write JSON text, cut like any string; None when it cannot be written (assumed)."""
    try:
        return text(_DUMP.encode(value))
    except (ValueError, TypeError, RecursionError):
        return None


def fit(value: SqlValue, declared: str) -> SqlValue:
    """Make a value fit the type of its column: TEXT, INTEGER or REAL.

    Numbers are written into text columns; what a number column cannot hold is stored as NULL (both assumed).
    """
    if value is None or declared == "TEXT":
        return value if value is None or isinstance(value, str) else str(value)
    if isinstance(value, str):
        return None
    if declared == "REAL":
        return float(value)
    whole = int(value)
    return whole if _is_64_bits(whole) else None


def sql_type(value: SqlValue) -> str:
    """Infer the type of a column from its first value."""
    return "INTEGER" if isinstance(value, int) else "REAL" if isinstance(value, float) else "TEXT"


def _encodable(value: str) -> str:
    return value if value.isascii() else value.encode("utf-8", "backslashreplace").decode()


def _integer(value: int) -> int | float | None:
    if _is_64_bits(value):
        return int(value)
    try:
        return float(value)
    except OverflowError:
        return None


def _is_64_bits(value: int) -> bool:
    return -_MAX_INTEGER - 1 <= value <= _MAX_INTEGER
