"""The rules of a tracking plan, and what they do to events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from tests.sandbox.public_api.answers import data, field_of, not_found_message, trail, walk

SUCCESS = {"status": "SUCCESS"}
OBJECT = {"type": "object"}
NOW, LATER = "2026-03-18T10:30:00.000Z", "2026-03-18T11:30:00.000Z"


@pytest.fixture
def plan(public: httpx.Client) -> str:
    """The path of an empty plan."""
    body = {"name": "Empty", "type": "LIVE"}
    return f"/tracking-plans/{data(public.post('/tracking-plans', json=body))['trackingPlan']['id']}"


@pytest.fixture
def rules(plan: str) -> str:
    return f"{plan}/rules"


def rule(key: str | None = "A", **members: Any) -> dict[str, Any]:
    keyed = {} if key is None else {"key": key}
    return {"type": "TRACK", **keyed, "jsonSchema": OBJECT, "version": 1, **members}


def keys(public: httpx.Client, rules: str) -> list[Any]:
    return [(item["type"], item.get("key"), item["version"]) for item in data(public.get(rules))["rules"]]


def test_replacing_leaves_the_given_rules_and_no_others(public: httpx.Client, rules: str) -> None:
    data(public.put(rules, json={"rules": [rule("A"), rule("B")]}))

    assert data(public.put(rules, json={"rules": [rule("B"), rule(None, type="IDENTIFY", version=2.0)]})) == SUCCESS

    stamped = {"createdAt": NOW, "updatedAt": NOW}
    assert data(public.get(rules))["rules"] == [
        {**rule("B"), **stamped},
        {**rule(None, type="IDENTIFY", version=2), **stamped},
    ]


def test_updating_changes_rules_and_adds_others(clock: StoppedClock, public: httpx.Client, rules: str) -> None:
    data(public.put(rules, json={"rules": [rule("A"), rule("B")]}))
    clock.forward(timedelta(hours=1))
    strict = {"type": "object", "required": ["userId"]}

    assert data(public.patch(rules, json={"rules": [rule("A", jsonSchema=strict), rule("A", version=2)]})) == SUCCESS

    assert data(public.get(rules))["rules"] == [
        {**rule("A", jsonSchema=strict), "createdAt": NOW, "updatedAt": LATER},
        {**rule("B"), "createdAt": NOW, "updatedAt": NOW},
        {**rule("A", version=2), "createdAt": LATER, "updatedAt": LATER},
    ]


def test_a_new_key_renames_a_rule_in_its_place(public: httpx.Client, rules: str) -> None:
    data(public.put(rules, json={"rules": [rule("A"), rule("B")]}))

    data(public.patch(rules, json={"rules": [rule("A", newKey="C"), rule("D", newKey="E")]}))

    assert keys(public, rules) == [("TRACK", "C", 1), ("TRACK", "B", 1), ("TRACK", "E", 1)]


@pytest.mark.parametrize(
    "changed",
    [rule("A", newKey="B"), rule("A", newKey=""), rule("A", newKey=7), rule(None, type="COMMON", newKey="C")],
    ids=["taken", "blank", "no text", "for a rule without a key"],
)
def test_a_wrong_new_key_is_refused(public: httpx.Client, rules: str, changed: dict[str, Any]) -> None:
    data(public.put(rules, json={"rules": [rule("A"), rule("B")]}))

    assert field_of(public.patch(rules, json={"rules": [changed]})) in ("rules.0", "newKey")

    assert keys(public, rules) == [("TRACK", "A", 1), ("TRACK", "B", 1)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (None, "rules"),
        ({}, "rules"),
        ([rule(f"E{n}") for n in range(201)], "rules"),
        (["x"] * 100_000, "rules"),
        ([rule(), 7], "rules.1"),
        ([rule(type="ALIAS")], "rules.0"),
        ([rule(type=["TRACK"])], "rules.0"),
        ([rule(None)], "rules.0"),
        ([rule(version="1")], "rules.0"),
        ([rule(version=0)], "rules.0"),
        ([rule(jsonSchema="{}")], "rules.0"),
        ([rule(jsonSchema={"type": "thing"})], "rules.0"),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_wrong_rules_are_refused_whole(public: httpx.Client, rules: str, method: str, given: Any, field: str) -> None:
    assert field_of(public.request(method, rules, json={"rules": given})) == field

    assert keys(public, rules) == []


def test_the_same_rule_twice_is_refused(public: httpx.Client, rules: str) -> None:
    assert field_of(public.put(rules, json={"rules": [rule("A"), rule("A", version=1.0)]})) == "rules.1"


def test_200_rules_are_taken_and_listed_in_pages(public: httpx.Client, rules: str) -> None:
    data(public.put(rules, json={"rules": [rule(f"E{n}") for n in range(200)]}))

    assert [item["key"] for item in walk(public, rules, "rules", 70)] == [f"E{n}" for n in range(200)]


REMOVALS = {
    "dotted": "rules.0.type=TRACK&rules.0.key=It's&rules.0.version=1&rules.1.type=GROUP&rules.1.version=1",
    "bracketed": "rules[0][type]=TRACK&rules[0][key]=It's&rules[0][version]=1&rules[1][type]=GROUP&rules[1][version]=1",
    "json": 'rules=[{"type":"TRACK","key":"It\'s","version":1},{"type":"GROUP","version":1}]',
    "repeated json": 'rules={"type":"TRACK","key":"It\'s","version":1}&rules={"type":"GROUP","version":1}',
    "python literals": "rules={'type': 'TRACK', 'key': \"It's\", 'version': 1}&rules={'type': 'GROUP', 'version': 1.0}",
    "indexed json": 'rules[1]={"type":"GROUP","version":1}&rules[0]={"type":"TRACK","key":"It\'s","version":1}',
}


@pytest.mark.parametrize("query", REMOVALS.values(), ids=REMOVALS)
def test_rules_are_removed_in_every_encoding_of_the_clients(public: httpx.Client, rules: str, query: str) -> None:
    group = rule(None, type="GROUP")
    data(public.put(rules, json={"rules": [rule("It's"), rule("It's", version=2), group]}))

    assert data(public.delete(f"{rules}?{query}")) == SUCCESS

    assert keys(public, rules) == [("TRACK", "It's", 2)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "rules"),
        ("rules=A", "rules"),
        ("rules=[1]", "rules"),
        ("rules={'type': TRACK}", "rules"),
        ("rules.0.key=A&rules.0.version=1", "rules.0"),
        ("rules.0.type=TRACK&rules.0.key=A", "rules.0"),
        ("rules.0.type=TRACK&rules.0.key=A&rules.0.version=one", "rules.0"),
        ('rules={"type":"TRACK","key":7,"version":1}', "rules.0"),
        ("rules.0.type=TRACK&rules.0.key=B&rules.0.version=1", "rules.0"),
        ("rules.0.type=TRACK&rules.0.key=A&rules.0.version=" + "9" * 5000, "rules.0"),
    ],
    ids=lambda value: value[:40],
)
def test_a_wrong_removal_removes_nothing(public: httpx.Client, rules: str, query: str, field: str) -> None:
    data(public.put(rules, json={"rules": [rule("A")]}))

    assert field_of(public.delete(f"{rules}?{query}")) == field

    assert keys(public, rules) == [("TRACK", "A", 1)]


def test_changed_rules_are_audited_and_change_the_plan(clock: StoppedClock, public: httpx.Client, plan: str) -> None:
    clock.forward(timedelta(hours=1))

    data(public.put(f"{plan}/rules", json={"rules": [rule()]}))

    assert data(public.get(plan))["trackingPlan"]["updatedAt"] == LATER
    assert trail(public)[-1] == ("Tracking Plan Modified", plan.rpartition("/")[2])


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_rules_of_an_unknown_plan_are_not_found(public: httpx.Client, method: str) -> None:
    not_found_message(public.request(method, "/tracking-plans/tp_nobody/rules", json={"rules": []}))


def test_a_rule_decides_what_is_unplanned(
    box: Sandbox, public: httpx.Client, tracking: httpx.Client, plan: str
) -> None:
    source = box.sources["shop-api"]
    data(public.post(f"{plan}/sources", json={"sourceId": source}))
    data(public.put(f"{plan}/rules", json={"rules": [rule("Planned")]}))
    data(public.patch(f"/sources/{source}/settings", json={"track": {"allowUnplannedEvents": False}}))

    for event in ("Planned", "Unplanned"):
        tracking.post("/track", json={"writeKey": box.write_keys["shop-api"], "userId": "u", "event": event})

    assert [event["event"] for event in box.events] == ["Planned"]
    assert [(drop["reason"], drop["event"]["event"]) for drop in box.dropped] == [("unplanned", "Unplanned")]
