"""A tool's arguments from what was typed: `key=value`, `a.b=1`, `list[0].key=x`, `key:=JSON`.

The schema decides what a value is. A value that does not fit stays text: the tool then says what is right.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ..call.toolcall import parse
from ..errors import MalformedToolCall
from ..names import folded
from .exits import CommandError

Schema = Mapping[str, Any]
JsonObject = dict[str, Any]
Step = str | int

_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\Z")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
# A name, in which a backslash takes the meaning from a dot or bracket; indexes; then a dot and more, or the end.
_SEGMENT = re.compile(r"((?:\\.|[^\\.\[\]])+)((?:\[[0-9]{1,6}\])*)(?:\.(?!\Z)|\Z)")
_DEEPEST = 50


def from_pairs(pairs: Iterable[str], schema: Schema, base: JsonObject) -> JsonObject:
    """`base` with each `key=value` put in its place. Raises CommandError, never quoting a value."""
    document: JsonObject = base
    for pair in pairs:
        key, is_json, text = _split(pair)
        steps, leaf = _resolved(_steps(key), schema)
        value = json_value(text, key) if is_json else typed(text, leaf, key)
        document = _placed(document, steps, value, key)
    return document


def from_data(data: str | None) -> JsonObject:
    """The object given with -d: as it is, in `@file`, or on stdin for `-`. Raises CommandError."""
    if data is None:
        return {}
    text = _text_of(data)
    if not text.strip():
        raise CommandError("-d holds nothing; expected one JSON object")
    try:
        return parse(text)
    except MalformedToolCall as error:
        raise CommandError(f"-d: {error.text}") from None


def typed(text: str, schema: Schema | None, name: str) -> Any:
    """The value that a text means for a field of this schema; None for a place that the schema leaves open.

    Raises CommandError for a text that should be JSON and is not.
    """
    kind = schema["type"] if schema else None
    if kind == "string":
        return text
    if kind in ("object", "array"):
        return json_value(text, name)
    return _scalar(text.lower() if kind == "boolean" else text)


def json_value(text: str, name: str) -> Any:
    """The text as JSON. Raises CommandError."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        where = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise CommandError(f"{name} is not valid JSON: {where}") from None
    except (ValueError, RecursionError):
        raise CommandError(f"{name} is not valid JSON") from None


def _no_number(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _scalar(text: str) -> Any:
    """The number, boolean or null that a text spells in JSON, or the text."""
    if text in _WORDS:
        return _WORDS[text]
    if not _NUMBER.match(text) or len(text) > 400:
        return text
    number = json.loads(text)
    return number if math.isfinite(number) else text


def _split(pair: str) -> tuple[str, bool, str]:
    """Key, whether JSON follows, value."""
    key, equals, text = pair.partition("=")
    is_json = key.endswith(":")
    key = key.removesuffix(":")
    if not equals or not key:
        raise CommandError("an argument is not of the form key=value")
    return key, is_json, text


def _steps(key: str) -> list[Step]:
    """`batch[0].type` as `["batch", 0, "type"]`."""
    steps: list[Step] = []
    at = 0
    while at < len(key):
        found = _SEGMENT.match(key, at)
        if found is None or len(steps) > _DEEPEST:
            raise CommandError("a key is not of the form name, name.name or name[0].name")
        steps.append(re.sub(r"\\(.)", r"\1", found.group(1)))
        steps += [int(index) for index in re.findall(r"[0-9]+", found.group(2))]
        at = found.end()
    return steps


def _resolved(steps: Sequence[Step], schema: Schema) -> tuple[list[Step], Schema | None]:
    """The steps in the schema's own spelling (`user_id` is `userId`), and the schema where they lead, if it says."""
    resolved: list[Step] = []
    here: Schema | None = schema
    for step in steps:
        if here is None or isinstance(step, int):
            here = here.get("items") if here else None
        else:
            members: Mapping[str, Schema] = here.get("properties", {})
            step = step if step in members else {folded(name): name for name in members}.get(folded(step), step)
            here = members.get(step)
        resolved.append(step)
    return resolved, here


def _placed(node: Any, steps: Sequence[Step], value: Any, key: str) -> Any:
    """`node` with the value at the end of the steps; objects and arrays on the way are made where there are none."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    wanted = list if isinstance(step, int) else dict
    if node is not None and not isinstance(node, wanted):
        raise CommandError(f"{key} leads into something that is no {'array' if wanted is list else 'object'}")
    if isinstance(step, int):
        items = list(node or ())
        if step > len(items):
            raise CommandError(f"{key} leaves a gap; the next index is [{len(items)}]")
        items[step : step + 1] = [_placed(items[step] if step < len(items) else None, rest, value, key)]
        return items
    members = dict(node or {})
    members[step] = _placed(members.get(step), rest, value, key)
    return members


def _text_of(data: str) -> str:
    try:
        if data == "-":
            return sys.stdin.read() if sys.stdin else ""  # a process may be started without one
        return Path(data[1:]).read_text("utf-8") if data.startswith("@") else data
    except OSError as error:
        raise CommandError(f"-d: cannot read the file: {error.strerror}") from None
    except ValueError:  # bytes that are no UTF-8, a name with a NUL
        raise CommandError("-d: cannot read that as UTF-8 text") from None
