"""Which connected destinations would get an event: the integrations object, consent, and filters that can be read.

Source: Segment documentation, "Filtering your Segment Data" and "Spec: Common Fields" (integrations; names match the
catalog's exactly; Salesforce is off unless named), "Consent in Segment Connections", "Destination Filters" (order over
all matching filters: sample, drop, drop properties, allow properties). To which consent categories a destination is
mapped no API shows, so an event with consent preferences leaves every mapped destination untold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from ..names import did_you_mean
from ..tool import JsonObject
from .conditions import holds
from .facts import Connected, Fact, plain

Gets = Literal["yes", "no", "unknown"]
_OFF_UNLESS_NAMED = frozenset({"Salesforce"})
_NO_DESTINATION = frozenset({"All", "Segment.io"})
#: Which of a catalog entry's `supportedMethods` a type of event needs.
_METHODS = {"track": "track", "identify": "identify", "group": "group", "alias": "alias", "page": "pageview"}


class Receiver(NamedTuple):
    """A connected destination as Segment answers it, and its filters; None when those could not be read."""

    connected: Connected
    catalog_name: str
    methods: Mapping[str, Any]
    filters: Sequence[JsonObject] | None


@dataclass(frozen=True)
class Reach(Fact):
    """Whether a destination would get an event, and why or why not; `name` is the instance's, `kind` the catalog's."""

    id: str
    name: str
    kind: str
    gets: Gets
    reason: str = ""


def reach(event: JsonObject, receiver: Receiver) -> Reach:
    """What would become of an event, as the source lets it through, at one destination."""
    where = receiver.connected
    gets, reason = _decided(event, receiver)
    return Reach(where.id, where.name, where.kind, gets, reason)


def misnamed(event: JsonObject, receivers: Sequence[Receiver]) -> Iterator[str]:
    """What the integrations object names that no connected destination is called."""
    known = {receiver.catalog_name for receiver in receivers}
    integrations = event.get("integrations")
    for name in integrations if isinstance(integrations, dict) else ():
        if name not in known and name not in _NO_DESTINATION:
            near = did_you_mean(name, map(plain, known), 1)
            yield f"integrations names '{plain(name)}', which no connected destination is called{near or '.'}"


def _decided(event: JsonObject, receiver: Receiver) -> tuple[Gets, str]:
    if not receiver.connected.enabled:
        return "no", "it is switched off"
    if not _integrates(event, receiver.catalog_name):
        return "no", "the event's integrations switch it off"
    filtered = _filtered(event, receiver.filters)
    if filtered[0] == "no":
        return filtered
    context = event.get("context")
    if isinstance(context, dict) and context.get("consent") is not None:
        return "unknown", "it may be mapped to consent categories, which no API shows"
    method = _METHODS.get(str(event.get("type")))
    if method and receiver.methods.get(method) is False:
        return "unknown", f"its catalog entry says that it takes no {method} calls"
    return filtered


def _integrates(event: JsonObject, name: str) -> bool:
    integrations = event.get("integrations")
    if not isinstance(integrations, dict):
        integrations = {}
    if name in integrations:
        return integrations[name] is not False
    return name not in _OFF_UNLESS_NAMED and integrations.get("All", True) is not False


def _filtered(event: JsonObject, filters: Sequence[JsonObject] | None) -> tuple[Gets, str]:
    if filters is None:
        return "unknown", "its filters could not be read"
    outcome: tuple[Gets, str] = ("yes", "")
    for item in filters:
        if item.get("enabled") is False:
            continue
        found = _one_filter(event, item)
        if found[0] == "no":
            return found
        if found[0] == "unknown" or outcome == ("yes", ""):
            outcome = found if outcome[0] == "yes" else outcome
    return outcome


def _one_filter(event: JsonObject, item: JsonObject) -> tuple[Gets, str]:
    title, condition = plain(item.get("title") or ""), item.get("if")
    applies = holds(condition, event) if isinstance(condition, str) else None
    if applies is False:
        return "yes", ""
    actions = item.get("actions")
    for action in actions if isinstance(actions, list) else [None]:
        type_, percent = (action.get("type"), action.get("percent")) if isinstance(action, dict) else (None, None)
        if type_ in ("DROP_PROPERTIES", "ALLOW_PROPERTIES"):
            continue
        if applies is None or type_ not in ("DROP", "SAMPLE"):
            return "unknown", f"it has a filter '{title}' of the condition {plain(condition)}"
        if type_ == "DROP" or percent == 0:
            return "no", f"its filter '{title}' drops such events"
        if percent != 1:
            return "unknown", f"its filter '{title}' keeps a sample of such events"
    if applies is None:
        # An invalid condition drops every event ("Destination Filters"), and whether it is one is not read here.
        return "unknown", f"it has a filter '{title}' of the condition {plain(condition)}"
    return "yes", f"its filter '{title}' takes members out"
