"""The plain data of the demo: tracking plan, settings, filters, and what is added to the workspace."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

import httpx
import pytest
from jsonschema import Draft7Validator

from segment_toolkit.sandbox.catalog import DESTINATION_KINDS, SOURCE_KINDS, WAREHOUSE_KINDS
from segment_toolkit.sandbox.demo import Moment, filters, plan, workspace
from segment_toolkit.sandbox.schema import SECTIONS, open_schema
from segment_toolkit.sandbox.wire import Json, encode


def seeded(public: httpx.Client, what: str) -> list[dict[str, Any]]:
    """List what the workspace has before the demo is added."""
    items: list[dict[str, Any]] = public.get(f"/{what}", params={"pagination.count": 100}).json()["data"][what]
    return items


@pytest.fixture
def sources(public: httpx.Client) -> dict[str, str]:
    """Slug of each source, seeded or added, to its id; added ones have their slug as id."""
    added = {source.slug: source.slug for source in workspace.SOURCES}
    return {source["slug"]: source["id"] for source in seeded(public, "sources")} | added


@pytest.mark.parametrize("rule", plan.plan_rules(), ids=lambda rule: rule.get("key", rule["type"]))
def test_a_rule_has_the_form_the_public_api_takes(rule: Json) -> None:
    assert rule.keys() - {"key"} == {"type", "jsonSchema", "version"}
    assert ("key" in rule) == (rule["type"] in ("TRACK", "PAGE", "SCREEN"))
    assert rule["jsonSchema"]["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(rule["jsonSchema"])


def test_no_two_rules_have_the_same_type_and_key() -> None:
    rules = Counter((rule["type"], rule.get("key")) for rule in plan.plan_rules())

    assert set(rules.values()) == {1}
    assert len(rules) <= 200  # more do not fit into one update of the API


def test_every_event_of_the_plan_is_sent(good: list[Moment]) -> None:
    sent = {moment.message["event"] for moment in good if moment.message["type"] == "track"}

    assert sent == set(plan.PLANNED_EVENTS)


def test_the_settings_have_the_form_of_schema_settings() -> None:
    for settings in plan.source_settings().values():
        assert {name: set(section) for name, section in settings.items()} == {
            name: set(section) for name, section in open_schema().items()
        }
        assert all(settings[section.name]["commonEventOnViolations"] in section.common for section in SECTIONS)


def test_settings_and_forwarding_name_sources_that_exist(sources: dict[str, str]) -> None:
    assert plan.source_settings().keys() <= sources.keys()
    assert plan.FORWARDING.keys() <= sources.keys()
    assert {target for targets in plan.FORWARDING.values() for target in targets.values()} <= sources.keys()


def test_changing_what_was_given_out_changes_nothing_for_the_next() -> None:
    plan.source_settings()["shop-web"].clear()
    filters.destination_filters()[0].actions[0].clear()

    assert plan.source_settings()["shop-web"]
    assert filters.destination_filters()[0].actions[0] == {"type": "DROP"}


def test_a_filter_belongs_to_a_destination_of_its_source(public: httpx.Client, sources: dict[str, str]) -> None:
    known = {(destination.source, destination.name) for destination in workspace.DESTINATIONS}
    slugs = {id_: slug for slug, id_ in sources.items()}
    known |= {(slugs[each["sourceId"]], each["name"]) for each in seeded(public, "destinations")}

    assert {(each.source, each.destination) for each in filters.destination_filters()} <= known


def test_filters_keep_the_limits() -> None:
    each_destination = Counter(each.destination for each in filters.destination_filters())

    assert max(each_destination.values()) <= 10
    for each in filters.destination_filters():
        assert len(each.title) <= 64
        assert len(each.condition) <= 5_000
        assert {action["type"] for action in each.actions} <= {"DROP", "SAMPLE", "DROP_PROPERTIES", "ALLOW_PROPERTIES"}


def test_destinations_and_warehouses_refer_to_kinds_and_sources_that_exist(sources: dict[str, str]) -> None:
    kinds = {kind.slug for kind in DESTINATION_KINDS} | {"file"}

    assert {destination.kind for destination in workspace.DESTINATIONS} <= kinds
    assert {destination.source for destination in workspace.DESTINATIONS} <= sources.keys()
    assert {source.kind for source in workspace.SOURCES} <= {kind.slug for kind in SOURCE_KINDS}
    assert {warehouse.kind for warehouse in workspace.WAREHOUSES} <= {kind.slug for kind in WAREHOUSE_KINDS}
    assert {slug for warehouse in workspace.WAREHOUSES for slug in warehouse.sources} <= sources.keys()


def test_labels_of_sources_exist(public: httpx.Client) -> None:
    known = {(label["key"], label["value"]) for label in seeded(public, "labels")}
    known |= {(label.key, label.value) for label in workspace.LABELS}

    assert {label for source in workspace.SOURCES for label in source.labels} <= known


def test_consent_categories_are_those_that_people_are_asked_about() -> None:
    asked = set(workspace.CONSENT_CATEGORIES)

    assert {category for each in workspace.DESTINATIONS for category in each.consent_categories} <= asked


def test_integrations_objects_name_destinations_of_the_catalog(good: list[Moment]) -> None:
    names = {kind.name for kind in DESTINATION_KINDS}
    used = {name for moment in good for name in moment.message.get("integrations", {})}

    assert used - {"All"}
    assert used - {"All"} <= names


def test_everything_is_plain_json() -> None:
    parts = (*workspace.LABELS, *workspace.SOURCES, *workspace.DESTINATIONS, *workspace.WAREHOUSES, *workspace.USERS)

    assert encode([plan.plan_rules(), plan.source_settings(), [asdict(part) for part in parts]])
    assert encode([asdict(each) for each in filters.destination_filters()])
