"""A tool and its arguments, written for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .printing import columns, paint, wrapped

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition

Schema = Mapping[str, Any]


def described(definition: ToolDefinition) -> str:
    """Name, effect, description and every argument of a tool."""
    head = f"{paint(definition.slug, 'bold')}  {paint(definition.effect, definition.effect)}"
    rows = list(_rows(definition.input_parameters, ""))
    return "\n".join([
        head, "", *wrapped(definition.description, indent="  "), "",
        "Arguments (* needed)", *columns(rows, indent="  "),
    ])  # fmt: skip


def in_order(schema: Schema) -> list[str]:
    """The members of an object: the required ones first."""
    required = list(schema.get("required", ()))
    return required + [name for name in schema["properties"] if name not in required]


def signature(schema: Schema) -> str:
    """The names of the arguments in one line, a star at each required one."""
    return " ".join(name + _star(schema, name) for name in in_order(schema))


def kind(schema: Schema) -> str:
    """The type in words: `integer 1 to 1000`, `array of objects`, `one of MINUTE, HOUR, DAY`."""
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema["type"] == "array":
        return f"array of {schema['items']['type']}s"
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['type']} {schema['minimum']} to {schema['maximum']}"
    return str(schema["type"])


def _rows(schema: Schema, indent: str) -> Iterator[tuple[str, str, str]]:
    for name in in_order(schema):
        member = schema["properties"][name]
        yield indent + name + _star(schema, name), kind(member), member.get("description", "")
        inner = member.get("items", member)
        if "properties" in inner:
            yield from _rows(inner, indent + "  ")


def _star(schema: Schema, name: str) -> str:
    return "*" if name in schema.get("required", ()) else ""
