"""JSON as it goes on the wire: compact UTF-8, and never what JSON cannot say (NaN, lone surrogates, sets)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence

from .errors import InvalidArguments, Problem
from .names import shown

MOST_INTEGER_BITS = 14_000  # about 4,200 digits: Python writes no longer ones

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(value: object, path: str = "") -> bytes:
    """The exact bytes to send. Raises InvalidArguments, naming every place that JSON cannot express."""
    try:
        return _ENCODER.encode(value).encode()
    except (ValueError, TypeError, RecursionError):
        problems = unsendable(value, path) or [Problem(path, "nests too deeply to be sent as JSON")]
        raise InvalidArguments(problems) from None


def unsendable(value: object, path: str = "", *, most: int = 100) -> list[Problem]:
    """Every place in `value` that JSON cannot express, at most `most` of them; empty when it can all be sent."""
    try:
        return [problem for problem, _ in zip(_unsendable(value, path), range(most), strict=False)]
    except RecursionError:
        return [Problem(path, "nests too deeply to be sent as JSON")]


def _unsendable(value: object, path: str) -> Iterator[Problem]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if not isinstance(key, str):
                yield Problem(path, "has a key that is not a string; expected an object with string keys")
            elif not _is_unicode(key):
                yield Problem(path, "has a key that is not valid Unicode")
            else:
                yield from _unsendable(member, member_path(path, key))
    elif isinstance(value, list | tuple):
        yield from _unsendable_items(value, path)
    elif isinstance(value, str):
        if not _is_unicode(value):
            yield Problem(path, "is not valid Unicode (a lone surrogate); expected text that encodes as UTF-8")
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Problem(path, "is NaN or infinite, which JSON cannot say; expected a finite number, or leave it out")
    elif isinstance(value, int):
        if value.bit_length() > MOST_INTEGER_BITS:
            yield Problem(path, "is an integer of too many digits; expected fewer, or a string")
    elif value is not None:
        yield Problem(path, f"is a {type(value).__name__}; expected a JSON value (dates as ISO 8601 strings)")


def _unsendable_items(items: Sequence[object], path: str) -> Iterator[Problem]:
    for index, item in enumerate(items):
        yield from _unsendable(item, f"{path}[{index}]")


def member_path(path: str, key: str) -> str:
    """`properties` and `price` make `properties.price`; a key that may be a secret is not shown."""
    return f"{path}.{shown(key)}" if path else shown(key)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
