"""Nothing is lost and nothing counted twice, whatever is set up and whatever is sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from segment_toolkit.sandbox.pipeline.dispatch import DeliverySettings
from segment_toolkit.sandbox.pipeline.forwarding import MARK
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.warehouse.names import Names
from tests.sandbox.delivery.delivery_world import refusing_url
from tests.sandbox.pipeline.pipeline_world import PATIENCE, Event, World
from tests.sandbox.pipeline.pipeline_world import world as new_world
from tests.sandbox.pipeline.test_sandbox_pipeline_plans import COMMON, ORDER

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SOURCES = ("shop-web", "shop-api", "shop-ios", "old-backoffice")
# What a sender says who wants an event to pass for a forwarded one.
LIE = "a lie"
TABLES = {"track": "tracks", "identify": "identifies", "group": "groups", "page": "pages", "screen": "screens"}

flags = st.booleans()
users = st.sampled_from(["u-1", "u-2", "suppressed", "", 7, None])
values = st.sampled_from([1, -2.5, "x", "ABC", True, None, [1], {"a": {"b": 1}}, 10**30, "\ud800\0", ""])
objects = st.dictionaries(st.sampled_from(["revenue", "coupon", "debug", "Id", "a b", "注"]), values, max_size=4)
consents = st.dictionaries(st.sampled_from(["ads", "analytics"]), flags)
contexts = st.fixed_dictionaries(
    {},
    optional={
        "consent": st.fixed_dictionaries({"categoryPreferences": consents}),
        "app": st.just({"version": "1.2"}),
        "traits": objects,
        "protocols": st.just({"event_version": 1}),
    },
)
events = st.fixed_dictionaries(
    {
        "type": st.sampled_from([*TABLES, "alias", "track", "track", "nonsense"]),
        "userId": users,
    },
    optional={
        "event": st.sampled_from(
            ["Order Completed", "Off", "Tracks", "注文", "Segment Consent Preference Updated", ""]
        ),
        "name": st.sampled_from(["Home", "Off", ""]),
        "anonymousId": st.sampled_from(["a-1", "a-2"]),
        "groupId": st.sampled_from(["g-1", ""]),
        "previousId": st.just("a-1"),
        "messageId": st.sampled_from(["m-1", "m-2", "m-3", "m-4", "\0", "x" * 700, 5]),
        "properties": objects | st.just("none"),
        "traits": objects,
        "context": contexts | st.just([]),
        "integrations": st.dictionaries(st.sampled_from(["All", "Slack", "File (sandbox)"]), flags),
        MARK: st.just(LIE),
    },
)
batches = st.lists(events | st.integers() | st.none(), max_size=8) | st.just("no list")
requests = st.lists(st.tuples(st.sampled_from([*SOURCES, None]), events | batches), min_size=1, max_size=8)

filters = st.lists(
    st.tuples(
        st.sampled_from(["all", "type = 'track'", "properties.revenue > 0", "contains(event, 'O')", "userId = null"]),
        st.sampled_from(
            [
                {"type": "DROP"},
                {"type": "SAMPLE", "percent": 0.5},
                {"type": "SAMPLE", "percent": 0.5, "path": "messageId"},
                {"type": "DROP_PROPERTIES", "fields": {"properties": ["revenue"]}},
                {"type": "ALLOW_PROPERTIES", "fields": {"": ["type"]}},
            ]
        ),
    ),
    max_size=2,
)
track_settings = st.fixed_dictionaries(
    {
        "allowUnplannedEvents": flags,
        "allowUnplannedEventProperties": flags,
        "allowEventOnViolations": flags,
        "allowPropertiesOnViolations": flags,
        "commonEventOnViolations": st.sampled_from(["ALLOW", "BLOCK", "OMIT_PROPERTIES"]),
    }
)
targets = st.sampled_from([None, *SOURCES])
setups = st.fixed_dictionaries(
    {
        "planned": flags,
        "track": track_settings,
        "violations_to": targets,
        "blocked_to": targets,
        "consent": st.sampled_from([(), ("ads",), ("ads", "analytics")]),
        "destinations": st.lists(
            st.tuples(
                st.sampled_from(["slack", "blackhole", "file", "file out of the folder", "webhook"]),
                st.sampled_from(SOURCES),
                filters,
                st.booleans(),
            ),
            max_size=4,
        ),
    }
)


def set_up(world: World, setup: dict[str, Any], webhook: str) -> dict[str, str]:
    """Set a world up as drawn, and return its enabled destinations with the slugs of their sources."""
    forwarding = {
        name: world.box.sources[setup[chosen]]
        for name, chosen in (("forwardingViolationsTo", "violations_to"), ("forwardingBlockedEventsTo", "blocked_to"))
        if setup[chosen] is not None
    }
    if setup["planned"]:
        world.plan(ORDER, COMMON, track=setup["track"], **forwarding)
    world.settings("shop-api", **forwarding)
    world.box.block("shop-api", events=["Off"], pages=["Off"], screens=["Off"], traits=["debug"])
    world.box.require_consent("slack", *setup["consent"])
    suppress = {"regulationType": "SUPPRESS_ONLY", "subjectType": "USER_ID", "subjectIds": ["suppressed"]}
    world.api("POST", "/regulations", suppress)
    for kind, source, chosen, enabled in setup["destinations"]:
        options = {
            "file": {"path": "events.jsonl"},
            "file out of the folder": {"path": "../x"},
            "webhook": {"url": webhook},
        }
        id_ = world.destination(kind.partition(" ")[0], source, **options.get(kind, {}))
        for condition, action in chosen:
            world.filter(id_, condition, action)
        world.api("PATCH", f"/destinations/{id_}", {"enabled": enabled})
    slugs = {id_: slug for slug, id_ in world.box.sources.items()}
    enabled = [item.id for item in world.box._all("destinations") if item.enabled]
    return {id_: slugs[world.box.destination_sources[id_]] for id_ in enabled}


def send_all(world: World, drawn: list[tuple[str | None, Any]]) -> int:
    """Send the requests, numbering the messages, and return how many messages that were."""
    sent = 0
    for source, body in drawn:
        items = body if isinstance(body, list) else [body]
        for item in items:
            if isinstance(item, dict):
                item["n"] = sent
            sent += 1
        # An empty batch is one message that fails.
        sent += not items
        single = isinstance(body, dict) and body["type"] in (*TABLES, "alias")
        call = body["type"] if single else "batch"
        document = body if single else {"batch": [body] if isinstance(body, dict) else body}
        key = "nobody's" if source is None else world.box.write_keys[source]
        assert world.call(call, {**document, "writeKey": key}).json() == {"success": True}
    return sent


@FEW
@given(setup=setups, drawn=requests)
def test_every_message_is_accounted_for_exactly_once(
    setup: dict[str, Any], drawn: list[tuple[str | None, Any]]
) -> None:
    with (
        TemporaryDirectory() as folder,
        new_world(deliveries=DeliverySettings(files=Path(folder), retries=PATIENCE)) as world,
    ):
        destinations = set_up(world, setup, refusing_url())
        minted_at_source = world.calls()

        sent = send_all(world, drawn)

        assert world.box.settle()
        note(str(world.dropped()))
        stored, dropped = world.box.events, world.box.dropped
        assert minted_at_source == 0
        assert_messages_add_up(sent, stored, dropped)
        assert_sources_add_up(world, stored, dropped)
        assert_destinations_add_up(world, destinations)
        assert_warehouses_hold(world, stored)
        assert_order_is_kept(stored)
        assert world.sql("PRAGMA integrity_check") == [("ok",)]


def assert_messages_add_up(sent: int, stored: list[Event], dropped: list[Event]) -> None:
    original = [event for event in stored if event.get(MARK, LIE) == LIE]
    lost = [item for item in dropped if item["event"].get(MARK, LIE) == LIE]
    assert sent == len(original) + len(lost)
    numbers = [event["n"] for event in original] + [item["event"]["n"] for item in lost if "n" in item["event"]]
    assert len(numbers) == len(set(numbers))


def assert_sources_add_up(world: World, stored: list[Event], dropped: list[Event]) -> None:
    by_source = Counter(event["sourceId"] for event in stored)
    for slug, id_ in world.box.sources.items():
        filtered = world.counted(ledger.FILTERED_AT_SOURCE, source=slug)
        assert world.counted(ledger.RECEIVED, source=slug) == by_source[id_] + filtered
    reasons = Counter(item["reason"] for item in dropped)
    uncounted = {reason: reasons.pop(reason, 0) for reason in ("duplicate_message_id", "suppressed", "unknown_source")}
    assert dict(reasons) == world.reasons()
    assert sum(uncounted.values()) + sum(reasons.values()) == len(dropped)
    assert world.calls() == len(stored)


def assert_destinations_add_up(world: World, enabled: dict[str, str]) -> None:
    waiting = world.box._backend.dispatch.courier.waiting()
    for id_, source_id in world.box.destination_sources.items():
        [source] = [slug for slug, known in world.box.sources.items() if known == source_id]
        outcomes = world.outcomes(id_, source)
        outcomes.pop(ledger.RETRIED, None)
        arrived = world.counted(ledger.RECEIVED, source=source) - world.counted(
            ledger.FILTERED_AT_SOURCE, source=source
        )
        assert sum(outcomes.values()) + waiting.get(id_, 0) == (arrived if id_ in enabled else 0)


def assert_warehouses_hold(world: World, stored: list[Event]) -> None:
    names = Names()
    expected: dict[str, set[str]] = defaultdict(set)
    for event in stored:
        [schema] = [slug.replace("-", "_") for slug, id_ in world.box.sources.items() if id_ == event["sourceId"]]
        table = TABLES.get(event["type"], "aliases")
        expected[f"{schema}__{table}"].add(event["messageId"])
        own = names.table(event["event"]) if event["type"] == "track" else ""
        if own:
            expected[f"{schema}__{'_' if own == 'tracks' else ''}{own}"].add(event["messageId"])
    for name, ids in expected.items():
        if not name.startswith("old_backoffice"):
            assert world.sql(f"SELECT count(*) FROM postgres__{name}") == [(len(ids),)]


def assert_order_is_kept(stored: list[Event]) -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in stored:
        if event.get(MARK, LIE) == LIE:
            numbers[event["sourceId"]].append(event["n"])
    assert all(found == sorted(found) for found in numbers.values())
