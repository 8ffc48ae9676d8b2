"""Everything at Segment that decides about a source's events, read once a minute.

Sends    GET /sources/{id}, its connected-destinations, connected-warehouses and settings; /destination/{id}/filters for
         each destination that is switched on; /tracking-plans/{id} and its rules
Source   Segment Public API reference, the operations of these paths
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..errors import ToolkitError
from ..tool import JsonObject
from .facts import Connected, SourceFacts, plain
from .plan import Plan
from .reading import Reading, connected, destinations_of, listed, one, path, warehouses_of
from .routes import Receiver

if TYPE_CHECKING:
    from ..credentials import Credentials
    from .memory import Memory

T = TypeVar("T")


class View(NamedTuple):
    """A source. What could not be read is None, and `gaps` says what and why."""

    facts: SourceFacts
    settings: Mapping[str, Any] | None
    has_plan: bool | None
    plan: Plan | None
    receivers: tuple[Receiver, ...] | None
    warehouses: tuple[Connected, ...] | None
    gaps: tuple[str, ...]


def view_of(facts: SourceFacts, credentials: Credentials, memory: Memory) -> Reading[View]:
    """Read a source, each part by itself: one that fails leaves a gap. Never raises ToolkitError."""
    gaps: list[str] = []

    def part(name: str, read: Callable[[str], Reading[T]]) -> Reading[T | None]:
        try:
            return (yield from memory.recall(credentials, f"{name} {facts.id}", lambda: read(facts.id)))
        except ToolkitError as error:
            gaps.append(f"the source's {name} could not be read: {error.message}")
            return None

    settings = yield from part("schema settings", _settings)
    planned = yield from part("tracking plan", _plan)
    receivers = yield from part("destinations", _receivers)
    warehouses = yield from part("warehouses", _warehouses)
    plan = planned[0] if planned else None
    return View(
        facts, settings, None if planned is None else plan is not None, plan, receivers, warehouses, tuple(gaps)
    )


def _settings(source_id: str) -> Reading[JsonObject]:
    data = yield from one(path("sources", source_id, "settings"), "settings")
    settings: JsonObject = data["settings"]
    return settings


def _plan(source_id: str) -> Reading[tuple[Plan | None]]:
    """The connected plan in a tuple, so that having none is told from not knowing."""
    data = yield from one(path("sources", source_id), "source")
    plan_id = data.get("trackingPlanId")
    if not isinstance(plan_id, str) or not plan_id:
        return (None,)
    described = yield from one(path("tracking-plans", plan_id), "trackingPlan")
    rules = yield from listed(path("tracking-plans", plan_id, "rules"), "rules")
    name = described["trackingPlan"].get("name")
    return (Plan(plain(name or plan_id), rules.items, whole=rules.whole),)


def _receivers(source_id: str) -> Reading[tuple[Receiver, ...]]:
    found = []
    for item in (yield from destinations_of(source_id)).items:
        given = item.get("metadata")
        metadata: JsonObject = given if isinstance(given, dict) else {}
        where = connected([item])[0]
        filters = yield from _filters(where)
        methods = metadata.get("supportedMethods")
        found.append(Receiver(where, str(metadata.get("name")), methods if isinstance(methods, dict) else {}, filters))
    return tuple(found)


def _filters(where: Connected) -> Reading[list[JsonObject] | None]:
    if not where.enabled:
        return []
    try:
        found = yield from listed(path("destination", where.id, "filters"), "filters")
    except ToolkitError:
        return None
    return found.items if found.whole else None


def _warehouses(source_id: str) -> Reading[tuple[Connected, ...]]:
    return connected((yield from warehouses_of(source_id)).items)
