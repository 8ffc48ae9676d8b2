"""One version of a rule of a tracking plan: compiled when the first event meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from segment_toolkit.sandbox.pipeline.precheck import compile_check
from segment_toolkit.sandbox.pipeline.violations import Finding
from segment_toolkit.sandbox.wire import Json

#: The two objects of an event whose members a plan names.
CONTAINERS = ("properties", "traits")


@dataclass(frozen=True)
class _Compiled:
    find: Callable[[Json], tuple[Finding, ...]]
    names: dict[str, frozenset[str] | None]


class Rule:
    """A JSON Schema for whole events. One that is broken is fit by every event and names nothing (assumed)."""

    def __init__(self, schema: object) -> None:
        self._schema = schema

    @cached_property
    def _compiled(self) -> _Compiled:
        # jsonschema takes long to import, and few sandboxes have a plan with an event to check.
        from segment_toolkit.sandbox.pipeline.validation import findings, schema_problem, validator_of

        schema = self._schema
        if not isinstance(schema, dict) or schema_problem(schema) is not None:
            return _Compiled(lambda _: (), dict.fromkeys(CONTAINERS))
        find = partial(findings, validator_of(schema))
        fits = compile_check(schema)
        names = {container: _names(schema, container) for container in CONTAINERS}
        return _Compiled(find if fits is None else lambda event: () if fits(event) else find(event), names)

    def findings(self, event: Json) -> tuple[Finding, ...]:
        """List what in an event is against the rule; nothing for one nested too deep to follow (assumed)."""
        try:
            return self._compiled.find(event)
        except RecursionError:
            return ()

    def names(self, container: str) -> frozenset[str] | None:
        """Return the members of `properties` or `traits` that the rule names; None when that cannot be told."""
        return self._compiled.names[container]


def _names(schema: Json, container: str) -> frozenset[str] | None:
    """Read the names off the schema itself; names behind a `$ref` cannot be told (assumed)."""
    if "$ref" in schema:
        return None
    described = schema.get("properties", {}).get(container, {})
    if not isinstance(described, dict):
        return frozenset()
    return None if "$ref" in described else frozenset(described.get("properties", ()))
