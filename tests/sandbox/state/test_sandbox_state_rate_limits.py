"""Rate limits as the callers of both APIs meet them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from segment_toolkit.sandbox import RateLimits, Sandbox, StoppedClock
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.routes import OPERATIONS
from segment_toolkit.sandbox.rate_limits import DOCUMENTED_PUBLIC, PublicCalls
from tests.sandbox.state.state_world import public_client, track, tracking_client


def label(client: httpx.Client, value: str) -> httpx.Response:
    return client.post("/labels", json={"label": {"key": "run", "value": value}})


def test_without_limits_nothing_is_refused(box: Sandbox) -> None:
    with public_client(box) as client, tracking_client(box) as tracking:
        managed = {client.get("/labels").status_code for _ in range(70)}
        tracked = {track(tracking, box.write_key).status_code for _ in range(70)}

    assert (managed, tracked) == ({200}, {200})


def test_a_tracking_call_over_the_limit_is_refused_and_its_events_are_not_taken(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=2))

    with tracking_client(box) as client:
        answers = [track(client, box.write_key, f"E{number}") for number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json() == {"success": False, "message": "Too many requests", "code": "rate_limited"}
    assert answers[2].headers["retry-after"] == answers[2].headers["x-ratelimit-reset"] == "1"
    assert [event["event"] for event in box.events] == ["E0", "E1"]
    assert box.dropped == []


def test_the_tracking_window_passes_with_the_clock(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=1))

    with tracking_client(box) as client:
        first, refused = track(client, box.write_key), track(client, box.write_key)
        clock.forward(timedelta(seconds=int(refused.headers["retry-after"])))
        again = track(client, box.write_key)

    assert (first.status_code, refused.status_code, again.status_code) == (200, 429, 200)


def test_a_batch_is_one_tracking_call(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=1))
    batch = [{"type": "track", "event": "E", "userId": "u"}] * 3

    with tracking_client(box) as client:
        answer = client.post("batch", json={"writeKey": box.write_key, "batch": batch})

    assert (answer.status_code, len(box.events)) == (200, 3)


def test_a_key_that_nobody_owns_is_never_limited(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=1))

    with tracking_client(box) as client:
        answers = [track(client, "nobody's").status_code for _ in range(3)]

    assert answers == [200, 200, 200]


def test_a_public_call_over_the_limit_is_refused_before_it_does_anything(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(public_per_minute=2))

    with public_client(box) as client:
        answers = [label(client, value) for value in ("one", "two", "three")]
        labels = {item["value"] for item in client.get("/labels").json()["data"]["labels"]}

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].headers["content-type"] == "application/json"
    assert answers[2].headers["retry-after"] == answers[2].headers["x-ratelimit-reset"] == "60"
    assert answers[2].json() == {
        "errors": [{"type": "rate-limited", "message": "Too many requests; try again in 60 seconds.", "data": None}]
    }
    assert "three" not in labels


def test_the_public_window_passes_with_the_clock_and_says_how_much_is_left(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(public_per_minute=1))

    with public_client(box) as client:
        label(client, "one")
        clock.forward(timedelta(seconds=45))
        refused = label(client, "two")
        clock.forward(timedelta(seconds=int(refused.headers["retry-after"])))
        again = label(client, "two")

    assert (refused.status_code, refused.headers["retry-after"], again.status_code) == (429, "15", 201)


def test_each_operation_has_a_window_of_its_own(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(public_per_minute=1))
    source_ids = list(box.sources.values())[:2]

    with public_client(box) as client:
        # Two ids, one operation.
        reads = [client.get(f"/sources/{source_id}").status_code for source_id in source_ids]
        other = client.get("/sources").status_code

    assert (reads, other) == ([200, 429], 200)


def test_calls_that_are_refused_for_another_reason_count_and_those_without_a_token_do_not(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(public_per_minute=2))

    with public_client(box) as client:
        strangers = [client.post("/labels", headers={"authorization": ""}).status_code for _ in range(3)]
        wrong = client.post("/labels", json={}).status_code
        answers = [label(client, value).status_code for value in ("one", "two")]

    assert (strangers, wrong, answers) == ([401, 401, 401], 422, [201, 429])


def test_workspaces_are_limited_each_on_its_own(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=1, public_per_minute=1))
    globex = box.add_workspace("globex")

    statuses = []
    with tracking_client(box) as tracking:
        for workspace in (box, globex):
            with public_client(box, workspace) as client:
                statuses += [client.get("/labels").status_code for _ in range(2)]
            statuses += [track(tracking, workspace.write_key).status_code for _ in range(2)]

    assert statuses == [200, 429, 200, 429] * 2


IMPLEMENTED = [operation for operation in OPERATIONS if operation.id in DOCUMENTED_PUBLIC]


@pytest.mark.parametrize("operation", IMPLEMENTED, ids=lambda operation: operation.id)
def test_an_operation_with_a_documented_limit_keeps_it(operation: Operation, clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(documented=True))
    path = operation.path.replace("{", "").replace("}", "")
    rate = DOCUMENTED_PUBLIC[operation.id]
    for _ in range(rate.requests - 1):
        box._backend.limiter.take(PublicCalls(box.id, operation.id), clock())

    with public_client(box) as client:
        last = client.request(operation.method, path)
        refused = client.request(operation.method, path)

    assert last.status_code != 429
    assert (refused.status_code, refused.headers["retry-after"]) == (429, f"{rate.seconds:.0f}")


def test_an_operation_without_a_documented_limit_has_none(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(documented=True))

    with public_client(box) as client:
        statuses = {client.get("/labels").status_code for _ in range(100)}

    assert statuses == {200}


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [operation.id for operation in OPERATIONS]

    assert len(set(ids)) == len(ids)
    assert all(id_.isalnum() and id_[0].islower() for id_ in ids)
