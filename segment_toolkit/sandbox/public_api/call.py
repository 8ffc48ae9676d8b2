"""One call of a Public API operation, with its parameters read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.public_api import query
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.wire import Json

_T = TypeVar("_T")


@dataclass(frozen=True)
class Call:
    """Path parameters (decoded), query string (encoded), headers and body of one call."""

    path: Mapping[str, str]
    query: str
    headers: Mapping[str, str]
    raw_body: bytes

    def argument(self, name: str) -> str | None:
        """Return a scalar query parameter; the last one if it is repeated."""
        return dict(self._pairs()).get(name)

    def object_argument(self, name: str) -> Json | None:
        """Return an object query parameter, in any encoding the official SDKs use; its members may be arrays.

        None when absent; 422 when it is not an object.
        """
        return query.object_of(name, self._pairs())

    def array_argument(self, name: str, *, commas: bool = False) -> list[str] | None:
        """Return an array of strings, in any encoding the official SDKs use; None when absent, 422 for other items.

        With `commas`, one text may also hold several items (the reference calls `groupBy` comma-delimited).
        """
        items = query.array_of(name, self._pairs())
        if items is None:
            return None
        if any(not isinstance(item, str) for item in items):
            raise invalid(f"'{name}' must be an array of strings.", field=name)
        return [part for item in items for part in (item.split(",") if commas else [item])]

    def objects_argument(self, name: str) -> list[Json] | None:
        """Return an array of objects, in any encoding the official SDKs use; None when absent, 422 for other items.

        Members are text, unless the objects came as JSON or as Python literals.
        """
        return query.objects_of(name, self._pairs())

    def body(self) -> Json:
        """Return the JSON object in the body. 422 otherwise (assumed: 400 is not a declared status)."""
        try:
            document = wire.decode(self.raw_body)
        except wire.Malformed:
            raise invalid("The request body is not valid JSON.") from None
        if not isinstance(document, dict):
            raise invalid("The request body must be a JSON object.")
        return document

    def _pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True, errors="replace")


def decoded(path_params: Mapping[str, str]) -> dict[str, str]:
    """Percent-decode path parameters, after the path was split."""
    return {name: unquote(value, errors="replace") for name, value in path_params.items()}


def optional(body: Json, name: str, kind: type[_T]) -> _T | None:
    """Return a member of a body, None when absent; 422 when it has another type or is blank."""
    if name not in body:
        return None
    value: Any = body[name]
    if not isinstance(value, kind):
        raise invalid(f"'{name}' must be {_NAMES[kind]}.", field=name)
    if isinstance(value, str) and not value.strip():
        raise invalid(f"'{name}' must not be blank.", field=name)
    return value


def required(body: Json, name: str, kind: type[_T]) -> _T:
    """Return a member of a body; 422 when it is absent or has another type."""
    value = optional(body, name, kind)
    if value is None:
        raise invalid(f"'{name}' is required.", field=name)
    return value


def text_or_null(body: Json, name: str, current: str | None) -> str | None:
    """Return what a text becomes: itself when absent, None when null; 422 when it has another type or is blank."""
    if name in body and body[name] is None:
        return None
    given = optional(body, name, str)
    return current if given is None else given


def one_of(value: str, name: str, allowed: Sequence[str]) -> str:
    """Return the value if it is an allowed one; 422 otherwise."""
    if value not in allowed:
        raise invalid(f"'{name}' must be one of {', '.join(allowed)}.", field=name)
    return value


_NAMES: Mapping[type, str] = {str: "a string", bool: "a boolean", dict: "an object", list: "an array"}
