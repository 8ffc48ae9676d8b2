"""Pagination: `{"count": 1..1000, "cursor"?}` in, `{"current", "next"?, "previous"?, "totalEntries"}` out.

Source: Public API reference, "Pagination". Cursors are base64 of a number there (`MA==`, `MQ==`); that the
number is an offset, and the default count, are assumed. Clients should treat a cursor as opaque.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence

from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.wire import Json

_DEFAULT_COUNT = 200
_MAX_COUNT = 1000


def page(call: Call, name: str, entries: Sequence[Json]) -> Json:
    """Return the asked page of a list under its name, with the pagination object."""
    asked = call.object_argument("pagination")
    count = _DEFAULT_COUNT if asked is None else _count(asked)
    start = 0 if asked is None else _start(asked)
    return {name: entries[start : start + count], "pagination": _pagination(start, count, len(entries))}


def _pagination(start: int, count: int, total: int) -> Json:
    pagination: Json = {"current": _cursor(start), "totalEntries": total}
    if start + count < total:
        pagination["next"] = _cursor(start + count)
    if start > 0:
        pagination["previous"] = _cursor(max(0, start - count))
    return pagination


def _count(asked: Json) -> int:
    given = asked.get("count")
    digits = str(given) if isinstance(given, int | str) and not isinstance(given, bool) else ""
    # Length first: Python refuses to read integers of more than 4,300 digits.
    count = int(digits) if re.fullmatch(r"[0-9]{1,6}", digits) else 0
    if not 1 <= count <= _MAX_COUNT:
        message = f"'pagination.count' must be an integer from 1 to {_MAX_COUNT}."
        raise invalid(message, field="pagination.count")
    return count


def _start(asked: Json) -> int:
    if "cursor" not in asked:
        return 0
    try:
        digits = base64.b64decode(str(asked["cursor"]).encode("utf-8", "surrogatepass"), validate=True)
    except binascii.Error:
        digits = b""
    if not re.fullmatch(rb"[0-9]{1,9}", digits):
        raise invalid("'pagination.cursor' is not a cursor of this list.", field="pagination.cursor")
    return int(digits)


def _cursor(start: int) -> str:
    return base64.b64encode(str(start).encode()).decode()
