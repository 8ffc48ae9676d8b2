"""Forecasts judged by what the sandbox's pipeline then did, which shares no code with them.

Where a forecast says `unknown` it claims nothing. Everything else must come true, but for what no API shows
(`NOT_SHOWN`): the last tests show that these are the reasons for being wrong, and which they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from forecast_world import World
from truth_world import operator

from segment_toolkit import SegmentToolkit
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.truth.forecast import NOT_SHOWN, EventForecast

WORLDS, EVENTS_EACH = 24, 20


def differences(world: World, forecast: EventForecast, arguments: dict[str, Any], before: Any) -> Iterator[str]:
    """What became of the event otherwise than was foreseen."""
    box, (_, dropped, totals) = world.box, before
    lost = box.dropped[dropped:]
    if forecast.fate == "blocked":
        if [item["reason"] for item in lost] != [forecast.reason]:
            yield f"foreseen blocked {forecast.reason}, was {[item['reason'] for item in lost] or 'let through'}"
        return
    if forecast.fate == "passes" and lost:
        yield f"foreseen to pass, was dropped {lost[0]['reason']}"
    if lost:
        return
    yield from members_differ(forecast, arguments, box.events[-1])
    moved = world.outcome()
    for item in forecast.destinations or ():
        delivered = moved[item.id, "successful-delivery"] - totals[item.id, "successful-delivery"]
        if item.gets != "unknown" and delivered != (item.gets == "yes"):
            yield f"foreseen {item.kind} gets it: {item.gets} ({item.reason}), got {delivered}"


def members_differ(forecast: EventForecast, arguments: dict[str, Any], stored: dict[str, Any]) -> Iterator[str]:
    if forecast.fate != "passes":
        return
    for container in ("properties", "traits"):
        gone = set(paths(arguments.get(container) or {}, container)) - set(
            paths(stored.get(container) or {}, container)
        )
        foreseen = {path for path in forecast.omitted if path.startswith(container)}
        # With a member everything within it goes.
        if {path for path in gone if not any(path.startswith(f"{other}.") for other in gone)} != foreseen:
            yield f"foreseen without {sorted(foreseen)}, lost {sorted(gone)}"
    marks = ((stored.get("context") or {}).get("protocols") or {}).get("violations")
    if stored["type"] in ("track", "identify", "group") and bool(marks) != bool(forecast.violations):
        yield f"foreseen violations {forecast.violations}, found {marks}"


def paths(value: Any, path: str) -> Iterator[str]:
    for name, member in value.items() if isinstance(value, dict) else ():
        yield f"{path}.{name}"
        yield from paths(member, f"{path}.{name}")


def judged(seed: int) -> tuple[list[str], Counter[str]]:
    """Foresee and send the events of one world. Returns the differences and how often what was foreseen."""
    world, found, seen = World(seed), list[str](), Counter[str]()
    toolkit = SegmentToolkit.sandbox(world.box)
    for number in range(EVENTS_EACH):
        slug, arguments = world.event()
        (forecast,) = toolkit.preflight(slug, arguments).events
        before = world.box.event_count, len(world.box.dropped), world.outcome()
        assert toolkit.tools.execute(slug, arguments).successful
        found += [f"world {seed} event {number}: {text}" for text in differences(world, forecast, arguments, before)]
        seen[forecast.fate] += 1
        seen["thinned"] += bool(forecast.omitted)
        seen["violating"] += bool(forecast.violations)
        seen.update(f"destination {item.gets}" for item in forecast.destinations or ())
    return found, seen


def test_what_is_foreseen_comes_true() -> None:
    found, seen = list[str](), Counter[str]()

    for seed in range(WORLDS):
        differences_, counts = judged(seed)
        found += differences_
        seen += counts

    assert found == []
    for what in ("passes", "blocked", "thinned", "violating", "destination yes", "destination no"):
        assert seen[what] > WORLDS, f"too few to judge: {what} {seen}"
    assert seen["destination unknown"] < seen["destination yes"] + seen["destination no"]


def switch_off(box: Sandbox) -> None:
    box.block("shop-ios", events=["Odd One"])


def suppress(box: Sandbox) -> None:
    body = {"regulationType": "SUPPRESS_ONLY", "subjectType": "USER_ID", "subjectIds": ["ada"]}
    with operator(box) as api:
        assert api.post("/regulations", json=body).status_code == 200


@pytest.mark.parametrize(("hide", "why", "shown"), [(switch_off, "event_setting", 0), (suppress, "suppressed", 2)])
def test_what_no_api_shows_is_why_a_forecast_can_be_wrong(hide: Any, why: str, shown: int) -> None:
    box = Sandbox()
    hide(box)
    toolkit = SegmentToolkit.sandbox(box)
    arguments = {"userId": "ada", "event": "Odd One", "writeKey": "shop-ios"}

    forecast = toolkit.preflight("SEGMENT_TRACK", arguments)
    toolkit.tools.execute("SEGMENT_TRACK", arguments)

    assert forecast.events[0].fate == "passes"
    assert [item["reason"] for item in box.dropped] == [why]
    assert forecast.not_shown[shown] == NOT_SHOWN[shown]


def test_a_destination_that_needs_consent_is_untold_when_the_event_speaks_of_consent(box: Sandbox) -> None:
    box.require_consent("slack", "advertising")
    toolkit = SegmentToolkit.sandbox(box)
    arguments = {"userId": "u", "event": "A", "context": {"consent": {"categoryPreferences": {"advertising": False}}}}

    (forecast,) = toolkit.preflight("SEGMENT_TRACK", arguments).events
    toolkit.tools.execute("SEGMENT_TRACK", arguments)

    slack = box.destinations["slack"]
    assert {item.id: item.gets for item in forecast.destinations or ()}[slack] == "unknown"
    assert box.totals[box.sources["shop-web"], slack, "filtered-at-destination"] > 0
