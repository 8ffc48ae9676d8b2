"""Consent, the integrations object, and suppression."""

from __future__ import annotations

from typing import Any

import pytest

from segment_toolkit.sandbox.pipeline.routing import decide, unknown_integrations
from segment_toolkit.sandbox.pipeline.suppression import SUPPRESSES, after_regulation, is_suppressed

CONSENT = "FILTERED_BY_END_USER_CONSENT"
OBJECT = "FILTERED_BY_INTEGRATIONS_OBJECT"


@pytest.mark.parametrize(
    ("integrations", "name", "reason"),
    [
        pytest.param({}, "Mixpanel", None, id="an empty object allows all"),
        pytest.param(None, "Mixpanel", None, id="null allows all"),
        pytest.param({"All": True}, "Mixpanel", None, id="all"),
        pytest.param({"All": False}, "Mixpanel", OBJECT, id="none"),
        pytest.param({"All": False, "Mixpanel": True}, "Mixpanel", None, id="none but one"),
        pytest.param({"All": False, "Mixpanel": {"x": 1}}, "Mixpanel", None, id="an object counts as true"),
        pytest.param({"All": False, "Mixpanel": {}}, "Mixpanel", None, id="an empty object as well"),
        pytest.param({"All": True, "Mixpanel": False}, "Mixpanel", OBJECT, id="all but one"),
        pytest.param({"Mixpanel": False}, "Mixpanel", OBJECT, id="one off"),
        pytest.param({"mixpanel": False}, "Mixpanel", None, id="case counts"),
        pytest.param({"Amplitude": True}, "Mixpanel", None, id="naming one leaves the others on"),
        pytest.param({}, "Salesforce", OBJECT, id="Salesforce is off"),
        pytest.param({"All": True}, "Salesforce", OBJECT, id="Salesforce is off under all"),
        pytest.param({"Salesforce": True}, "Salesforce", None, id="Salesforce is on when named"),
        pytest.param({"Salesforce": False}, "Salesforce", OBJECT, id="Salesforce is off when named so"),
        pytest.param({"Segment.io": False}, "Mixpanel", None, id="Segment.io is for browsers"),
        pytest.param("x", "Mixpanel", None, id="what is no object says nothing"),
    ],
)
def test_the_integrations_object_decides(integrations: Any, name: str, reason: str | None) -> None:
    assert decide({"integrations": integrations}, name, []) == reason


ADS = {"categoryPreferences": {"ads": True, "stats": False}}


@pytest.mark.parametrize(
    ("context", "categories", "reason"),
    [
        pytest.param(None, ["ads"], None, id="no context"),
        pytest.param({}, ["ads"], None, id="no consent"),
        pytest.param({"consent": ADS}, ["ads"], None, id="consented"),
        pytest.param({"consent": ADS}, ["stats"], CONSENT, id="refused"),
        pytest.param({"consent": ADS}, ["ads", "stats"], CONSENT, id="all categories are needed"),
        pytest.param({"consent": ADS}, ["other"], CONSENT, id="a category never asked about"),
        pytest.param({"consent": ADS}, [], None, id="a destination without categories"),
        pytest.param({"consent": {"categoryPreferences": {}}}, ["ads"], CONSENT, id="empty preferences"),
        pytest.param({"consent": {"categoryPreferences": {}}}, [], None, id="empty preferences without categories"),
        pytest.param({"consent": {}}, ["ads"], CONSENT, id="an empty consent object"),
        pytest.param({"consent": "yes"}, ["ads"], CONSENT, id="consent of the wrong shape"),
        pytest.param({"consent": {"categoryPreferences": {"ads": 1}}}, ["ads"], CONSENT, id="only true is consent"),
    ],
)
def test_consent_decides(context: Any, categories: list[str], reason: str | None) -> None:
    assert decide({"context": context}, "Mixpanel", categories) == reason


@pytest.mark.parametrize(
    ("consent", "integrations", "reason"),
    [
        pytest.param(ADS, {"Mixpanel": False}, OBJECT, id="consented but switched off"),
        pytest.param(ADS, {"Amplitude": True}, None, id="consented and not named"),
        pytest.param({}, {"Mixpanel": True}, CONSENT, id="no preferences but switched on"),
        pytest.param({"categoryPreferences": {"ads": False}}, {"Mixpanel": False}, CONSENT, id="consent comes first"),
    ],
)
def test_consent_is_looked_at_before_the_integrations_object(
    consent: Any, integrations: Any, reason: str | None
) -> None:
    event = {"context": {"consent": consent}, "integrations": integrations}

    assert decide(event, "Mixpanel", ["ads"]) == reason


def test_names_that_no_destination_has_are_unknown() -> None:
    event = {"integrations": {"All": False, "Segment.io": False, "Mixpanel": True, "mixpanel": True, "Nope": False}}

    assert unknown_integrations(event, {"Mixpanel"}) == ["mixpanel", "Nope"]


@pytest.mark.parametrize("event", [{}, {"integrations": None}, {"integrations": ["Nope"]}])
def test_without_an_integrations_object_no_name_is_unknown(event: Any) -> None:
    assert unknown_integrations(event, set()) == []


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param({"userId": "u-1"}, True, id="the user"),
        pytest.param({"userId": "u-2"}, False, id="another user"),
        pytest.param({"anonymousId": "u-1"}, False, id="only an anonymous id"),
        pytest.param({"userId": ["u-1"]}, False, id="no text"),
    ],
)
def test_events_of_a_suppressed_user_are_suppressed(event: Any, expected: bool) -> None:
    assert is_suppressed(event, {"u-1"}) is expected


@pytest.mark.parametrize("regulation", [*SUPPRESSES, "UNKNOWN"])
def test_a_regulation_suppresses_frees_or_leaves_its_users(regulation: str) -> None:
    suppressed = after_regulation(frozenset({"a", "b"}), regulation, frozenset({"b", "c"}))

    expected = {True: {"a", "b", "c"}, False: {"a"}, None: {"a", "b"}}
    assert suppressed == expected[SUPPRESSES.get(regulation)]
