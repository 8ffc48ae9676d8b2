"""What fails half-way has never been: neither in the database nor in what is kept in memory."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Sandbox, StoppedClock
from segment_toolkit.sandbox.public_api import app as public_app
from segment_toolkit.sandbox.public_api.call import Call
from segment_toolkit.sandbox.public_api.errors import invalid
from segment_toolkit.sandbox.public_api.operation import Operation
from segment_toolkit.sandbox.public_api.routes import OPERATIONS
from segment_toolkit.sandbox.server import serving
from segment_toolkit.sandbox.state import Label
from segment_toolkit.sandbox.store import ledger
from segment_toolkit.sandbox.store.ledger import Counts, Delivery
from segment_toolkit.sandbox.workspace import Workspace
from tests.sandbox.state.state_world import everything, names, public_client, send


class Surprise(Exception):
    """Nothing that the sandbox knows of."""


ERRORS = {"an error it answers": invalid("no"), "an error nobody expects": Surprise("no")}


def meddle(workspace: Workspace, error: Exception) -> None:
    """Change a bit of everything, and fail."""
    web = next(iter(workspace.sources.values()))
    workspace.mint("source", 22)
    workspace.sources[web.id] = replace(web, name="changed", write_keys=("stolen",))
    workspace.labels["a:b"] = Label("a", "b")
    for destination in list(workspace.destinations.values()):
        workspace.remove_destination(destination)
    workspace.note("Source Deleted", "SOURCE", web.id, None)
    counts = Counts()
    counts.deliveries[Delivery(web.id, "", ledger.RECEIVED, 1)] += 7
    workspace.store.ledger.add(counts)
    workspace.store.database.connection.execute("CREATE TABLE left_over (a)")
    raise error


@pytest.fixture(params=ERRORS.values(), ids=list(ERRORS))
def broken(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, clock: StoppedClock) -> Sandbox:
    """A sandbox in which `POST /labels` does a lot and then fails."""

    def create_label(workspace: Workspace, _call: Call) -> dict[str, Any]:
        meddle(workspace, request.param)
        return {}

    operation = Operation("POST", "/labels", create_label)
    monkeypatch.setattr(public_app, "OPERATIONS", (operation, *OPERATIONS))
    return Sandbox(clock=clock)


def fail(box: Sandbox) -> None:
    with public_client(box) as client:
        try:
            assert client.post("/labels", json={}).status_code == 422
        except Surprise:
            return


def test_a_management_call_that_fails_half_way_is_undone_wholly(broken: Sandbox) -> None:
    send(broken, "Product Viewed")
    before, picture = everything(broken), broken.snapshot()

    fail(broken)

    assert everything(broken) == before
    assert broken.snapshot() == picture


def test_events_go_their_old_way_after_a_failed_management_call(broken: Sandbox) -> None:
    send(broken, "Before")

    fail(broken)
    send(broken, "After")

    delivered = [n for key, n in broken.totals.items() if key[0] == broken.sources["shop-web"] and key[1]]
    assert names(broken) == ["Before", "After"]
    assert broken.unattributed == []
    assert delivered == [n for key, n in broken.totals.items() if key[0] == broken.sources["shop-web"] and key[1]]
    assert [row["event"] for row in broken.query("SELECT event FROM shop_web.tracks")] == ["before", "after"]


def test_the_next_id_is_the_one_that_the_failed_call_would_have_had(broken: Sandbox, clock: StoppedClock) -> None:
    untouched = Sandbox(clock=clock)

    fail(broken)

    assert create_source(broken) == create_source(untouched)


def create_source(box: Sandbox) -> Any:
    with public_client(box) as client:
        kind = client.get("/sources").json()["data"]["sources"][0]["metadata"]["id"]
        answer = client.post("/sources", json={"slug": "new", "enabled": True, "metadataId": kind})
        return answer.json()["data"]["source"]["id"]


def test_a_full_disk_undoes_the_request_and_the_sandbox_works_once_there_is_room_again(
    tmp_path: Path, clock: StoppedClock
) -> None:
    box = Sandbox(clock=clock, path=tmp_path / "small.db")
    connection = box._backend.store.database.connection
    send(box, "Before")
    [(pages,)] = connection.execute("PRAGMA page_count").fetchall()
    connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        send(box, *["Too Much"] * 20, properties={"text": "x" * 30_000})
    kept = len(box.events)
    connection.execute("PRAGMA max_page_count = 1000000")
    send(box, "After")

    assert names(box)[0] == "Before"
    assert names(box)[-1] == "After"
    assert len(box.events) == kept + 1
    assert len(box.query("SELECT id FROM shop_web.tracks")) == len(box.events)


def test_a_python_call_that_fails_changes_nothing(box: Sandbox) -> None:
    before = box.snapshot()

    with pytest.raises(KeyError, match="nowhere"):
        box.add_oauth_app("a key", "shop-api", "nowhere")
    with pytest.raises(ValueError, match="'acme'"):
        box.add_workspace("acme")

    assert box.snapshot() == before
    assert list(box.workspaces) == ["acme"]


def test_a_served_sandbox_answers_and_records_the_call_that_failed(broken: Sandbox) -> None:
    with serving(broken) as url:
        answer = httpx.post(f"{url}/labels", headers={"authorization": f"Bearer {broken.token}"}, trust_env=False)

    assert answer.status_code in (422, 500)
    assert broken.requests[-1].status == answer.status_code
