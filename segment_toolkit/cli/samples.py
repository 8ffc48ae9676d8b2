"""Arguments that work on a sandbox: a tool's own example, with ids of what the sandbox holds at the moment."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..registry import Registry

if TYPE_CHECKING:
    from ..definitions.definition import ToolDefinition
    from ..sandbox import Sandbox

JsonObject = dict[str, Any]


class NoSample(LookupError):
    """The sandbox has nothing left that this tool could work on."""


def sample(slug: str, box: Sandbox) -> JsonObject:
    """A fresh copy of arguments with which the tool succeeds. Raises NoSample, and UnknownTool for an unknown slug."""
    definition = Registry().definition(slug)
    example: JsonObject = json.loads(json.dumps(definition.example))
    return example | {name: value for name, value in _ids(definition, box).items() if name in example}


def _ids(definition: ToolDefinition, box: Sandbox) -> JsonObject:
    """Live ids for the names by which tools ask for one, as far as this tool asks."""
    names = definition.example.keys()
    if "destinationId" in names:
        return _destination(box)
    if "sourceId" not in names:
        return {}
    if "writeKey" in names:
        slug = _last(box.write_keys, "source with a write key")
        return {"sourceId": box.sources[slug], "writeKey": box.write_keys[slug]}
    slugs = list(box.sources)
    return {"sourceId": box.sources[_last(slugs if definition.effect == "destructive" else slugs[:1], "source")]}


def _last(slugs: Iterable[str], what: str) -> str:
    """The last of these sources: the samples that destroy spare the first one, which the events go to."""
    found = list(slugs)
    if not found:
        raise NoSample(f"there is no {what} left")
    return found[-1]


def _destination(box: Sandbox) -> JsonObject:
    """A destination and the source it belongs to."""
    for destination_id, source_id in box.destination_sources.items():
        return {"destinationId": destination_id, "sourceId": source_id}
    raise NoSample("there is no destination left")
