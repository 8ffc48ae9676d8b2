"""One tool call as a model made it, and the parsing of its arguments.

Models and SDKs spell the same arguments in many ways: an object, a JSON string, an empty string, a string that
holds a JSON string, a fenced Markdown block. All of them parse here; nothing else does.
"""

from __future__ import annotations

import json
import string
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from ..errors import MalformedToolCall, NotPermitted
from ..names import quoted

#: The arguments that say whose event it is, or which one: events that share a value keep their order.
IDENTITIES = ("userId", "anonymousId", "groupId", "previousId", "messageId")

_FENCE = "```"
_LETTERS = string.ascii_letters  # of the language behind the opening fence
_EXAMPLE = 'The arguments must be one JSON object, for example {"userId": "u_42"}. Nothing was sent.'


class ToolCall(NamedTuple):
    """`name` and `arguments` as they came, of any type; `id` joins the call to its result.

    `cut` is the vendor's word for why the reply ended in this call, before the model had ended it. `again` says that
    the reply holds the very same call before, under the same id.
    """

    name: Any
    arguments: Any
    id: str | None = None
    cut: str | None = None
    again: bool = False

    def __repr__(self) -> str:  # no arguments: a write key may be in them
        return f"<ToolCall {quoted(self.name)}>"


def repetitions_marked(calls: Iterable[ToolCall]) -> list[ToolCall]:
    """The calls of a reply. Some backends and streams hand on one call twice: it is one, and must not be done twice."""
    seen: set[str] = set()
    marked: list[ToolCall] = []
    for call in calls:
        mark = _mark(call)
        marked.append(call._replace(again=True) if mark in seen else call)
        seen |= {mark} if mark else set()
    return marked


def _mark(call: ToolCall) -> str | None:
    """Equal for the same call; None for one that has no id, or that cannot be written down."""
    if not call.id or not isinstance(call.arguments, str | dict):
        return None
    try:
        return repr((call.id, call.name, call.arguments))
    except (RecursionError, ValueError):  # ValueError: an integer of more digits than Python writes
        return None


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """The arguments as an object. Raises MalformedToolCall, which never quotes them, and NotPermitted for a repetition.

    Where the reply was cut off, only an object in JSON text is known to be whole: one that a vendor or an SDK has read
    from such a text may lack what was still to come.
    """
    if call.again:
        hint = "If it was meant twice, call again."
        raise NotPermitted("The reply holds this call twice under one id; it was run once.", hint=hint)
    if call.cut is None:
        return parse(call.arguments)
    if isinstance(call.arguments, str) and call.arguments.strip():
        with suppress(MalformedToolCall):
            return parse(call.arguments)
    hint = "Nothing was sent. Call again; if it was long, with less in one call."
    raise MalformedToolCall(f"The reply was cut off in this call ({call.cut}), so it may not be whole.", hint=hint)


def parse(arguments: Any) -> dict[str, Any]:
    """The arguments as an object; none at all are {}. Raises MalformedToolCall, which never quotes them."""
    for _ in range(3):  # models encode twice, rarely three times
        if arguments is None:
            return {}
        if isinstance(arguments, dict):
            return arguments
        if isinstance(arguments, Mapping):
            return dict(arguments)
        if isinstance(arguments, bytes | bytearray):
            arguments = _text(bytes(arguments))
        if not isinstance(arguments, str):
            break
        arguments = _decode(arguments)
    if isinstance(arguments, dict):
        return arguments
    raise MalformedToolCall(f"The arguments are a JSON {json_type(arguments)}, not an object.", hint=_EXAMPLE)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise MalformedToolCall("The arguments are not valid UTF-8.", hint=_EXAMPLE) from None


def _decode(text: str) -> Any:
    text = text.strip().removeprefix("\ufeff")
    if text.startswith(_FENCE) and text.endswith(_FENCE) and len(text) >= 2 * len(_FENCE):
        # Plain string work: a regular expression for this takes cubic time on hostile text.
        text = text[len(_FENCE) : -len(_FENCE)].lstrip(_LETTERS).strip()
    if not text:
        return None
    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        message = f"The arguments are not valid JSON: {error.msg} at {where}."
    except RecursionError:
        message = "The arguments nest too deeply."
    except ValueError:  # an integer of more digits than Python reads
        message = "The arguments hold a number that is too long to read."
    raise MalformedToolCall(message, hint=_EXAMPLE)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different: with a repeated key, nobody knows which value was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise MalformedToolCall(f"The arguments name {quoted(twice)} twice in one object.", hint=_EXAMPLE)
    return found


def json_type(value: object) -> str:
    """The JSON name of a value's type, which an error may say where the value may not be shown."""
    for types, name in _JSON_TYPES:
        if isinstance(value, types):
            return name
    return type(value).__name__


_JSON_TYPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "boolean"),
    ((int, float), "number"),
    (str, "string"),
    ((list, tuple), "array"),
    (Mapping, "object"),
    (type(None), "null"),
)
