"""Walks over JSON Schemas, for the laws about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def nodes(schema: Schema, path: str = "$") -> Iterator[tuple[str, Schema]]:
    """Every node with its path, the root first."""
    yield path, schema
    for name, member in schema.get("properties", {}).items():
        yield from nodes(member, f"{path}.{name}")
    if "items" in schema:
        yield from nodes(schema["items"], f"{path}[]")
    for branch in schema.get("anyOf", ()):
        yield from nodes(branch, f"{path}|")


def property_names(schema: Schema) -> Iterator[str]:
    """The name of every property, at any depth."""
    for _, node in nodes(schema):
        yield from node.get("properties", ())
