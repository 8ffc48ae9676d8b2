"""Snapshots hold everything, go anywhere, and are refused whole when they are none; a reset leaves nothing behind."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from segment_toolkit.sandbox import RateLimits, Sandbox, StoppedClock, Unusable
from tests.sandbox.delivery.delivery_world import HANG, Receiver, refusing_url
from tests.sandbox.state.state_world import (
    add_webhook,
    closing,
    everything,
    names,
    public_client,
    send,
    track,
    tracking_client,
)
from tests.sandbox.state.test_sandbox_state_undo import create_source


@pytest.fixture
def lived_in(box: Sandbox) -> Sandbox:
    """A sandbox with something of everything."""
    globex = box.add_workspace("globex", region="eu")
    send(box, "Product Viewed", "Order Completed", properties={"price": 3})
    with tracking_client(box, "eu") as client:
        track(client, globex.write_key, "Seen In Europe")
        track(client, "nobody's")
    add_webhook(box, refusing_url())
    send(box, "Waits", source="shop-api")
    assert box.settle()
    create_source(box)
    return box


def test_a_snapshot_brings_everything_back(lived_in: Sandbox) -> None:
    before, picture = everything(lived_in), lived_in.snapshot()
    waiting = lived_in._backend.dispatch.courier.waiting()

    lived_in.add_workspace("initech")
    send(lived_in, "Later")
    with public_client(lived_in) as client:
        client.delete(f"/sources/{lived_in.sources['shop-ios']}")
    lived_in.restore(picture)

    assert everything(lived_in) == before
    assert lived_in._backend.dispatch.courier.waiting() == waiting
    assert lived_in.unattributed[0]["event"] == "Order Completed"


def test_a_snapshot_can_be_restored_again_and_again(lived_in: Sandbox) -> None:
    picture = lived_in.snapshot()

    for _ in range(3):
        send(lived_in, "Later")
        lived_in.restore(picture)

    assert lived_in.snapshot() == picture


def test_a_restored_sandbox_goes_on_as_the_first_one_did(lived_in: Sandbox, clock: StoppedClock) -> None:
    picture = lived_in.snapshot()

    def went_on(box: Sandbox) -> list[str]:
        with public_client(box) as client:
            label = client.post("/labels", json={"label": {"key": "a", "value": "b"}})
        assert label.status_code == 201
        send(box, "Next")
        return [event["messageId"] for event in box.events]

    first = went_on(lived_in)
    other = Sandbox(seed="other", clock=clock)
    other.restore(picture)

    assert went_on(other) == first


@pytest.mark.parametrize("way", ["memory to file", "file to memory", "file to file"])
def test_snapshots_travel_between_memory_and_files(tmp_path: Path, clock: StoppedClock, way: str) -> None:
    source, _, target = way.partition(" to ")
    paths = {"memory": None, "file": tmp_path / "target.db"}
    one = Sandbox(seed="one", clock=clock, path=None if source == "memory" else tmp_path / "source.db")
    send(one, "Product Viewed")
    before = everything(one)

    with closing(one), closing(Sandbox(seed="two", clock=clock, path=paths[target])) as two:
        send(two, "Goes Away", "Goes Away Too")
        two.restore(one.snapshot())
        assert everything(two) == before
        send(two, "Next")

    if target == "file":
        with closing(Sandbox(path=paths["file"], clock=clock)) as again:
            assert names(again) == ["Product Viewed", "Next"]
            assert again.token == one.token


def test_a_copy_of_a_closed_file_is_a_snapshot(tmp_path: Path, clock: StoppedClock) -> None:
    with closing(Sandbox(path=tmp_path / "a.db", clock=clock)) as one:
        send(one, "Product Viewed")

    box = Sandbox(seed="other")
    box.restore((tmp_path / "a.db").read_bytes())

    assert names(box) == ["Product Viewed"]


def test_the_token_of_the_old_state_is_no_good_after_a_restore(box: Sandbox) -> None:
    other = Sandbox(seed="other")

    with public_client(box) as client:
        box.restore(other.snapshot())
        answer = client.get("/sources")

    assert answer.status_code == 401
    assert box.token == other.token


def empty_database(_: bytes) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("VACUUM")
    connection.execute("CREATE TABLE a (b)")
    connection.execute("DROP TABLE a")
    return serialized(connection)


def somebody_elses(_: bytes) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE recipe (name)")
    return serialized(connection)


def changed(picture: bytes, statement: str) -> bytes:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(picture)
    connection.execute(statement)
    return serialized(connection)


def serialized(connection: sqlite3.Connection) -> bytes:
    picture = connection.serialize()
    connection.close()
    return picture


GARBAGE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "a text": lambda _: b"garbage" * 1000,
    "a header alone": lambda picture: picture[:100],
    "the first half": lambda picture: picture[: len(picture) // 2],
    "a byte too few": lambda picture: picture[:-1],
    "with a hole": lambda picture: picture[:8192] + bytes(16384) + picture[8192 + 16384 :],
    "an empty database": empty_database,
    "somebody else's": somebody_elses,
    "without a workspace": lambda picture: changed(picture, "DELETE FROM workspace"),
    "of a newer version": lambda picture: changed(picture, "PRAGMA user_version = 99"),
    "of an older version": lambda picture: changed(picture, "PRAGMA user_version = 0"),
    "without its events": lambda picture: changed(picture, "DROP TABLE event"),
}


@pytest.mark.parametrize("spoil", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_snapshot_is_refused_and_nothing_changes(lived_in: Sandbox, spoil: Callable[[bytes], bytes]) -> None:
    before, picture = everything(lived_in), lived_in.snapshot()

    with pytest.raises(Unusable, match="no snapshot of a sandbox"):
        lived_in.restore(spoil(picture))

    assert everything(lived_in) == before
    send(lived_in, "Still Works")
    assert names(lived_in)[-1] == "Still Works"


def test_a_reset_leaves_nothing_behind(lived_in: Sandbox, clock: StoppedClock) -> None:
    fresh = Sandbox(clock=clock)

    lived_in.inject(status=500)
    lived_in.reset()

    assert lived_in._backend.dispatch.courier.waiting() == {}
    assert lived_in.faults == []
    assert lived_in.requests == []
    assert lived_in.unattributed == []
    assert everything(lived_in) == everything(fresh)
    assert create_source(lived_in) == create_source(fresh)


def test_a_reset_opens_the_windows_of_rate_limits(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock, rate_limits=RateLimits(tracking_per_second=1))
    send(box, "One")

    box.reset()
    send(box, "Two")

    assert names(box) == ["Two"]


def test_a_handle_on_a_workspace_that_a_reset_took_away_says_so(box: Sandbox) -> None:
    globex = box.add_workspace("globex")

    box.reset()

    with pytest.raises(LookupError, match="was reset or restored"):
        globex.events  # noqa: B018 - reading it is what is tested


def test_a_delivery_that_a_reset_overtook_is_not_taken_for_a_new_one(box: Sandbox) -> None:
    receiver = Receiver()
    receiver.answers = [HANG]
    with receiver.listening(), closing(box):
        add_webhook(box, receiver.url)
        send(box, "Old", source="shop-api")
        assert receiver.got_one.wait(10)

        box.reset()
        refused = add_webhook(box, refusing_url())
        send(box, "New", source="shop-api")
        receiver.let_go.set()
        assert box.settle()

        # The queue began anew, so both deliveries had the same id.
        assert box._backend.dispatch.courier.waiting() == {refused: 1}
        assert {key[2]: n for key, n in box.totals.items() if key[1] == refused} == {"retried": 1}


def test_what_waits_in_a_snapshot_is_delivered_after_the_restore(box: Sandbox, clock: StoppedClock) -> None:
    receiver = Receiver()
    receiver.answers = [503]
    with receiver.listening(), closing(box):
        add_webhook(box, receiver.url)
        send(box, "Waits", source="shop-api")
        assert box.settle()
        picture = box.snapshot()
        box.reset()
        clock.forward(timedelta(minutes=5))
        assert box.settle()

        receiver.got_one.clear()
        box.restore(picture)

        assert receiver.got_one.wait(10)


def test_snapshots_and_restores_in_the_middle_of_traffic_are_whole(clock: StoppedClock) -> None:
    box = Sandbox(clock=clock)
    start, done, errors = box.snapshot(), threading.Event(), list[BaseException]()

    def traffic(name: str) -> None:
        number = 0
        try:
            with tracking_client(box) as client, public_client(box) as public:
                while not done.is_set():
                    number += 1
                    assert track(client, box.write_key, "E", messageId=f"{name}-{number}").status_code == 200
                    label = {"label": {"key": "run", "value": f"{name}-{number}"}}
                    assert public.post("/labels", json=label).status_code == 201
        except BaseException as error:  # noqa: BLE001 - it is shown by the test
            errors.append(error)

    threads = [threading.Thread(target=traffic, args=(f"t{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    pictures = []
    for _ in range(5):
        pictures.append(box.snapshot())
        box.restore(start)
        box.reset()
    done.set()
    for thread in threads:
        thread.join(30)

    assert errors == []
    for picture in pictures:
        other = Sandbox(seed="other")
        other.restore(picture)
        ids = sorted(event["messageId"] for event in other.events)
        assert sorted(row["id"] for row in rows(other)) == ids


def rows(box: Sandbox) -> list[dict[str, Any]]:
    return box.query("SELECT id FROM shop_web.tracks") if box.events else []
