"""One call of a Public API operation, with its parameters read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

from segment_toolkit.sandbox import wire
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
        """Return an object query parameter, in any encoding the official SDKs use.

        Dotted (`pagination.count=10`: docs, Java), bracketed (`pagination[count]=10`: TypeScript, Go) or as
        JSON (`pagination={"count": 10}`: Python). None when absent; 422 when it is not an object.
        """
        members: Json = {}
        for key, value in self._pairs():
            if key == name:
                members.update(_json_object(name, value))
            elif key.startswith(f"{name}."):
                members[key[len(name) + 1 :]] = value
            elif key.startswith(f"{name}[") and key.endswith("]"):
                members[key[len(name) + 1 : -1]] = value
        return members or None

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


_NAMES: Mapping[type, str] = {str: "a string", bool: "a boolean", dict: "an object", list: "an array"}


def _json_object(name: str, text: str) -> Json:
    try:
        document = wire.decode(text.encode("utf-8", "surrogatepass"))
    except wire.Malformed:
        document = None
    if not isinstance(document, dict):
        raise invalid(f"'{name}' must be an object.", field=name)
    return document
