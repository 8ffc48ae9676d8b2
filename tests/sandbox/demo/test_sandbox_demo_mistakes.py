"""The table of mistakes: each is there at its rate, fails as the table says, and nothing else fails."""

from __future__ import annotations

import math
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft7Validator

from segment_toolkit.sandbox.demo import Moment, mistakes, shop_traffic
from segment_toolkit.sandbox.demo.mistakes import MISTAKES, Mistake, named
from segment_toolkit.sandbox.demo.plan import PLANNED_EVENTS, plan_rules
from segment_toolkit.sandbox.pipeline.shape import ingest_fault
from segment_toolkit.sandbox.wire import Json

SHOWN = [mistake for mistake in MISTAKES if mistake.name != "duplicate_delivery"]
SPOILING = [mistake for mistake in SHOWN if mistake.name != "developer_test"]
UNTIL = datetime(2026, 3, 18, 10, 30, tzinfo=UTC)
TRACK_RULES = {rule["key"]: Draft7Validator(rule["jsonSchema"]) for rule in plan_rules() if rule["type"] == "TRACK"}
PROPERTIES = {
    rule["key"]: rule["jsonSchema"]["properties"]["properties"]["properties"]
    for rule in plan_rules()
    if rule["type"] == "TRACK"
}
OTHER_RULES = {rule["type"]: Draft7Validator(rule["jsonSchema"]) for rule in plan_rules() if rule["type"] != "TRACK"}


def by_mistake(year: list[Moment]) -> dict[str | None, list[Moment]]:
    found: dict[str | None, list[Moment]] = {}
    for moment, (_, mistake) in zip(year, named(each.message for each in year), strict=True):
        found.setdefault(mistake, []).append(moment)
    return found


def complaint(message: Json) -> str | None:
    """Say what Segment's pipeline would find wrong with a message, in the words of the table."""
    if fault := ingest_fault(message):
        return fault
    if message["type"] != "track":
        return None if OTHER_RULES[message["type"].upper()].is_valid(message) else "schema_violation"
    if message["event"] not in PLANNED_EVENTS:
        return "unplanned"
    if not TRACK_RULES[message["event"]].is_valid(message):
        return "schema_violation"
    return None if message["properties"].keys() <= PROPERTIES[message["event"]].keys() else "omitted"


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_a_mistake_happens_at_its_rate(year: list[Moment], mistake: Mistake) -> None:
    found = by_mistake(year)
    touched = [moment for moment in found[None] if mistake.touches(moment.source, moment.message)]
    made = len(found[mistake.name])
    chances = len(touched) + (made if mistake in SPOILING else 0)

    # Four standard deviations of so many throws, and a tenth for the rows above.
    slack = 4 * math.sqrt(chances * mistake.rate) + 0.1 * chances * mistake.rate
    assert made > 0
    assert abs(made - chances * mistake.rate) < slack


def test_a_few_per_cent_of_all_messages_have_a_mistake(year: list[Moment]) -> None:
    found = {name: len(moments) for name, moments in by_mistake(year).items()}

    assert 0.005 < 1 - found[None] / len(year) < 0.04


@pytest.mark.parametrize("mistake", SHOWN, ids=lambda mistake: mistake.name)
def test_a_mistake_fails_as_the_table_says(year: list[Moment], mistake: Mistake) -> None:
    complaints = Counter(complaint(moment.message) for moment in by_mistake(year)[mistake.name])

    # That an app's price is omitted and not blocked is up to the settings of the source, not to the rule.
    assert set(complaints) == {mistake.outcome.replace("omitted_on_violation", "schema_violation")}


def test_nothing_else_fails(good: list[Moment]) -> None:
    wrong = [moment.message for moment in good if complaint(moment.message) is not None]

    assert wrong == []


def test_every_good_message_keeps_the_common_rule(good: list[Moment]) -> None:
    wrong = [moment.message for moment in good if not OTHER_RULES["COMMON"].is_valid(moment.message)]

    assert wrong == []


def test_a_duplicate_is_the_same_message_within_the_hour(year: list[Moment]) -> None:
    first: dict[str, Moment] = {}
    again: list[tuple[Moment, Moment]] = []
    for moment in year:
        before = first.setdefault(moment.message["messageId"], moment)
        again += [(before, moment)] if before is not moment else []

    assert again
    assert all(before.message == after.message and before.source == after.source for before, after in again)
    assert all(timedelta() < after.at - before.at < timedelta(hours=1) for before, after in again)


def test_the_names_are_unique_and_the_table_of_the_docstring_is_complete() -> None:
    names = [mistake.name for mistake in MISTAKES]
    rows = [line.split("|")[1].strip() for line in str(mistakes.__doc__).splitlines() if line.startswith("| ")]

    assert len(names) == len(set(names))
    assert rows[2:] == names


def test_mistakes_do_not_change_what_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def story() -> list[Any]:
        moments = shop_traffic("acme", UNTIL, customers=30, days=90)
        return [message["timestamp"] for message, mistake in named(each.message for each in moments) if not mistake]

    with_mistakes = Counter(story())
    monkeypatch.setattr(mistakes, "MISTAKES", ())
    without = Counter(story())

    assert with_mistakes < without
