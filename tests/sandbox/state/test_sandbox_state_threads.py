"""Many threads at once on one sandbox: nothing is lost, nothing is counted twice, nobody waits for ever."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from tests.sandbox.delivery.delivery_world import Receiver
from tests.sandbox.state.state_world import add_webhook, closing, everything

THREADS = 16
ROUNDS = 6
BATCH = 4


@contextmanager
def in_process(box: Sandbox) -> Iterator[tuple[Callable[[], httpx.Client], str]]:
    yield lambda: httpx.Client(transport=box.transport()), "http://127.0.0.1"


@contextmanager
def over_sockets(box: Sandbox) -> Iterator[tuple[Callable[[], httpx.Client], str]]:
    with serving(box) as url:
        yield lambda: httpx.Client(trust_env=False, timeout=60), url


def visit(box: Sandbox, client: httpx.Client, url: str, number: int) -> None:
    """Do a bit of everything: send, manage, read over HTTP and in Python."""
    headers = {"authorization": f"Bearer {box.token}"}
    for round_ in range(ROUNDS):
        name = f"{number}-{round_}"
        batch = [
            {"type": "track", "event": "E", "userId": f"u-{number}", "messageId": f"m-{name}-{place}"}
            for place in range(BATCH)
        ]
        source = ("shop-web", "shop-api")[number % 2]
        expect(client.post(f"{url}/v1/batch", json={"writeKey": box.write_keys[source], "batch": batch}), 200)
        # Half of it once more: the same ids, which must not count again.
        expect(client.post(f"{url}/v1/batch", json={"writeKey": box.write_keys[source], "batch": batch[:2]}), 200)
        label = {"label": {"key": "run", "value": f"r-{name}"}}
        expect(client.post(f"{url}/labels", json=label, headers=headers), 201)
        expect(client.post(f"{url}/labels", json=label, headers=headers), 422)
        expect(client.get(f"{url}/sources/{box.sources[source]}", headers=headers), 200)
        path = f"/v1/spaces/{box.space_id}/collections/users/profiles/user_id:u-{number}/events"
        expect(client.get(url + path, auth=(box.profile_token, "")), 200)
        assert box.event_count >= BATCH
        assert repr(box).startswith("<Sandbox")


def expect(answer: httpx.Response, status: int) -> None:
    assert answer.status_code == status, answer.text


def all_at_once(visitors: list[Callable[[], None]]) -> list[BaseException]:
    """Run each in a thread of its own; return what went wrong, a thread that does not end included."""
    errors: list[BaseException] = []

    def run(visitor: Callable[[], None]) -> None:
        try:
            visitor()
        except BaseException as error:  # noqa: BLE001 - the test shows it
            errors.append(error)

    threads = [threading.Thread(target=run, args=(visitor,), daemon=True) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors + [TimeoutError("a thread hangs") for thread in threads if thread.is_alive()]


@pytest.mark.parametrize("way", [in_process, over_sockets])
@pytest.mark.parametrize("where", ["memory", "file"])
def test_nothing_is_lost_and_counters_agree(tmp_path: Path, way: Any, where: str) -> None:
    receiver = Receiver()
    path = tmp_path / "segment.db" if where == "file" else None
    with receiver.listening(), closing(Sandbox(path=path)) as box:
        destination_id = add_webhook(box, receiver.url)
        history = box.totals
        with way(box) as (client, url):
            clients = [client() for _ in range(THREADS)]
            errors = all_at_once([partial(visit, box, each, url, number) for number, each in enumerate(clients)])
            for each in clients:
                each.close()
        settled = box.settle(30)

        sent = {f"m-{n}-{r}-{p}" for n in range(THREADS) for r in range(ROUNDS) for p in range(BATCH)}
        half = len(sent) // 2
        added = Counter(box.totals)
        added.subtract(history)
        api, web = box.sources["shop-api"], box.sources["shop-web"]
        assert errors == []
        assert settled
        assert Counter(event["messageId"] for event in box.events) == Counter(sent)
        assert {item["reason"] for item in box.dropped} == {"duplicate_message_id"}
        assert len(box.dropped) == THREADS * ROUNDS * 2
        assert added[web, "", "successfully-received"] == added[api, "", "successfully-received"] == half
        assert added[web, box.destinations["slack"], "successful-delivery"] == half
        assert added[api, destination_id, "successful-delivery"] == half == len(receiver.received)
        assert len(box.query("SELECT id FROM shop_web.tracks")) == half
        assert sum(sum(1 for _ in profile.events()) for profile in box.profiles) == len(sent)
        labels = [
            name for name in everything(box)["acme"]["answers"]["/labels"]["data"]["labels"] if name["key"] == "run"
        ]
        assert len(labels) == THREADS * ROUNDS


def test_requests_that_come_while_it_is_closed_end_with_an_answer_or_say_that_it_is_closed(box: Sandbox) -> None:
    outcomes: Counter[str] = Counter()
    closed = threading.Event()

    def keep_sending() -> None:
        with httpx.Client(transport=box.transport(), base_url="https://api.segment.io/v1") as client:
            while True:
                try:
                    answer = client.post("track", json={"writeKey": box.write_key, "userId": "u", "event": "E"})
                    outcomes[str(answer.status_code)] += 1
                except Exception as error:  # noqa: BLE001 - counted by its type
                    outcomes[type(error).__name__] += 1
                    return
                closed.wait(0.001)

    threads = [threading.Thread(target=keep_sending) for _ in range(4)]
    for thread in threads:
        thread.start()
    while not outcomes["200"]:
        closed.wait(0.001)
    box.close()
    for thread in threads:
        thread.join(30)

    assert set(outcomes) == {"200", "Closed"}
    assert outcomes["Closed"] == 4
