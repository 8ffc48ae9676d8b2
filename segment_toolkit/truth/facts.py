"""What readings answer: frozen values, safe to show. They hold no secret; a write key is in them as its mask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from ..secrecy.redaction import Redactor

KeyStatus = Literal["verified", "unverified", "contradicted"]
RegionStatus = Literal["us", "eu", "both", "neither", "unknown"]

MOST_NAME_CHARACTERS = 80


@dataclass(frozen=True)
class Fact:
    """A value that can say itself as JSON."""

    def as_json(self) -> dict[str, Any]:
        """Its members by name, all the way down."""
        return {field.name: _json(getattr(self, field.name)) for field in fields(self)}


def _json(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _json(item) for name, item in value.items()}
    return value


@dataclass(frozen=True)
class SourceFacts(Fact):
    """A source of the workspace."""

    id: str
    slug: str
    name: str
    enabled: bool


@dataclass(frozen=True)
class Connected(Fact):
    """A destination or warehouse that is connected to a source; `kind` is its name in Segment's catalog."""

    id: str
    name: str
    kind: str
    enabled: bool


@dataclass(frozen=True)
class KeyReport(Fact):
    """What is known of a write key.

    `verified`: a source that takes events has it. `contradicted`: no source of the token's workspace has it, or its
    source is switched off, so that its events are lost although Segment answers 200. `unverified`: nobody can tell, and
    `reason` says why. `key` is masked; `destinations` and `warehouses` are None when they could not be read.
    """

    status: KeyStatus
    reason: str
    next_step: str
    key: str
    source: SourceFacts | None = None
    destinations: tuple[Connected, ...] | None = None
    warehouses: tuple[Connected, ...] | None = None


@dataclass(frozen=True)
class RegionReport(Fact):
    """Where a Public API token works. `region` is set only when exactly one host took it; `hosts` says what each said.

    `neither`: both hosts refused it. `both`: both took it. `unknown`: a host could not be asked, so nobody can tell.
    """

    status: RegionStatus
    reason: str
    next_step: str
    region: Literal["us", "eu"] | None = None
    workspace: str | None = None
    hosts: Mapping[str, str] | None = None


def without_secrets(value: Any, redactor: Redactor) -> Any:
    """What a reading answers, every known secret cut out of its texts: a source may have been named after one."""
    if isinstance(value, str):
        return redactor.text(value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: without_secrets(getattr(value, f.name), redactor) for f in fields(value)})
    if isinstance(value, tuple):
        members = [without_secrets(item, redactor) for item in value]
        return type(value)(*members) if hasattr(value, "_fields") else tuple(members)
    if isinstance(value, list):
        return [without_secrets(item, redactor) for item in value]
    if isinstance(value, Mapping):
        return {name: without_secrets(item, redactor) for name, item in value.items()}
    return value


def plain(text: object) -> str:
    """Somebody else's name for something, fit to stand in a sentence: visible characters in one short line."""
    visible = "".join(c if c.isprintable() else " " for c in str(text))
    line = " ".join(visible.split())
    return line if len(line) <= MOST_NAME_CHARACTERS else line[: MOST_NAME_CHARACTERS - 1] + "…"
