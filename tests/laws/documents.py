"""Arguments made from a tool's schema: right ones, right ones that also mean something, and broken ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from hypothesis import strategies as st

from .schemas import Schema

Document = dict[str, Any]

texts = st.text(max_size=12)
scalars = st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
free_form = st.dictionaries(texts, values, max_size=3)

Draw = Callable[[str, Schema], st.SearchStrategy[Any]]


def valid(schema: Schema) -> st.SearchStrategy[Document]:
    """Documents of the right shape, whatever they mean."""
    return _object(schema, lambda _, node: _leaf(node))


def sensible(schema: Schema) -> st.SearchStrategy[Document]:
    """Documents of the right shape, most of which Segment's rules accept too."""
    return _object(schema, _sensible_leaf).map(lambda document: _meant(document, schema))


def _meant(document: Document, schema: Schema) -> Document:
    """The document with whom it is about, and its events without what does not belong to their type."""
    if "userId" in schema["properties"]:
        document = {"userId": "u", **document}
    if "batch" in document:
        events = [{"userId": "u", **event} for event in document["batch"]]
        document["batch"] = [
            {**{k: v for k, v in event.items() if k not in _PARTICULAR}, **_PARTICULARS[event["type"]]}
            for event in events
        ]
    return document


_PARTICULARS: dict[str, Document] = {
    "identify": {"traits": {"plan": "pro"}},
    "track": {"event": "Signed Up", "properties": {"plan": "pro", "nested": {"a": [1, None, "ü"]}}},
    "page": {"name": "Pricing", "properties": {}},
    "screen": {"name": "Home"},
    "group": {"groupId": "g", "traits": {}},
    "alias": {"previousId": "a"},
}
_PARTICULAR = {name for members in _PARTICULARS.values() for name in members} | {"anonymousId"}


def _object(schema: Schema, leaf: Draw) -> st.SearchStrategy[Document]:
    members = {name: _node(name, node, leaf) for name, node in schema["properties"].items()}
    required = {name: members[name] for name in schema["required"]}
    return st.fixed_dictionaries(required, optional={n: m for n, m in members.items() if n not in required})


def _node(name: str, node: Schema, leaf: Draw) -> st.SearchStrategy[Any]:
    if "properties" in node:
        return _object(node, leaf)
    if node["type"] == "array":
        return st.lists(_node(name, node["items"], leaf), min_size=node.get("minItems", 0), max_size=3)
    return leaf(name, node)


def _leaf(node: Schema) -> st.SearchStrategy[Any]:
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if node["type"] == "integer":
        return st.integers(node.get("minimum", -(10**6)), node.get("maximum", 10**6))
    return {"string": texts, "boolean": st.booleans(), "object": free_form}[node["type"]]


_SENSIBLE: dict[str, st.SearchStrategy[Any]] = {
    "timestamp": st.sampled_from(["2026-01-31T09:30:00Z", "2026-01-31T09:30:00+02:00", "2020-02-29 00:00:00.5-11:00"]),
    "timezone": st.sampled_from(["UTC", "Europe/Berlin"]),
    "period": st.sampled_from(["2026-03-01", "2025-12-01"]),
    "messageId": st.uuids().map(str),
    "writeKey": st.just("k" * 32),
    "sourceId": st.from_regex(r"[A-Za-z0-9]{1,22}", fullmatch=True),
    "destinationId": st.from_regex(r"[A-Za-z0-9]{1,22}", fullmatch=True),
    "integrations": st.dictionaries(st.sampled_from(["All", "Mixpanel"]), st.booleans(), max_size=2),
    "context": st.fixed_dictionaries({}, optional={"ip": st.just("203.0.113.7"), "page": free_form}),
    "startTime": st.nothing(),
    "endTime": st.nothing(),
}


def _sensible_leaf(name: str, node: Schema) -> st.SearchStrategy[Any]:
    if name in _SENSIBLE and not _SENSIBLE[name].is_empty:
        return _SENSIBLE[name]
    if node["type"] == "string" and "enum" not in node:
        return st.from_regex(r"[A-Za-z0-9é]{1,8}( [a-z]{1,4})?", fullmatch=True)
    return _leaf(node)


# Breaking


class Place(NamedTuple):
    """A member of a document: what holds it, under which name or index, and its schema."""

    holder: Any
    key: Any
    schema: Schema
    required: bool


