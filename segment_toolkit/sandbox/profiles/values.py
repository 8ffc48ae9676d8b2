"""Values on their way into SQLite: instants as milliseconds, JSON as ASCII, texts that UTF-8 can hold."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

from segment_toolkit.sandbox.instants import format_instant, parse_instant
from segment_toolkit.sandbox.wire import Json

_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_CANONICAL_LENGTH = len("2026-01-02T03:04:05.678Z")


def storable(text: str) -> str:
    """Write lone surrogates, which SQLite refuses, as backslash escapes; any other text stays as it is."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def text_of(value: object) -> str:
    """Return a text fit for SQLite; "" for what is no text."""
    return storable(value) if isinstance(value, str) else ""


def object_of(value: object) -> Json:
    """Return a JSON object; an empty one for what is none."""
    return value if isinstance(value, dict) else {}


def milliseconds(text: object) -> int | None:
    """Read an ISO 8601 instant as milliseconds since 1970; None when it is not one."""
    instant = _canonical(text) or parse_instant(text)
    return None if instant is None else (instant - _EPOCH) // _MILLISECOND


def instant(at: int) -> str:
    """Write milliseconds since 1970 as Segment writes instants."""
    return format_instant(_EPOCH + at * _MILLISECOND)


def dump(value: object) -> str:
    """Write any JSON value in ASCII; what JSON or Python cannot write, such as a huge integer, becomes null."""
    try:
        return _ENCODER.encode(value)
    except ValueError:
        return _ENCODER.encode(_tame(value))


def load(text: str) -> Any:
    """Read what `dump` wrote."""
    return json.loads(text)


def _canonical(text: object) -> datetime | None:
    # The pipeline writes this one form, and datetime reads it ten times faster than parse_instant.
    if isinstance(text, str) and len(text) == _CANONICAL_LENGTH and text[-1] == "Z":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return None
    return None


def _tame(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _tame(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_tame(member) for member in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    # Python refuses to write integers of more than 4,300 digits, or fewer where the interpreter is told so.
    return None if isinstance(value, int) and value.bit_length() > 2_000 else value
