"""JSON as it comes in and goes out, for both APIs.

Reading is strict where Python's own reader is not: NaN, Infinity and numbers that overflow to them are no
JSON. Writing is pure ASCII, so that a lone surrogate which a caller sent in can be sent back.
"""

from __future__ import annotations

import json
import math
from itertools import chain
from typing import Any, NoReturn

from starlette.responses import Response

Json = dict[str, Any]

# Deeper documents are refused as malformed. The figure is assumed: no nesting limit is documented, but one is
# needed so that what can be read can also be written again within Python's recursion limit.
MAX_DEPTH = 200


# Made once: an encoder costs as much as a small document. What they write is a tree, which needs no check for circles.
_ASCII = json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False)
_UTF_8 = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, check_circular=False)


class Malformed(ValueError):
    """The bytes are not JSON that this server takes."""


def decode(raw: bytes) -> Any:
    """Read JSON. Raises Malformed for anything else, whatever the reader's own reason."""
    try:
        document = json.loads(raw.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Malformed from None
    if _too_deep(document):
        raise Malformed
    return document


def trusted(text: str) -> Any:
    """Read JSON that `encode` wrote."""
    return json.loads(text)


def encode(document: object) -> bytes:
    """Write JSON without spaces, in ASCII."""
    return text_of(document).encode("ascii")


def text_of(document: object) -> str:
    """Write JSON without spaces, in ASCII, as text."""
    return _ASCII.encode(document)


def size(document: object) -> int:
    """Count the bytes of a document as compact UTF-8 JSON, which is how senders measure an event."""
    text = _UTF_8.encode(document)
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


class JsonAnswer(Response):
    """A JSON response in ASCII."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """Write the content as JSON."""
        return encode(content)


def _refuse(constant: str) -> NoReturn:
    raise Malformed(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise Malformed
    return number


def _too_deep(document: object) -> bool:
    """Tell whether a document is nested too deep, level by level."""
    level = [document] if isinstance(document, dict | list) else []
    for _ in range(MAX_DEPTH):
        if not level:
            return False
        members = chain.from_iterable(each.values() if type(each) is dict else each for each in level)
        level = [each for each in members if type(each) is dict or type(each) is list]
    return bool(level)
