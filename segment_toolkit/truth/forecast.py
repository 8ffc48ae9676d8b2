"""What Segment would do with events, before they are sent: blocked, thinned out, delivered to whom.

It is a forecast by what the Public API shows. `NOT_SHOWN` lists what decides too and is shown by no API: a forecast
that an event passes is not a promise, one that it is blocked rests on the settings and the plan as they are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..errors import Problem, ToolkitError
from ..tool import JsonObject
from .enforcement import Judgement, judge
from .facts import Fact, SourceFacts
from .keys import known_sources, owner_of
from .reading import Listing, Reading, source_facts
from .routes import Reach, Receiver, misnamed, reach
from .sending import Sending
from .view import View, view_of

if TYPE_CHECKING:
    from ..credentials import Credentials
    from .memory import Memory

Fate = Literal["passes", "blocked", "unknown"]
MOST_WARNINGS = 8

NOT_SHOWN = (
    "events, pages and traits that were switched off by name on the source's Schema page (without a tracking plan)",
    "integration filters of the Schema page, consent mappings, insert functions, transformations and mappings",
    "suppressed users, and messages that repeat a messageId",
)


@dataclass(frozen=True)
class EventForecast(Fact):
    """The forecast for one event.

    `reason` is Segment's code where there is one (unplanned, schema_violation, common_schema_violation,
    source_disabled, unknown_source); `text` says it in words; `where` is the member it lies in. `omitted` and
    `violations` name members, never values. `destinations` and `warehouses` are None when they could not be read.
    """

    index: int
    fate: Fate
    reason: str = ""
    text: str = ""
    where: str = ""
    source: SourceFacts | None = None
    omitted: tuple[str, ...] = ()
    violations: tuple[str, ...] = ()
    destinations: tuple[Reach, ...] | None = None
    warehouses: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    def warnings(self) -> Iterator[str]:
        """Sentences for whoever sends the event; none when nothing stands in its way."""
        if self.fate == "blocked":
            yield f"Segment would drop this event ({self.reason}): {self.where} {self.text}".replace(":  ", ": ")
            return
        if self.omitted:
            yield f"Segment would take out {', '.join(self.omitted[:MOST_WARNINGS])}"
        if self.violations:
            yield f"against the tracking plan: {'; '.join(self.violations[:MOST_WARNINGS])}"
        yield from self.notes
        yield from self._unreached()

    def _unreached(self) -> Iterator[str]:
        missed = [item for item in self.destinations or () if item.gets == "no"]
        if self.destinations is not None and self.warehouses is not None and len(missed) == len(self.destinations):
            if not self.warehouses:
                yield "no destination or warehouse would get this event"
            elif missed:
                yield "no destination would get this event, only warehouses"
        for item in missed:
            if "filter" in item.reason:
                yield f"'{item.name}' would not get this event: {item.reason}"


@dataclass(frozen=True)
class Forecast(Fact):
    """The forecast for a call. `possible` is False when nothing could be told, and `gaps` says why.

    `problems` is why the toolkit itself refuses the call, if it does: then nothing would be sent at all.
    """

    possible: bool
    events: tuple[EventForecast, ...] = ()
    gaps: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    batched: bool = False
    not_shown: tuple[str, ...] = NOT_SHOWN

    @property
    def blocked(self) -> tuple[EventForecast, ...]:
        """The events that Segment would drop."""
        return tuple(event for event in self.events if event.fate == "blocked")

    def warnings(self) -> list[str]:
        """At most MOST_WARNINGS sentences about the events, and why something could not be told."""
        found = [f"{self._place(event)}{text}" for event in self.events for text in event.warnings()]
        found = list(dict.fromkeys(found))
        more = [f"and {len(found) - MOST_WARNINGS} more warnings"] if len(found) > MOST_WARNINGS else []
        missing = [f"pre-flight was not possible: {self.gaps[0]}"] if self.gaps else []
        return [*found[:MOST_WARNINGS], *more, *missing]

    def refusals(self) -> list[Problem]:
        """One problem for each event that would be dropped, with its place in the arguments."""
        found = []
        for event in self.blocked:
            place = f"batch[{event.index}]" if self.batched else ""
            path = ".".join(part for part in (place, event.where) if part)
            text = event.text if event.text.endswith("?") else f"{event.text};"
            found.append(Problem(path, f"{text} Segment would answer 200 and drop the event ({event.reason})"))
        return found

    def _place(self, event: EventForecast) -> str:
        return f"batch[{event.index}]: " if self.batched else ""


def foresee(sent: Sequence[Sending], credentials: Credentials, memory: Memory) -> Reading[Forecast]:
    """Say what would become of the events. Never raises for what Segment answers."""
    if not credentials.public_api_token:
        return Forecast(False, gaps=("it needs a Public API token, and none is configured",))
    try:
        listing = yield from known_sources(credentials, memory)
    except ToolkitError as error:
        return Forecast(False, gaps=(f"the sources could not be read: {error.message}",))
    events: list[EventForecast] = []
    gaps: list[str] = []
    for sending in sent:
        source = _source_of(sending.key, listing)
        view = (yield from view_of(source, credentials, memory)) if isinstance(source, SourceFacts) else source
        gaps += view.gaps if isinstance(view, View) else [view.text] if view.fate == "unknown" else []
        events += [_forecast(event, n, view) for n, event in enumerate(sending.events, len(events))]
    batched = any(sending.batched for sending in sent)
    return Forecast(True, tuple(events), tuple(dict.fromkeys(gaps)), batched=batched)


def _source_of(key: str | None, listing: Listing) -> SourceFacts | EventForecast:
    """The source whose key it is, or the forecast for all events that go with it."""
    owner = owner_of(key or "", listing)
    if owner.source is None:
        if owner.is_nobody and key:
            return EventForecast(0, "blocked", "unknown_source", "no source of the workspace has this write key")
        return EventForecast(0, "unknown", "", "whose the write key is cannot be told")
    facts = source_facts(owner.source)
    if not facts.enabled:
        text = f"the source '{facts.slug}' is switched off"
        return EventForecast(0, "blocked", "source_disabled", text, source=facts)
    return facts


def _forecast(event: JsonObject, index: int, view: View | EventForecast) -> EventForecast:
    if isinstance(view, EventForecast):
        members = {name: getattr(view, name) for name in ("fate", "reason", "text", "source")}
        return EventForecast(index, **members)
    if view.has_plan is None or (view.has_plan and view.settings is None):
        return _told(event, index, view, Judgement(event, unclear=view.gaps[:1]))
    return _told(event, index, view, judge(event, view.settings or {}, view.plan))


def _told(event: JsonObject, index: int, view: View, judgement: Judgement) -> EventForecast:
    violations = tuple(str(violation) for violation in judgement.violations)
    if judgement.event is None:
        return EventForecast(
            index, "blocked", judgement.reason, judgement.text, judgement.path, view.facts, violations=violations
        )
    receivers: tuple[Receiver, ...] = view.receivers or ()
    return EventForecast(
        index,
        "unknown" if judgement.unclear else "passes",
        text="; ".join(judgement.unclear),
        source=view.facts,
        omitted=judgement.omitted,
        violations=violations,
        destinations=None if view.receivers is None else tuple(reach(judgement.event, each) for each in receivers),
        warehouses=None if view.warehouses is None else tuple(w.name for w in view.warehouses if w.enabled),
        notes=tuple(misnamed(event, receivers)) if view.receivers is not None else (),
    )
