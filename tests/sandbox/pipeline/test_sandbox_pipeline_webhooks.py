"""Webhooks, from an event over a real socket to a receiver that takes, refuses, or is not there."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from segment_toolkit.sandbox.pipeline.dispatch import DeliverySettings
from segment_toolkit.sandbox.server import serving
from segment_toolkit.sandbox.store import ledger
from tests.sandbox.delivery.delivery_world import Receiver, refusing_url
from tests.sandbox.pipeline.pipeline_world import PATIENCE, World, track
from tests.sandbox.pipeline.pipeline_world import world as new_world


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().listening() as found:
        yield found


@pytest.fixture
def world() -> Iterator[World]:
    with new_world(deliveries=DeliverySettings(retries=PATIENCE)) as found:
        yield found


def forward(world: World, **duration: float) -> None:
    """Move the clock, and wait until what is due then was sent."""
    world.later(**duration)
    assert world.box.settle()


def waiting(world: World) -> int:
    return sum(world.box._backend.dispatch.courier.waiting().values())


def test_an_event_arrives_as_it_was_stored_and_signed(world: World, receiver: Receiver) -> None:
    hook = world.destination("webhook", url=receiver.url, headers={"X-Shop": "1"}, sharedSecret="s")

    world.send(track(properties={"text": "é \ud800", "price": 1}))

    assert world.box.settle()
    [received] = receiver.received
    assert json.loads(received.body) == world.box.events[0]
    assert received.headers["x-shop"] == "1"
    assert received.headers["x-signature"] == hmac.digest(b"s", received.body, "sha1").hex()
    assert world.outcomes(hook) == {ledger.DELIVERED: 1}
    assert world.reasons(hook) == {"successes.attempt.1": 1}


def test_a_receiver_that_fails_is_tried_again_later(world: World, receiver: Receiver) -> None:
    receiver.answers = [500, 503, 429]
    hook = world.destination("webhook", url=receiver.url)

    world.send(track())
    assert world.box.settle()
    at_once = (len(receiver.received), world.outcomes(hook), waiting(world))
    for _ in range(3):
        forward(world, minutes=2)

    assert at_once == (1, {ledger.RETRIED: 1}, 1)
    assert len(receiver.received) == 4
    assert world.outcomes(hook) == {ledger.RETRIED: 3, ledger.DELIVERED: 1}
    assert world.reasons(hook) == {"500": 1, "503": 1, "429": 1, "successes.attempt.4": 1}
    assert waiting(world) == 0


def test_a_receiver_that_refuses_is_not_tried_again(world: World, receiver: Receiver) -> None:
    receiver.answers = [400]
    hook = world.destination("webhook", url=receiver.url)

    world.send(track())
    assert world.box.settle()
    forward(world, hours=5)

    assert len(receiver.received) == 1
    assert world.outcomes(hook) == {ledger.FAILED_DELIVERY: 1}
    assert world.reasons(hook) == {"400": 1}


def test_a_receiver_that_is_not_there_is_given_up_after_four_hours(world: World) -> None:
    hook = world.destination("webhook", url=refusing_url())

    world.send(track())
    assert world.box.settle()
    for _ in range(12):
        forward(world, hours=1)

    outcomes = world.outcomes(hook)
    assert outcomes[ledger.FAILED_DELIVERY] == 1
    assert outcomes[ledger.RETRIED] >= 1
    assert world.reasons(hook) == {"ECONNREFUSED": 1 + outcomes[ledger.RETRIED]}
    assert waiting(world) == 0


def test_what_is_filtered_is_not_sent(world: World, receiver: Receiver) -> None:
    hook = world.destination("webhook", url=receiver.url)
    world.filter(hook, "event = 'Secret'", {"type": "DROP"})

    world.send(track("Secret"), track("Open"))

    assert world.box.settle()
    assert [json.loads(item.body)["event"] for item in receiver.received] == ["Open"]
    assert world.outcomes(hook) == {ledger.FILTERED_AT_DESTINATION: 1, ledger.DELIVERED: 1}


def test_a_new_address_is_used_for_what_still_waits(world: World, receiver: Receiver) -> None:
    hook = world.destination("webhook", url=refusing_url())
    world.send(track())
    assert world.box.settle()

    world.api("PATCH", f"/destinations/{hook}", {"settings": {"url": receiver.url}})
    forward(world, minutes=2)

    assert world.outcomes(hook) == {ledger.RETRIED: 1, ledger.DELIVERED: 1}


def test_what_waits_for_a_destination_that_is_deleted_goes_with_it(world: World) -> None:
    hook = world.destination("webhook", url=refusing_url())
    world.send(track())
    assert world.box.settle()

    world.api("DELETE", f"/destinations/{hook}")
    forward(world, minutes=2)

    assert waiting(world) == 0


def test_a_reset_forgets_what_waits(world: World, receiver: Receiver) -> None:
    world.destination("webhook", url=refusing_url())
    world.send(track())
    assert world.box.settle()

    world.box.reset()
    forward(world, minutes=2)
    hook = world.destination("webhook", url=receiver.url)
    world.send(track())

    assert world.box.settle()
    assert waiting(world) == 0
    assert world.outcomes(hook)[ledger.DELIVERED] == 1


def test_the_order_of_a_source_is_not_promised_but_every_event_arrives_once(world: World, receiver: Receiver) -> None:
    world.destination("webhook", url=receiver.url)

    for batch in range(3):
        world.send(*(track(f"E{batch}-{number}") for number in range(40)))

    assert world.box.settle()
    arrived = [json.loads(item.body)["event"] for item in receiver.received]
    assert sorted(arrived) == sorted(world.names())


def test_a_served_sandbox_sends_webhooks_and_shows_their_metrics(world: World, receiver: Receiver) -> None:
    hook = world.destination("webhook", url=receiver.url)
    key, token = world.box.write_key, {"authorization": f"Bearer {world.box.token}"}

    with serving(world.box) as base_url, httpx.Client(base_url=base_url, trust_env=False) as client:
        answer = client.post("/v1/track", json={"userId": "u", "event": "E"}, auth=(key, ""))
        assert world.box.settle()
        params = {
            "sourceId": world.box.sources["shop-web"],
            "endTime": (world.clock() + timedelta(minutes=1)).isoformat(),
        }
        metrics = client.get(f"/destinations/{hook}/delivery-metrics", params=params, headers=token).json()

    [successes, _] = metrics["data"]["deliveryMetricsSummary"]["metrics"]
    assert answer.json() == {"success": True}
    assert successes["breakdown"] == [{"metricName": "successes.attempt.1", "value": 1}]
    assert len(receiver.received) == 1
