"""A sandbox in a file: what is found again, who may open it, and what is said about a file that will not do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from segment_toolkit.sandbox import InUse, Sandbox, StoppedClock, Unusable
from segment_toolkit.sandbox.store.database import VERSION
from tests.sandbox.delivery.delivery_world import Receiver, refusing_url
from tests.sandbox.state.state_world import add_webhook, closing, everything, names, public_client, send


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "segment.db"


def test_everything_is_found_again(path: Path, clock: StoppedClock) -> None:
    with closing(Sandbox(path=path, clock=clock)) as box, public_client(box) as client:
        box.add_workspace("globex", region="eu")
        send(box, "Product Viewed", "Unplanned", properties={"price": 3})
        client.post("/labels", json={"label": {"key": "team", "value": "data"}})
        client.delete(f"/sources/{box.sources['shop-ios']}")
        before = everything(box)

    with closing(Sandbox(path=path, clock=clock)) as again:
        assert everything(again) == before


def test_a_reopened_file_goes_on_where_it_stopped(path: Path) -> None:
    body = {"enabled": True, "metadataId": ""}
    with closing(Sandbox(path=path)) as box, public_client(box) as client:
        kind = client.get("/sources").json()["data"]["sources"][0]["metadata"]["id"]
        first = client.post("/sources", json={**body, "metadataId": kind, "slug": "one"}).json()["data"]["source"]
        send(box, "First")

    with closing(Sandbox(path=path)) as again, public_client(again) as client:
        second = client.post("/sources", json={**body, "metadataId": kind, "slug": "two"}).json()["data"]["source"]
        send(again, "Second", source="one")
        send(again, "Third", source="two")

        ids = [event["messageId"] for event in again.events]
        assert second["id"] != first["id"]
        assert set(second["writeKeys"]).isdisjoint(first["writeKeys"])
        assert names(again) == ["First", "Second", "Third"]
        assert len(set(ids)) == 3
        assert [event["event"] for event in again.query("SELECT event FROM shop_web.tracks")] == ["first"]


def test_the_seed_and_the_region_of_an_existing_file_are_its_own(path: Path) -> None:
    with closing(Sandbox(path=path, seed="one", region="eu")) as box:
        token = box.token

    with closing(Sandbox(path=path, seed="other")) as again:
        again.reset()

        assert (again.token, again.region) == (token, "eu")


def test_a_message_id_is_still_known_after_a_restart(path: Path, clock: StoppedClock) -> None:
    with closing(Sandbox(path=path, clock=clock)) as box:
        send(box, "Once", messageId="m-1")

    clock.forward(timedelta(hours=23))
    with closing(Sandbox(path=path, clock=clock)) as again:
        send(again, "Twice", messageId="m-1")

        assert names(again) == ["Once"]
        assert again.dropped[0]["reason"] == "duplicate_message_id"


def test_a_webhook_that_waited_is_delivered_after_a_restart(path: Path, clock: StoppedClock) -> None:
    with closing(Sandbox(path=path, clock=clock)) as box:
        destination_id = add_webhook(box, refusing_url())
        send(box, "Late", source="shop-api")
        assert box.settle()

    clock.forward(timedelta(minutes=5))
    receiver = Receiver()
    with receiver.listening(), closing(Sandbox(path=path, clock=clock)) as again:
        with public_client(again) as client:
            client.patch(f"/destinations/{destination_id}", json={"settings": {"url": receiver.url}})
        clock.forward(timedelta(minutes=5))
        receiver.got_one.wait(10)
        assert again.settle()

        [key] = [key for key in again.totals if key[1] == destination_id and key[2] == "successful-delivery"]
        assert again.totals[key] == 1
    assert b'"Late"' in receiver.received[0].body
    assert len(receiver.received) == 1


def test_a_second_sandbox_on_the_same_file_is_refused(path: Path) -> None:
    with closing(Sandbox(path=path)), pytest.raises(InUse, match=r"segment\.db is in use by another sandbox"):
        Sandbox(path=path)


@pytest.mark.skipif(os.name != "posix", reason="links need no rights here")
def test_another_name_of_the_same_file_is_refused_as_well(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(path)

    with closing(Sandbox(path=path)), pytest.raises(InUse):
        Sandbox(path=link)


def test_a_file_is_free_again_after_close_and_after_a_failure(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(Unusable):
        Sandbox(path=path)
    path.unlink()

    for _ in range(2):
        Sandbox(path=path).close()

    assert path.exists()


def text(path: Path) -> None:
    path.write_text("This is a shopping list, and no database at all.\n" * 100)


def somebody_elses(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipe (name TEXT)")
    connection.close()


def newer(path: Path) -> None:
    stamp(path, VERSION + 1)


def older(path: Path) -> None:
    stamp(path, VERSION - 1)


def folder(path: Path) -> None:
    path.mkdir()


def cut_off(path: Path) -> None:
    Sandbox(path=path).close()
    path.write_bytes(path.read_bytes()[:10_000])


def stamp(path: Path, version: int) -> None:
    Sandbox(path=path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (text, "file is not a database"),
        (somebody_elses, "holds something else than a sandbox"),
        (newer, "was made by a newer sandbox"),
        (older, "was made by an older sandbox"),
        (folder, "unable to open database file"),
        (cut_off, "malformed"),
    ],
)
def test_a_file_that_will_not_do_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else None

    with pytest.raises(Unusable, match=reason) as caught:
        Sandbox(path=path)

    assert str(path) in str(caught.value)
    assert (path.read_bytes() if path.is_file() else None) == before


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "segment.db"

    with pytest.raises(Unusable, match="unable to open database file") as caught:
        Sandbox(path=path)

    assert str(path) in str(caught.value)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_is_refused(path: Path, what: str) -> None:
    Sandbox(path=path).close()
    locked = path if what == "file" else path.parent
    locked.chmod(0o555 if what == "folder" else 0o444)

    with pytest.raises(Unusable, match=r"readonly database|unable to open"):
        Sandbox(path=path)

    locked.chmod(0o755)


def test_an_empty_file_becomes_a_sandbox(path: Path) -> None:
    path.touch()

    with closing(Sandbox(path=path)) as box:
        send(box, "First")

        assert names(box) == ["First"]
