"""Arrays and objects in a query string, in every encoding that official clients send.

Objects come dotted (`pagination.count=10`: docs, Java), bracketed (`pagination[count]=10`: TypeScript, Go) or as
JSON (`pagination={"count": 10}`: Python). Arrays come repeated (`groupBy=a&groupBy=b`: Python, Java), with indexes
(`groupBy.0=a`: docs, Go; `groupBy[0]=a`: TypeScript) or as JSON; all of these nest. The Python SDK writes objects in
an array as Python literals (`rules={'type': 'TRACK', 'version': 1}`).

Source: the official SDKs, and the Public API reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.wire import Json

Pairs = Iterable[tuple[str, str]]

_STEPS = re.compile(r"(?:\.[^.\[\]]+|\[[^\[\]]*\])+")
_STEP = re.compile(r"\.([^.\[\]]+)|\[([^\[\]]*)\]")
_INDEX = re.compile(r"[0-9]{1,6}")
_PYTHON_TOKEN = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"|\b(None|True|False)\b", re.DOTALL)
_PYTHON_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})|(.))", re.DOTALL
)
_CONSTANTS = {"None": "null", "True": "true", "False": "false"}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}


def array_of(name: str, pairs: Pairs) -> list[Any] | None:
    """Return an array, its items as text unless they came as JSON; None when it is absent."""
    found = _under(name, pairs)
    if not found:
        return None
    plain = [value for steps, value in found if not steps]
    indexed = [(steps[0], value) for steps, value in found if len(steps) == 1]
    return [item for value in plain for item in _items(value)] + _ordered(indexed)


def objects_of(name: str, pairs: Pairs) -> list[Json] | None:
    """Return an array of objects, None when it is absent; 422 when an item is not an object."""
    pairs = list(pairs)
    items = [_read_object(item) for item in array_of(name, pairs) or []]
    spread: dict[str, Json] = {}
    for steps, value in _under(name, pairs):
        if len(steps) > 1:
            spread.setdefault(steps[0], {})[steps[1]] = value
    items += _ordered(spread.items())
    if any(not isinstance(item, dict) for item in items):
        raise invalid(f"'{name}' must be an array of objects.", field=name)
    return items or None


def object_of(name: str, pairs: Pairs) -> Json | None:
    """Return an object, whose members are text, or arrays of text; None when absent, 422 when it is none."""
    members: Json = {}
    flat: dict[str, list[str]] = {}
    nested: dict[str, list[tuple[str, str]]] = {}
    for steps, value in _under(name, pairs):
        if not steps:
            members.update(_json_object(name, value))
        elif len(steps) == 1:
            flat.setdefault(steps[0], []).append(value)
        else:
            nested.setdefault(steps[0], []).append((steps[1], value))
    members.update({key: values[0] if len(values) == 1 else values for key, values in flat.items()})
    members.update({key: _ordered(entries) for key, entries in nested.items()})
    return members or None


def _under(name: str, pairs: Pairs) -> list[tuple[tuple[str, ...], str]]:
    """Return what a name holds: the steps that lead to each value, and the value."""
    found = []
    for key, value in pairs:
        rest = key[len(name) :]
        if key.startswith(name) and (not rest or _STEPS.fullmatch(rest)):
            found.append((tuple(dotted or bracketed for dotted, bracketed in _STEP.findall(rest)), value))
    return found


def _ordered(entries: Iterable[tuple[str, Any]]) -> list[Any]:
    """Put values in the order of their indexes; what has none, like `name[]`, comes last as it came."""
    return [value for _, value in sorted(entries, key=lambda entry: _rank(entry[0]))]


def _rank(index: str) -> int:
    return int(index) if _INDEX.fullmatch(index) and index.isascii() else 1_000_000


def _items(text: str) -> list[Any]:
    """Read a plain value of an array: one item, or all of them as JSON."""
    if text.startswith("["):
        document = _json(text)
        if isinstance(document, list):
            return document
    return [text]


def _read_object(item: Any) -> Any:
    """Read an object that is written as JSON, or as Python prints a flat dict; anything else is returned as it is."""
    if not isinstance(item, str) or not item.startswith("{"):
        return item
    document = _json(item)
    return document if isinstance(document, dict) else _json(_PYTHON_TOKEN.sub(_as_json, item))


def _as_json(token: re.Match[str]) -> str:
    if token[3]:
        return _CONSTANTS[token[3]]
    text = token[1] if token[1] is not None else token[2]
    return wire.text_of(_PYTHON_ESCAPE.sub(_unescaped, text))


def _unescaped(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    return chr(int(digits, 16)) if digits else _CONTROLS.get(escape[4], escape[4])


def _json(text: str) -> Any:
    try:
        return wire.decode(text.encode("utf-8", "surrogatepass"))
    except wire.Malformed:
        return None


def _json_object(name: str, text: str) -> Json:
    document = _json(text)
    if not isinstance(document, dict):
        raise invalid(f"'{name}' must be an object.", field=name)
    return document
