"""Sources, labels, event names, the host's own check, and what else needs an approval."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from segment_toolkit import Approval, AsyncSegmentToolkit, Policy, SegmentToolkit
from segment_toolkit.policy import PolicyCall
from segment_toolkit.sandbox import Sandbox
from tests.policy.policy_samples import BATCH, TRACK, UPDATE, code, is_refused, track, under

WAREHOUSES = "SEGMENT_LIST_CONNECTED_WAREHOUSES_FROM_SOURCE"
PAGE = {"pagination": {"count": 10}}


# Sources of management tools


def test_only_the_allowed_sources_can_be_managed(box: Sandbox) -> None:
    toolkit = under(Policy(allow_sources=(box.sources["shop-ios"],)), box)

    allowed = toolkit.tools.execute(UPDATE, {"sourceId": box.sources["shop-ios"], "name": "X"})
    denied = toolkit.tools.execute(UPDATE, {"sourceId": box.sources["shop-web"], "name": "X"})

    assert (allowed.successful, is_refused(denied)) == (True, True)
    assert len(box.requests) == 1


def test_a_denied_source_cannot_even_be_read(box: Sandbox) -> None:
    toolkit = under(Policy(deny_sources=(box.sources["shop-web"],)), box)

    denied = toolkit.tools.execute(WAREHOUSES, {"sourceId": box.sources["shop-web"], **PAGE})
    other = toolkit.tools.execute(WAREHOUSES, {"sourceId": box.sources["shop-ios"], **PAGE})

    assert (is_refused(denied), other.successful) == (True, True)


def test_a_destination_is_of_the_source_that_segment_says_whatever_the_model_says(box: Sandbox) -> None:
    destination, source = next(iter(box.destination_sources.items()))
    other = next(id_ for id_ in box.sources.values() if id_ != source)
    lying = {"destinationId": destination, "sourceId": other}

    allowed = under(Policy(allow_sources=(source,)), box).tools.execute(
        "SEGMENT_GET_DESTINATION", {"destinationId": destination}
    )
    denied = under(Policy(allow_sources=(other,)), box).tools.execute(
        "SEGMENT_LIST_DELIVERY_METRICS_SUMMARY_FROM_DESTINATION", lying
    )

    assert (allowed.successful, is_refused(denied)) == (True, True)


def test_a_tool_for_the_whole_workspace_is_refused_where_only_some_sources_are_allowed(box: Sandbox) -> None:
    usage = ("SEGMENT_GET_DAILY_PER_SOURCE_API_CALLS_USAGE", {"period": "2026-03-01"})

    some = under(Policy(allow_sources=("x",)), box).tools.execute(*usage)
    all_but_one = under(Policy(deny_sources=("x",)), box).tools.execute(*usage)

    assert (is_refused(some), all_but_one.successful) == (True, True)


# Sources of event tools


@pytest.mark.parametrize(
    ("policy", "write_key", "passes"),
    [
        pytest.param(Policy(allow_sources=("shop-web",)), None, True, id="the default key is of an allowed source"),
        pytest.param(Policy(allow_sources=("shop-ios",)), None, False, id="the default key is of another source"),
        pytest.param(Policy(allow_sources=("shop-ios",)), "shop-ios", True, id="an allowed name"),
        pytest.param(Policy(allow_sources=("shop-ios",)), "shop-web", False, id="another name"),
        pytest.param(Policy(deny_sources=("shop-web",)), None, False, id="the default key is of a denied source"),
        pytest.param(Policy(deny_sources=("shop-*",)), "shop-ios", False, id="denied by a glob"),
        pytest.param(Policy(deny_sources=("shop-web",)), "shop-ios", True, id="not denied"),
        pytest.param(Policy(deny_sources=("shop-web",)), "K" * 32, False, id="a key of nobody knows which source"),
    ],
)
def test_event_tools_name_sources_by_the_hosts_names(
    policy: Policy, write_key: str | None, passes: bool, box: Sandbox
) -> None:
    more = {} if write_key is None else {"writeKey": write_key}

    envelope = under(policy, box).tools.execute(*track(**more))

    assert envelope.successful is passes
    assert is_refused(envelope) is not passes
    assert len(box.requests) == passes


def test_the_key_itself_is_judged_by_the_name_it_has(box: Sandbox) -> None:
    toolkit = under(Policy(allow_sources=("shop-ios",)), box)

    allowed = toolkit.tools.execute(*track(writeKey=box.write_keys["shop-ios"]))
    denied = toolkit.tools.execute(*track(writeKey=box.write_keys["shop-web"]))

    assert (allowed.successful, is_refused(denied)) == (True, True)
    assert box.write_keys["shop-web"] not in str(denied)
    assert "shop-ios" not in str(denied.error)


def test_a_default_key_without_a_name_is_refused_where_only_some_are_allowed(box: Sandbox) -> None:
    options = {"region": "us", "write_key": box.write_key, "transport": box.transport(), "environ": {}}

    some = SegmentToolkit(**options, policy=Policy(allow_sources=("shop-web",))).tools.execute(*track())
    all_but = SegmentToolkit(**options, policy=Policy(deny_sources=("other",))).tools.execute(*track())

    assert (is_refused(some), all_but.successful) == (True, True)


# Labels


def labels(*pairs: str) -> dict[str, Any]:
    found = [pair.split(":") for pair in pairs]
    return {"labels": [{"key": key, "value": value} for key, value in found]}


def of(box: Sandbox, slug: str) -> list[str]:
    """The labels of a seeded source."""
    source = SegmentToolkit.sandbox(box).tools.execute(UPDATE, {"sourceId": box.sources[slug], "enabled": True})
    return [f"{label['key']}:{label['value']}" for label in source.data["source"]["labels"]]


def test_labels_of_the_source_decide_and_are_read_with_one_request(box: Sandbox) -> None:
    carried = of(box, "shop-web")[0]
    before = len(box.requests)

    allowed = under(Policy(allow_labels=(carried,)), box).tools.execute(
        UPDATE, {"sourceId": box.sources["shop-web"], "name": "X"}
    )
    denied = under(Policy(deny_labels=(carried.split(":")[0],)), box).tools.execute(
        UPDATE, {"sourceId": box.sources["shop-web"], "name": "Y"}
    )

    assert (allowed.successful, is_refused(denied)) == (True, True)
    assert [request.method for request in box.requests[before:]] == ["GET", "PATCH", "GET"]


def test_a_source_without_the_allowed_label_is_refused(box: Sandbox) -> None:
    envelope = under(Policy(allow_labels=("no:such",)), box).tools.execute(
        UPDATE, {"sourceId": box.sources["shop-web"], "name": "X"}
    )

    assert is_refused(envelope)


@pytest.mark.parametrize("kind", ["server_error", "html_200", "reset_before", "empty_body"])
def test_labels_that_cannot_be_read_refuse(box: Sandbox, kind: str) -> None:
    box.inject(kind=kind, times=10, method="GET")

    envelope = under(Policy(deny_labels=("secret",)), box, max_retries=0).tools.execute(
        UPDATE, {"sourceId": box.sources["shop-web"], "name": "X"}
    )

    assert is_refused(envelope)
    assert "could not be read" in str(envelope.error)
    assert {request.method for request in box.requests} <= {"GET"}


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        pytest.param(Policy(deny_labels=("region",)), False, id="denied by key"),
        pytest.param(Policy(deny_labels=("region:emea",)), False, id="denied"),
        pytest.param(Policy(deny_labels=("region:apac",)), True, id="another value is denied"),
    ],
)
def test_labels_that_are_given_are_judged_too(policy: Policy, passes: bool, box: Sandbox) -> None:
    call = {"sourceId": box.sources["old-backoffice"], **labels("region:emea")}

    envelope = under(policy, box).tools.execute("SEGMENT_ADD_LABELS_TO_SOURCE", call)

    assert is_refused(envelope) is not passes


def test_a_model_cannot_label_a_source_to_get_at_it(box: Sandbox) -> None:
    call = {"sourceId": box.sources["old-backoffice"], **labels("region:emea")}

    envelope = under(Policy(allow_labels=("region:emea",)), box).tools.execute("SEGMENT_ADD_LABELS_TO_SOURCE", call)

    assert "region:emea" not in of(box, "old-backoffice")
    assert is_refused(envelope)


# Event names


@pytest.mark.parametrize(
    ("policy", "event", "passes"),
    [
        pytest.param(Policy(allow_events=("Order *",)), "Order Completed", True, id="allowed"),
        pytest.param(Policy(allow_events=("Order *",)), "Signed Up", False, id="not allowed"),
        pytest.param(Policy(allow_events=("Order *",)), "order completed", False, id="allowed in its own letters only"),
        pytest.param(Policy(deny_events=("Admin *",)), "Admin Login", False, id="denied"),
        pytest.param(Policy(deny_events=("Admin *",)), " aDMIN  login", False, id="denied in any capitals and blanks"),
        pytest.param(Policy(deny_events=("Admin *",)), "\uff21dmin Login", False, id="denied in full width"),
        pytest.param(
            Policy(deny_events=("Admin *",)), "Ad\u200bm\u00adin\u2003Login", False, id="denied though disguised"
        ),
        pytest.param(Policy(deny_events=("Admin *",)), "Order Completed", True, id="not denied"),
        pytest.param(Policy(deny_events=("*",)), "Line\nBreak", False, id="a star is everything"),
    ],
)
def test_event_names_are_judged_alone_and_in_batches(policy: Policy, event: str, passes: bool, box: Sandbox) -> None:
    toolkit = under(policy, box)
    good = {"type": "identify", "userId": "u"}

    alone = toolkit.tools.execute(*track(event))
    batched = toolkit.tools.execute(BATCH, {"batch": [good, {"type": "track", "userId": "u", "event": event}]})
    imported = toolkit.tools.execute(
        "SEGMENT_IMPORT_HISTORICAL_DATA",
        {"batch": [{"type": "track", "userId": "u", "event": event, "timestamp": "2024-01-01T00:00:00Z"}]},
    )

    assert [each.successful for each in (alone, batched, imported)] == [passes] * 3
    assert len(box.requests) == 3 * passes
    if not passes:
        assert "batch[1].event" in str(batched.error)


# The host's own check


@pytest.mark.parametrize(
    ("answer", "passes"),
    [(True, True), (None, True), (False, False), ("Not on Sundays.", False), (1, False), ("", False), ([], False)],
)
def test_a_check_lets_through_with_true_or_none_only(box: Sandbox, answer: Any, passes: bool) -> None:
    envelope = under(Policy(check=lambda _: answer), box).tools.execute(*track())

    assert envelope.successful is passes
    assert len(box.requests) == passes
    if answer and isinstance(answer, str):
        assert answer in str(envelope.error)


def test_a_check_is_told_what_will_run(box: Sandbox) -> None:
    seen: list[PolicyCall] = []
    toolkit = under(Policy(check=lambda call: seen.append(call)), box)

    toolkit.tools.execute(TRACK, {"user_id": "u", "event": "E"}, user_id="tenant")

    assert [(c.tool, c.effect, dict(c.arguments), c.user_id) for c in seen] == [
        (TRACK, "write", {"userId": "u", "event": "E"}, "tenant")
    ]


def test_an_async_check_is_awaited(box: Sandbox) -> None:
    async def check(call: PolicyCall) -> Any:
        await asyncio.sleep(0)
        return "no" if call.arguments["event"] == "Bad" else None

    async def work() -> list[bool]:
        async with AsyncSegmentToolkit.sandbox(box, policy=Policy(check=check)) as toolkit:
            return [(await toolkit.tools.execute(*track(event))).successful for event in ("Good", "Bad")]

    assert asyncio.run(work()) == [True, False]


def test_a_check_that_raises_lets_nothing_through(box: Sandbox) -> None:
    envelope = under(Policy(check=lambda _: 1 / 0), box).tools.execute(*track())

    assert code(envelope) == "internal"
    assert box.requests == []


def test_a_check_that_changes_what_it_is_shown_changes_nothing(box: Sandbox) -> None:
    def check(call: PolicyCall) -> None:
        call.arguments["properties"]["a"] = 2

    under(Policy(check=check), box).tools.execute(*track(properties={"a": 1}))

    assert box.events[0]["properties"] == {"a": 1}


def test_every_check_of_combined_policies_is_asked(box: Sandbox) -> None:
    first, second = Policy(check=lambda _: True), Policy(check=lambda _: "no")

    assert is_refused(under(first & second, box).tools.execute(*track()))


# What else needs an approval


@pytest.mark.parametrize("names", [(UPDATE,), ("write",), ("SEGMENT_UPDATE_*",)])
def test_a_policy_has_other_tools_approved_too(box: Sandbox, names: tuple[str, ...]) -> None:
    asked: list[Approval] = []
    call = (UPDATE, {"sourceId": box.sources["shop-web"], "name": "X"})

    toolkit = under(Policy(approve=names), box, approve=lambda question: not asked.append(question))

    assert toolkit.tools.execute(*call).successful
    assert asked[0].affects["changes"] == {"name": {"from": "Shop website", "to": "X"}}
    assert is_refused(under(Policy(approve=names), box, approve=None).tools.execute(*call))


def test_events_of_one_reply_are_all_approved_before_any_is_sent(box: Sandbox) -> None:
    from tests.replies import completion

    seen: list[int] = []
    toolkit = under(Policy(approve=("write",)), box, approve=lambda _: not seen.append(len(box.events)))

    envelopes = toolkit.provider.handle_tool_calls("t", completion(*(track(f"E{n}") for n in range(4))))

    assert all(envelope.successful for envelope in envelopes)
    assert seen == [0, 0, 0, 0]
