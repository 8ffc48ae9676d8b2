"""Plans, settings and events that the tests of enforcement are about, and strategies for arbitrary ones."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from segment_toolkit.sandbox.pipeline.enforcement import NOTHING_BLOCKED, Verdict, enforce
from segment_toolkit.sandbox.pipeline.plan import compile_plan
from segment_toolkit.sandbox.schema import open_schema

Json = dict[str, Any]

ORDER = {
    "type": "object",
    "properties": {
        "properties": {
            "type": "object",
            "properties": {
                "order_id": {"type": "string"},
                "quantity": {"type": "integer"},
                "coupon": {"type": "string", "pattern": "^[A-Z]+$"},
                "address": {"type": "object", "properties": {"zip": {"type": "string"}}},
                "products": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["order_id"],
        }
    },
}
TRAITS = {
    "type": "object",
    "properties": {
        "traits": {"type": "object", "properties": {"email": {"type": "string"}, "age": {"type": "integer"}}}
    },
}
COMMON = {
    "type": "object",
    "properties": {
        "context": {"type": "object", "required": ["device"]},
        "properties": {"type": "object", "properties": {"unit": {"type": "string"}}},
        "traits": {"type": "object", "properties": {"unit": {"type": "string"}}},
    },
    "required": ["context"],
}


def rule(kind: str, schema: object, key: str | None = None, version: int = 1) -> Json:
    return {"type": kind, "jsonSchema": schema, "version": version, **({} if key is None else {"key": key})}


PLANNED = [rule("TRACK", ORDER, "Order Completed"), rule("IDENTIFY", TRAITS), rule("GROUP", TRAITS)]
WITH_COMMON = [*PLANNED, rule("COMMON", COMMON)]


def track(event: str = "Order Completed", /, **properties: Any) -> Json:
    return {
        "type": "track",
        "event": event,
        "userId": "u-1",
        "sourceId": "src-1",
        "context": {"device": {"id": "d-1"}},
        "properties": properties,
    }


def call(kind: str, **traits: Any) -> Json:
    return {"type": kind, "userId": "u-1", "groupId": "g-1", "context": {"device": {}}, "traits": traits}


def settings(kind: str = "track", **changed: Any) -> Json:
    """Settings that allow everything but what is given."""
    schema = open_schema()
    return {**schema, kind: {**schema[kind], **changed}}


def judge(event: Json, rules: list[Any], **changed: Any) -> Verdict:
    return enforce(event, settings(event["type"], **changed), compile_plan(rules), NOTHING_BLOCKED)


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | st.sampled_from(["\ud800", 10**400, "2026-01-01T00:00:00Z", "Order Completed"])
)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)
_NAMES = ["order_id", "quantity", "coupon", "address", "products", "zip", "email", "age", "unit", "stray", "\udfff"]
members = st.dictionaries(st.sampled_from(_NAMES), documents, max_size=5)
_CALLS = st.sampled_from(["track", "identify", "group", "page", "screen", "alias"])
events = st.fixed_dictionaries(
    {"type": _CALLS | documents},
    optional={
        "event": st.sampled_from(["Order Completed", "Page Viewed", "Else"]) | documents,
        "name": documents,
        "userId": documents,
        "sourceId": st.just("src-1") | documents,
        "properties": members | documents,
        "traits": members | documents,
        "context": st.fixed_dictionaries({}, optional={"device": documents, "protocols": documents}) | documents,
        "integrations": documents,
        "\ud800": documents,
    },
)
_FLAG = st.booleans()
_TRAIT_SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "allowUnplannedTraits": _FLAG,
        "allowTraitsOnViolations": _FLAG,
        "commonEventOnViolations": st.sampled_from(["ALLOW", "BLOCK", "OMIT_TRAITS"]),
    },
)
any_settings = st.fixed_dictionaries(
    {},
    optional={
        "track": st.fixed_dictionaries(
            {},
            optional={
                "allowUnplannedEvents": _FLAG,
                "allowUnplannedEventProperties": _FLAG,
                "allowEventOnViolations": _FLAG,
                "allowPropertiesOnViolations": _FLAG,
                "commonEventOnViolations": st.sampled_from(["ALLOW", "BLOCK", "OMIT_PROPERTIES"]),
            },
        ),
        "identify": _TRAIT_SETTINGS,
        "group": _TRAIT_SETTINGS,
    },
)

_TYPES = st.sampled_from(["array", "boolean", "integer", "null", "number", "object", "string"])
_small = st.integers(0, 3)
_leaf_schemas = st.booleans() | st.fixed_dictionaries(
    {},
    optional={
        "type": _TYPES | st.lists(_TYPES, min_size=1, max_size=3, unique=True),
        "enum": st.lists(scalars, min_size=1, max_size=3),
        "pattern": st.sampled_from(["^a", "[0-9]+$", "."]),
        "minimum": st.integers(-2, 2) | st.just(0.5),
        "exclusiveMaximum": st.integers(-2, 2),
        "minLength": _small,
        "maxLength": _small,
        "format": st.sampled_from(["date-time", "email"]),
        "title": st.text(max_size=3),
    },
)


def _wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "type": _TYPES,
            "properties": st.dictionaries(st.sampled_from(_NAMES), inner, max_size=3),
            "required": st.lists(st.sampled_from(_NAMES), max_size=2, unique=True),
            "additionalProperties": inner,
            "items": inner,
            "minItems": _small,
            "maxItems": _small,
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
        },
    )


def _outside(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {},
        optional={
            "if": inner,
            "then": inner,
            "else": inner,
            "const": scalars,
            "contains": inner,
            "multipleOf": st.just(2) | st.just(0.1),
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "(?i)o"]), inner, max_size=2),
            "propertyNames": inner,
            "uniqueItems": st.booleans(),
            "dependencies": st.just({"email": ["age"]}),
            "$ref": st.sampled_from(["#", "#/properties/age", "#/nowhere", "https://example.invalid/schema"]),
            "additionalProperties": inner,
            "additionalItems": inner,
            "items": inner | st.lists(inner, max_size=2),
        },
    )


#: Sound schemas that the quick check covers.
covered_schemas = st.recursive(_leaf_schemas, _wider, max_leaves=6)
#: Schemas that jsonschema is needed for, some broken.
wild_schemas = st.recursive(_leaf_schemas, lambda inner: _wider(inner) | _outside(inner), max_leaves=6)
_whole = st.fixed_dictionaries(
    {},
    optional={"properties": st.fixed_dictionaries({}, optional={"properties": wild_schemas, "traits": wild_schemas})},
)
rules = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["COMMON", "TRACK", "IDENTIFY", "GROUP", "PAGE", "SCREEN"]),
            "key": st.sampled_from(["Order Completed", "Page Viewed", None]),
            "jsonSchema": st.sampled_from([ORDER, TRAITS, COMMON]) | _whole | wild_schemas | documents,
            "version": st.integers(1, 3),
        }
    )
    | st.sampled_from(WITH_COMMON)
    | documents,
    max_size=6,
)
