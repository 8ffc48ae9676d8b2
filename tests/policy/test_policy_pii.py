"""Personal data in events: denied, hashed or dropped, by name at any depth and by form, before anything is sent."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segment_toolkit import PiiGuard, Policy, SegmentToolkit
from segment_toolkit.errors import InvalidParams
from segment_toolkit.policy.detect import found_in
from segment_toolkit.sandbox import Sandbox
from tests.policy.policy_samples import BATCH, IDENTIFY, is_refused, track, under

EMAIL, CARD, PHONE = "Kim@Example.com", "4111 1111 1111 1111", "+49 170 1234567"
HASHED = hashlib.sha256(b"kim@example.com").hexdigest()


def guarded(box: Sandbox, guard: PiiGuard) -> SegmentToolkit:
    return under(Policy(pii=guard), box)


def sent(box: Sandbox, guard: PiiGuard, properties: dict[str, Any]) -> dict[str, Any]:
    """The properties that arrive of these."""
    envelope = guarded(box, guard).tools.execute(*track(properties=properties))
    assert envelope.successful
    arrived: dict[str, Any] = box.events[-1].get("properties", {})
    return arrived


def test_members_are_hashed_dropped_or_denied_by_name(box: Sandbox) -> None:
    toolkit = guarded(box, PiiGuard({"email": "hash", "ssn": "drop", "card_number": "deny"}))

    fine = toolkit.tools.execute(IDENTIFY, {"userId": "u", "traits": {"email": EMAIL, "ssn": "1", "plan": "pro"}})
    denied = toolkit.tools.execute(IDENTIFY, {"userId": "u", "traits": {"cardNumber": CARD}})

    assert fine.successful
    assert box.events[0]["traits"] == {"email": HASHED, "plan": "pro"}
    assert is_refused(denied)
    assert "traits.cardNumber" in str(denied.error)
    assert len(box.requests) == 1


@pytest.mark.parametrize(
    "name", ["email", "Email", "e_mail", "E-Mail", "eMail", " email ", "\uff45mail", "em\u200bail"]
)
def test_a_name_is_known_in_every_spelling(box: Sandbox, name: str) -> None:
    assert sent(box, PiiGuard({"email": "drop"}), {name: EMAIL, "a": 1}) == {"a": 1}


NESTED: dict[str, Any] = {
    "email": "a", "user": {"email": "b", "address": {"street": "c", "city": "d"}},
    "products": [{"email": "e", "id": 1}], "address.street": "f",
}  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        pytest.param("email", {"user": {"address": {"street": "c", "city": "d"}}, "products": [{"id": 1}],
                               "address.street": "f"}, id="a name, at any depth"),
        pytest.param("user.email", {**NESTED, "user": {"address": {"street": "c", "city": "d"}}}, id="a path"),
        pytest.param("properties.email", {k: v for k, v in NESTED.items() if k != "email"}, id="a path from the top"),
        pytest.param("traits.email", NESTED, id="a path of something else"),
        pytest.param("address.*", {k: v for k, v in NESTED.items() if k != "address.street"}
                     | {"user": {"email": "b", "address": {}}}, id="everything inside"),
        pytest.param("*mail", {"user": {"address": {"street": "c", "city": "d"}}, "products": [{"id": 1}],
                               "address.street": "f"}, id="a glob"),
        pytest.param("*", {}, id="everything"),
    ],
)  # fmt: skip
def test_patterns_reach_what_they_name_and_nothing_else(box: Sandbox, pattern: str, left: Any) -> None:
    assert sent(box, PiiGuard({pattern: "drop"}), NESTED) == left


def test_context_and_integrations_are_guarded_too(box: Sandbox) -> None:
    guard = PiiGuard({"context.ip": "drop", "email": "hash"})

    guarded(box, guard).tools.execute(
        *track(
            context={"ip": "1.2.3.4", "traits": {"email": EMAIL}, "locale": "en"},
            integrations={"All": True, "Braze": {"email": EMAIL}},
        )
    )

    event = box.events[0]
    assert "ip" not in event["context"]
    assert event["context"]["traits"]["email"] == HASHED
    assert event["integrations"]["Braze"]["email"] == HASHED


@pytest.mark.parametrize("tool", [BATCH, "SEGMENT_IMPORT_HISTORICAL_DATA"])
def test_every_event_of_a_batch_and_what_they_share_is_guarded(box: Sandbox, tool: str) -> None:
    time = {"timestamp": "2024-01-01T00:00:00Z"} if tool != BATCH else {}
    events = [
        {"type": "track", "userId": "u", "event": "E", "properties": {"email": EMAIL, "n": n}, **time} for n in range(3)
    ]

    envelope = guarded(box, PiiGuard({"email": "hash", "ip": "drop"})).tools.execute(
        tool, {"batch": events, "context": {"ip": "1.2.3.4", "locale": "en"}}
    )

    assert [event["properties"] for event in box.events] == [{"email": HASHED, "n": n} for n in range(3)]
    assert "1.2.3.4" not in json.dumps(box.events)
    assert "properties.email was hashed: the host's policy (3 times)" in envelope.notes


def test_what_was_done_is_said_by_name_and_never_by_value(box: Sandbox) -> None:
    guard = PiiGuard({"email": "hash", "ssn": "drop"})

    envelope = guarded(box, guard).tools.execute(*track(properties={"email": EMAIL, "ssn": "078-05-1120"}))

    assert envelope.notes == (
        "properties.email was hashed: the host's policy", "properties.ssn was left out: the host's policy",
    )  # fmt: skip
    assert envelope.data["warnings"] == list(envelope.notes)
    assert EMAIL not in str(envelope)
    assert "078" not in str(envelope)


def test_an_event_without_such_data_is_sent_as_it_is_and_nothing_is_said(box: Sandbox) -> None:
    envelope = guarded(box, PiiGuard({"email": "hash"}, detect=("email", "card"))).tools.execute(
        *track(properties={"plan": "pro", "nothing": None})
    )

    assert (envelope.notes, "warnings" in envelope.data) == ((), False)
    assert box.events[0]["properties"] == {"plan": "pro", "nothing": None}


def test_a_hash_may_have_a_key(box: Sandbox) -> None:
    keyed = hmac.new(b"pepper", b"kim@example.com", "sha256").hexdigest()

    assert sent(box, PiiGuard({"email": "hash"}, key="pepper"), {"email": f" {EMAIL} "}) == {"email": keyed}
    assert "pepper" not in repr(PiiGuard({"email": "hash"}, key="pepper"))


def test_every_kind_of_value_is_hashed(box: Sandbox) -> None:
    def digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    arrived = sent(box, PiiGuard({"id": "hash"}), {"id": {"a": 42, "b": [True, None, "X"]}})

    assert arrived == {"id": {"a": digest("42"), "b": [digest("true"), None, digest("x")]}}


def test_the_strongest_rule_counts(box: Sandbox) -> None:
    guard = PiiGuard({"*": "hash", "email": "deny"})

    assert is_refused(guarded(box, guard).tools.execute(*track(properties={"email": EMAIL})))


# By form


@pytest.mark.parametrize("value", [EMAIL, f"write to {EMAIL}, please", "https://x.io/?to=kim%40example.com", [EMAIL]])
@pytest.mark.parametrize("place", ["properties", "context"])
def test_an_address_is_found_under_any_name(box: Sandbox, place: str, value: Any) -> None:
    envelope = guarded(box, PiiGuard(detect=("email",))).tools.execute(*track(**{place: {"note": {"x": value}}}))

    assert is_refused(envelope)
    assert f"{place}.note.x holds an e-mail address" in str(envelope.error)
    assert "example.com" not in str(envelope)
    assert box.requests == []


FORMS = [
    ("email", EMAIL, True), ("email", "ä@ü.de", True), ("email", "a@b", False), ("email", "@example.com", False),
    ("email", "no address", False), ("email", "a@@b.c", False), ("card", CARD, True),
    ("card", "4111111111111111", True),
    ("card", 4111111111111111, True), ("card", "4111-1111-1111-1112", False), ("card", "5500 0000 0000 0004 x", True),
    ("card", "1700000000000", False), ("card", True, False), ("phone", PHONE, True), ("phone", "(555) 123-4567", True),
    ("phone", "555-123-4567", True), ("phone", "2024-01-01T00:00:00+02:00", False), ("phone", "12345", False),
    ("phone", "order 2024-123-4567", False),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "found"), FORMS)
def test_forms_are_told_apart(kind: Any, value: Any, found: bool) -> None:
    assert (kind in found_in(value, (kind,))) is found


def test_what_is_found_may_be_hashed_or_dropped(box: Sandbox) -> None:
    guard = PiiGuard(detect={"email": "hash", "phone": "drop", "card": "deny"})

    assert sent(box, guard, {"a": EMAIL, "b": PHONE, "c": [PHONE, "x"]}) == {"a": HASHED, "c": ["x"]}


def test_a_name_that_is_data_itself_is_left_out_and_not_said(box: Sandbox) -> None:
    envelope = guarded(box, PiiGuard(detect={"email": "hash"})).tools.execute(*track(properties={EMAIL: True, "a": 1}))

    assert box.events[0]["properties"] == {"a": 1}
    assert EMAIL not in str(envelope) + str(envelope.notes)


def test_the_name_of_an_event_is_looked_at(box: Sandbox) -> None:
    assert is_refused(guarded(box, PiiGuard(detect=("email",))).tools.execute(*track(f"{EMAIL} signed up")))


# Ids


@pytest.mark.parametrize("name", ["userId", "anonymousId", "messageId"])
def test_an_id_that_is_an_address_is_kept_hashed_or_denied(box: Sandbox, name: str) -> None:
    call = {"batch": [{"type": "track", "userId": "u", "event": "E", name: EMAIL}]}

    kept = guarded(box, PiiGuard(detect=("email",))).tools.execute("SEGMENT_BATCH", call)
    hashed = guarded(box, PiiGuard(ids="hash")).tools.execute("SEGMENT_BATCH", call)
    denied = guarded(box, PiiGuard(ids="deny")).tools.execute("SEGMENT_BATCH", call)

    assert (kept.successful, hashed.successful, is_refused(denied)) == (True, True, True)
    assert [event[name] for event in box.events] == [EMAIL, HASHED]


def test_hashed_ids_of_one_person_stay_one_person(box: Sandbox) -> None:
    toolkit = guarded(box, PiiGuard(ids="hash"))

    toolkit.tools.execute("SEGMENT_ALIAS", {"userId": "u-1", "previousId": EMAIL})
    toolkit.tools.execute(IDENTIFY, {"userId": EMAIL.lower()})

    assert box.events[0]["previousId"] == box.events[1]["userId"] == HASHED


# What is left must still be right


def test_what_a_rule_needs_cannot_be_dropped_unseen(box: Sandbox) -> None:
    consent = {"consent": {"categoryPreferences": {"Advertising": True}}}
    event = track("Segment Consent Preference Updated", context=consent)

    envelope = guarded(box, PiiGuard({"consent": "drop"})).tools.execute(*event)

    assert not envelope.successful
    assert box.requests == []


@pytest.mark.parametrize(
    "options",
    [
        {"members": {"email": "encrypt"}}, {"members": {"": "drop"}}, {"members": {"a..b": "drop"}},
        {"detect": ("iban",)}, {"detect": {"email": "keep"}}, {"ids": "drop"}, {"key": ""}, {"members": ["email"]},
    ],
    ids=str,
)  # fmt: skip
def test_a_guard_that_cannot_be_meant_is_none(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidParams):
        PiiGuard(**options)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def plant(value: Any, needle: str) -> Any:
    """The value with the needle under a telling name in every object."""
    if isinstance(value, dict):
        return {**{name: plant(member, needle) for name, member in value.items()}, "Secret_Name": needle}
    return [plant(item, needle) for item in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=6), JSON, max_size=5), st.sampled_from(["drop", "hash"]))
def test_no_value_of_a_guarded_name_is_ever_sent(properties: dict[str, Any], action: Any) -> None:
    box, needle = Sandbox(), "N33DLE-n33dle"

    envelope = guarded(box, PiiGuard({"secretName": action})).tools.execute(
        *track(properties=plant(properties, needle))
    )

    assert needle not in str([request.body for request in box.requests]) + str(envelope)


def test_a_long_text_is_looked_through_in_no_time(box: Sandbox) -> None:
    guard = PiiGuard(detect=("email", "card", "phone"))
    texts = ["a" * 20_000, "@" * 20_000, "a@" * 10_000, "1 " * 10_000, "+1" * 10_000, "4" * 20_000, "(" * 20_000]

    found = [list(found_in(text, tuple(guard.kinds))) for text in texts]

    assert found == [[]] * len(texts)


def test_arguments_that_nest_too_deeply_are_an_ordinary_mistake(box: Sandbox) -> None:
    deep: Any = {}
    for _ in range(3000):
        deep = {"a": deep}

    envelope = guarded(box, PiiGuard({"email": "drop"})).tools.execute(*track(properties=deep))

    assert not envelope.successful
    assert envelope.failure is not None
    assert envelope.failure.code != "internal"
