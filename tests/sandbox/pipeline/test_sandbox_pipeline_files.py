"""The destination that writes files: where it writes, and where it refuses to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from segment_toolkit.sandbox.pipeline.messages import Message
from segment_toolkit.sandbox.pipeline.pipeline import Arrival
from segment_toolkit.sandbox.store import ledger
from tests.sandbox.pipeline.pipeline_world import World, track, writing_to
from tests.sandbox.pipeline.pipeline_world import world as new_world

REFUSED = {ledger.FAILED_DELIVERY: 1}


def test_events_are_lines_of_json_in_the_order_they_came(tmp_path: Path) -> None:
    with new_world(deliveries=writing_to(tmp_path)) as world:
        file = world.destination("file", path="shop/events.jsonl")

        world.send(track("A"), track("B", properties={"text": "line\nbreak \u2028 \ud800 é"}))
        world.send(track("C"))

        written = [json.loads(line) for line in (tmp_path / "shop/events.jsonl").read_text("ascii").splitlines()]
        assert written == world.box.events
        assert world.outcomes(file) == {ledger.DELIVERED: 3}
        assert world.reasons(file) == {"successes.attempt.1": 3}


def test_a_file_that_is_there_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('{"half a li')
    with new_world(deliveries=writing_to(tmp_path)) as world:
        world.destination("file", path="events.jsonl")

        world.send(track("A"))

    half, whole = path.read_text().splitlines()
    assert half == '{"half a li'
    assert json.loads(whole)["event"] == "A"


@pytest.mark.parametrize(
    "name",
    [
        "../outside.jsonl",
        "a/../../outside.jsonl",
        "/tmp/outside.jsonl",  # noqa: S108
        "..",
        ".",
        "/",
        "a\0b",
        "\ud800",
        "x" * 5_000,
        "file/below",
    ],
    ids=["parent", "parent on the way", "absolute", "..", ".", "root", "NUL", "surrogate", "long", "below a file"],
)
def test_a_path_that_cannot_be_a_file_in_the_folder_is_a_failed_delivery(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "file").touch()
    with new_world(deliveries=writing_to(folder)) as world:
        file = world.destination("file", path=name)

        world.send(track())

        assert world.outcomes(file) == REFUSED
        assert world.reasons(file) == {"INVALID_SETTINGS": 1}
        assert len(world.box.events) == 1
    assert [path.name for path in tmp_path.rglob("*")] == ["files", "file"]


def test_a_link_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder, outside = tmp_path / "files", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (folder / "link").symlink_to(outside)
    with new_world(deliveries=writing_to(folder)) as world:
        file = world.destination("file", path="link/events.jsonl")

        world.send(track())

        assert world.outcomes(file) == REFUSED
    assert list(outside.iterdir()) == []


def test_links_in_a_ring_are_a_failed_delivery(tmp_path: Path) -> None:
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    with new_world(deliveries=writing_to(tmp_path)) as world:
        file = world.destination("file", path="ring/events.jsonl")

        world.send(track())

        assert world.outcomes(file) == REFUSED


def test_without_a_folder_every_delivery_fails(world: World) -> None:
    file = world.destination("file", path="events.jsonl")

    world.send(track(), track())

    assert world.outcomes(file) == {ledger.FAILED_DELIVERY: 2}
    assert world.reasons(file) == {"INVALID_SETTINGS": 2}
    assert world.counted(ledger.RECEIVED) == 2


def test_settings_without_a_path_fail_every_delivery(tmp_path: Path) -> None:
    with new_world(deliveries=writing_to(tmp_path)) as world:
        file = world.destination("file", path="events.jsonl")
        with world.box._backend.transaction():
            shelf = world.box._backend.home.destinations
            shelf[file] = replace(shelf[file], settings={"path": ["events.jsonl"]})

        world.send(track())

        assert world.outcomes(file) == REFUSED


def test_a_changed_path_is_written_from_the_next_event_on(tmp_path: Path) -> None:
    with new_world(deliveries=writing_to(tmp_path)) as world:
        file = world.destination("file", path="one.jsonl")
        world.send(track("A"))

        world.api("PATCH", f"/destinations/{file}", {"settings": {"path": "two.jsonl"}})
        world.send(track("B"))

    found = {path.name: json.loads(path.read_text())["event"] for path in tmp_path.iterdir()}
    assert found == {"one.jsonl": "A", "two.jsonl": "B"}


def test_two_names_for_one_file_write_whole_lines_into_it(tmp_path: Path) -> None:
    with new_world(deliveries=writing_to(tmp_path)) as world:
        world.destination("file", path="events.jsonl")
        world.destination("file", path="./events.jsonl")

        world.send(*(track() for _ in range(50)))

    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    assert len([json.loads(line) for line in lines]) == 100


def test_events_of_the_past_are_delivered_in_the_minute_they_came(tmp_path: Path) -> None:
    with new_world(deliveries=writing_to(tmp_path)) as world:
        file = world.destination("file", path="events.jsonl")
        backend = world.box._backend
        route = backend.pipeline.routes.of_key(world.box.write_key)
        assert route is not None
        times = [world.clock() - timedelta(hours=hours) for hours in (3, 2, 1)]

        with backend.transaction():
            backend.pipeline.ingest_over_time(Arrival(route, Message(track()), at) for at in times)

        delivered = world.sql("SELECT minute FROM delivery_count WHERE destination_id = ? ORDER BY minute", file)
        assert delivered == [(ledger.minute_of(at),) for at in times]
