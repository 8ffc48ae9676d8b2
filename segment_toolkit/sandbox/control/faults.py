"""`/_sandbox/faults`: inject, list and remove faults, with the names of `Sandbox.inject`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from starlette.responses import Response

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.backend import Backend
from segment_toolkit.sandbox.control.answers import Refusal
from segment_toolkit.sandbox.faults import FAULTS, Order, Unusable
from segment_toolkit.sandbox.recording import RecordedRequest
from segment_toolkit.sandbox.wire import Json, JsonAnswer

_MAX_TEXT = 2_000
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def show(backend: Backend, _request: RecordedRequest, _name: str) -> Response:
    """Answer `{"faults": [...], "kinds": {name: description}}`."""
    return JsonAnswer({"faults": [item.describe() for item in backend.faults.active()], "kinds": dict(FAULTS)})


def inject(backend: Backend, request: RecordedRequest, _name: str) -> Response:
    """Add a fault, and answer 201 and the fault; 400 for what is no JSON, 422 for what is no fault."""
    order = _order(_members(request))
    try:
        added = backend.faults.add(order.fault())
    except Unusable as error:
        raise Refusal(422, str(error), field=error.field) from None
    return JsonAnswer(added.describe(), 201)


def clear(backend: Backend, _request: RecordedRequest, _name: str) -> Response:
    """Remove every fault, and answer `{"removed": count}`."""
    return JsonAnswer({"removed": backend.faults.clear()})


def remove(backend: Backend, _request: RecordedRequest, name: str) -> Response:
    """Remove one fault, and answer `{"removed": 1}`; 404 when it is not in force."""
    if not backend.faults.remove(name):
        raise Refusal(404, "no fault with this id is in force; GET /_sandbox/faults lists those that are")
    return JsonAnswer({"removed": 1})


def _members(request: RecordedRequest) -> Json:
    try:
        document = request.json()
    except wire.Malformed:
        raise Refusal(400, "the body must be JSON in UTF-8") from None
    if not isinstance(document, dict):
        raise Refusal(422, f"the body must be a JSON object with any of: {', '.join(_RULES)}")
    return document


def _order(members: Json) -> Order:
    if unknown := members.keys() - _RULES.keys():
        known = ", ".join(_RULES)
        raise Refusal(422, f"{len(unknown)} unknown member(s); a fault takes: {known}")
    # null is what a client sends for a member that it does not set.
    given = {name: value for name, value in members.items() if value is not None}
    for name, value in given.items():
        holds, rule = _RULES[name]
        if not holds(value):
            raise Refusal(422, f"{name} must be {rule}", field=name)
    return Order(**given)


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_TEXT


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return _whole(value) or isinstance(value, float)


def _flag(value: Any) -> bool:
    return isinstance(value, bool)


def _status(value: Any) -> bool:
    return _whole(value) and 200 <= value <= 599


def _body(value: Any) -> bool:
    # A lone surrogate can be read as JSON and not be written as UTF-8.
    return isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)


def _headers(value: Any) -> bool:
    return isinstance(value, dict) and all(_header(name, text) for name, text in value.items())


def _header(name: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return _HEADER_NAME.fullmatch(name) is not None and _HEADER_VALUE.fullmatch(value) is not None


_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = MappingProxyType(
    {
        "kind": (_text, "the name of a kind; GET /_sandbox/faults lists them"),
        "status": (_status, "a whole number from 200 to 599"),
        "body": (_body, "text"),
        "headers": (_headers, "an object of header names to values"),
        "seconds": (_number, "a number"),
        "location": (_text, f"a URL of at most {_MAX_TEXT} characters"),
        "method": (_text, "a method such as POST"),
        "path": (_text, f"the start of a path, or a glob, of at most {_MAX_TEXT} characters"),
        "host": (_text, "a host name"),
        "times": (_whole, "a whole number"),
        "after": (_flag, "true or false"),
        "probability": (_number, "a number"),
        "seed": (_whole, "a whole number"),
    }
)
"""Member of an order to what its value must be; `error` is missing, as no exception can be written in JSON."""