def places(document: Document, schema: Schema) -> Iterator[Place]:
    """Every declared member that is there, nested ones too; free-form objects are not entered."""
    for name, value in document.items():
        node = schema["properties"][name]
        yield Place(document, name, node, name in schema["required"])
        yield from _inside(value, node)


def _inside(value: Any, node: Schema) -> Iterator[Place]:
    if "properties" in node:
        yield from places(value, node)
    elif node["type"] == "array":
        for index, item in enumerate(value):
            yield Place(value, index, node["items"], True)
            yield from _inside(item, node["items"])


def closed_objects(document: Document, schema: Schema) -> list[tuple[Document, Schema]]:
    """The document and every object in it that has declared members only."""
    inner = [(p.holder[p.key], p.schema) for p in places(document, schema) if "properties" in p.schema]
    return [(document, schema), *inner]


@st.composite
def broken(draw: st.DrawFn, schema: Schema) -> Document:
    """A valid document with one fault that none of the documented repairs sets right."""
    document = copy.deepcopy(draw(valid(schema)))
    breaks = [_wrong_type, _unknown_member, _missing, _outside]
    done = False
    for attempt in draw(st.permutations(breaks)):
        done = attempt(draw, document, schema)
        if done:
            break
    return document


def _wrong_type(draw: st.DrawFn, document: Document, schema: Schema) -> bool:
    found = list(places(document, schema))
    if not found:
        return False
    place = draw(st.sampled_from(found))
    place.holder[place.key] = draw(_not_a(place.schema["type"]))
    return True


#: Null is left out, as it stands for an absent optional member; a string for an object or array must not parse as one.
_OTHERS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.integers() | st.booleans() | st.just(1.5) | st.lists(texts, max_size=2) | free_form,
    "integer": st.booleans() | st.just(2.5) | st.sampled_from(["", "7", "x"]) | st.just([1]) | st.just({}),
    "boolean": st.integers(0, 1) | st.sampled_from(["true", "false", ""]) | st.just([True]) | st.just({}),
    "object": st.integers() | st.booleans() | st.just([]) | st.sampled_from(["", "x", "[]", "null", "{", "1"]),
    "array": st.integers() | st.booleans() | st.just({}) | st.sampled_from(["", "x", "{}", "null", "[", "1"]),
}


def _not_a(kind: str) -> st.SearchStrategy[Any]:
    return _OTHERS[kind]


def folded(name: str) -> str:
    """How names are compared when a spelling such as `user_id` is repaired."""
    return name.replace("_", "").replace("-", "").lower()


def _unknown_member(draw: st.DrawFn, document: Document, schema: Schema) -> bool:
    holder, node = draw(st.sampled_from(closed_objects(document, schema)))
    known = {folded(name) for name in node["properties"]}
    names = texts | st.sampled_from(["email", "user", "sentAt", "properties2", "writekeys", "__proto__", ""])
    name = draw(names.filter(lambda text: folded(text) not in known))
    holder[name] = draw(scalars)
    return True


def _missing(draw: st.DrawFn, document: Document, schema: Schema) -> bool:
    needed = [(o, name) for o, node in closed_objects(document, schema) for name in node["required"]]
    if not needed:
        return False
    holder, name = draw(st.sampled_from(needed))
    del holder[name]
    return True


def _outside(draw: st.DrawFn, document: Document, schema: Schema) -> bool:
    """Outside an enum or a range."""
    limited = [p for p in places(document, schema) if p.schema.keys() & {"enum", "minimum", "maximum"}]
    if not limited:
        return False
    place = draw(st.sampled_from(limited))
    if "enum" in place.schema:
        wrong = draw(st.sampled_from([value.swapcase() for value in place.schema["enum"]]) | texts)
        place.holder[place.key] = wrong if wrong not in place.schema["enum"] else f"{wrong}!"
    else:
        place.holder[place.key] = draw(st.sampled_from([place.schema["minimum"] - 1, place.schema["maximum"] + 1]))
    return True


# The strict form


def as_strict(document: Document, schema: Schema) -> Document:
    """The document as a model writes it in strict mode: free-form objects as JSON text, null for what is absent."""
    return {
        name: _strict_value(document[name], node) if name in document else None
        for name, node in schema["properties"].items()
    }


def _strict_value(value: Any, node: Schema) -> Any:
    if "properties" in node:
        return as_strict(value, node)
    if node["type"] == "array":
        return [_strict_value(item, node["items"]) for item in value]
    return json.dumps(value) if node["type"] == "object" else value
