"""`segment-toolkit sandbox` as a process: every option, and what it says when it cannot start."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit.cli import main
from segment_toolkit.sandbox import Sandbox, server
from tests.sandbox.state.serving_process import ended, serving_process
from tests.sandbox.state.state_world import closing, names


def post(url: str, key: str, event: str = "E") -> int:
    body = {"writeKey": key, "userId": "u", "event": event}
    return httpx.post(f"{url}/track", json=body, trust_env=False).status_code


def get(url: str, token: str, path: str = "/") -> httpx.Response:
    return httpx.get(url + path, headers={"authorization": f"Bearer {token}"}, trust_env=False)


def test_it_prints_one_line_of_json_and_stops_cleanly() -> None:
    with serving_process() as served:
        facts = served.facts
        managed, tracked = get(facts["public_api_url"], facts["token"]), post(facts["tracking_url"], first_key(facts))
        left = served.stop()

    assert (managed.status_code, tracked) == (200, 200)
    assert left == ("", "", 0)


def first_key(facts: dict[str, Any]) -> str:
    key: str = facts["write_keys"]["shop-web"]
    return key


def test_with_a_database_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "segment.db"
    for event in ("First", "Second"):
        with serving_process("--db", str(path)) as served:
            assert post(served.facts["tracking_url"], first_key(served.facts), event) == 200
            assert served.stop() == ("", "", 0)

    with closing(Sandbox(path=path)) as box:
        assert names(box) == ["First", "Second"]


def test_with_a_port_for_the_eu_each_region_has_its_own() -> None:
    with serving_process("--eu-port", "0", "--workspace", "globex:eu", "--workspace", "initech") as served:
        facts = served.facts
        globex, initech = facts["workspaces"]["globex"], facts["workspaces"]["initech"]
        statuses = {
            (name, where): get(facts[where], token).status_code
            for name, token in (("globex", globex["token"]), ("initech", initech["token"]), ("acme", facts["token"]))
            for where in ("public_api_url", "eu_public_api_url")
        }
        left = served.stop()

    assert (globex["region"], initech["region"]) == ("eu", "us")
    assert facts["eu_tracking_url"] == f"{facts['eu_public_api_url']}/v1"
    assert statuses == {
        ("globex", "public_api_url"): 401,
        ("globex", "eu_public_api_url"): 200,
        ("initech", "public_api_url"): 200,
        ("initech", "eu_public_api_url"): 401,
        ("acme", "public_api_url"): 200,
        ("acme", "eu_public_api_url"): 401,
    }
    assert left == ("", "", 0)


def test_workspaces_that_are_in_the_file_already_are_not_added_again(tmp_path: Path) -> None:
    options = ("--db", str(tmp_path / "segment.db"), "--workspace", "globex:eu")

    tokens = []
    for _ in range(2):
        with serving_process(*options) as served:
            tokens.append(served.facts["workspaces"]["globex"]["token"])
            assert served.stop() == ("", "", 0)

    assert tokens[0] == tokens[1]


def test_destinations_write_to_the_folder_for_files(tmp_path: Path) -> None:
    with serving_process("--files", str(tmp_path / "out" / "deep")) as served:
        facts = served.facts
        catalog = get(facts["public_api_url"], facts["token"], "/catalog/destinations?pagination.count=200").json()
        kind = next(item["id"] for item in catalog["data"]["destinationsCatalog"] if item["slug"] == "file")
        body = {"sourceId": facts["sources"]["shop-web"], "metadataId": kind, "settings": {"path": "events.jsonl"}}
        headers = {"authorization": f"Bearer {facts['token']}"}
        made = httpx.post(f"{facts['public_api_url']}/destinations", json=body, headers=headers, trust_env=False)
        assert post(facts["tracking_url"], first_key(facts), "Written") == 200
        left = served.stop()

    assert made.is_success
    assert left == ("", "", 0)
    [line] = (tmp_path / "out" / "deep" / "events.jsonl").read_text().splitlines()
    assert json.loads(line)["event"] == "Written"


def test_with_rate_limits_the_documented_ones_hold() -> None:
    with serving_process("--rate-limits") as served:
        facts = served.facts
        headers = {"authorization": f"Bearer {facts['token']}"}
        with httpx.Client(base_url=facts["public_api_url"], headers=headers, trust_env=False) as client:
            statuses = [client.post("/labels").status_code for _ in range(61)]
        left = served.stop()

    assert statuses == [422] * 60 + [429]
    assert left == ("", "", 0)


def test_the_demo_is_made_once_and_said_on_stderr(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, served = Sandbox.load_demo, list[int]()
    monkeypatch.setattr(Sandbox, "load_demo", lambda box: made(box, customers=20, days=5))
    monkeypatch.setattr(server, "serve", lambda box, **_: served.append(box.event_count))

    said = []
    for _ in range(2):
        assert main(["sandbox", "--json", "--db", str(tmp_path / "a.db"), "--demo", "shop"]) == 0
        said.append(capsys.readouterr())

    assert served[0] == served[1] > 0
    assert [(each.out, each.err.count("\n")) for each in said] == [("", 1), ("", 0)]


def test_a_demo_that_is_in_the_file_already_costs_no_time_and_no_line(tmp_path: Path) -> None:
    with closing(Sandbox(path=tmp_path / "a.db")) as box:
        box.load_demo(customers=20, days=5)

    with serving_process("--db", str(tmp_path / "a.db"), "--demo", "shop") as served:
        left = served.stop()

    assert left == ("", "", 0)


def test_a_database_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with closing(Sandbox(path=tmp_path / "a.db")):
        said = ended("--json", "--db", str(tmp_path / "a.db"))

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == f"segment-toolkit: {tmp_path / 'a.db'} is in use by another sandbox\n"


def make_text(path: Path) -> None:
    path.write_text("a shopping list\n" * 1000)


def make_other(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipe (name)")
    connection.close()


def make_newer(path: Path) -> None:
    Sandbox(path=path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_text, "file is not a database"),
        (make_other, "holds something else than a sandbox"),
        (make_newer, "was made by a newer sandbox"),
        (Path.mkdir, "unable to open database file"),
    ],
    ids=["a text", "somebody else's", "a newer one", "a folder"],
)
def test_a_database_that_will_not_do_is_said_in_one_line(tmp_path: Path, make: Any, reason: str) -> None:
    path = tmp_path / "a.db"
    make(path)

    said = ended("--json", "--db", str(path))

    assert (said.returncode, said.stdout) == (2, "")
    assert reason in said.stderr
    assert str(path) in said.stderr
    assert said.stderr.count("\n") == 1


def test_a_folder_that_is_not_there_is_said_in_one_line(tmp_path: Path) -> None:
    said = ended("--db", str(tmp_path / "nowhere" / "a.db"))

    assert (said.returncode, said.stdout) == (2, "")
    assert "unable to open database file" in said.stderr
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--workspace", "globex:mars"),
        ("--workspace", ""),
        ("--eu-port", "70000"),
        ("--demo", "zoo"),
        ("--workspace", "globex", "--workspace", "globex:eu"),
        ("--workspace", "acme:eu"),
        ("--files", __file__),
    ],
    ids=lambda words: " ".join(words).replace(__file__, "a file"),
)
def test_options_that_make_no_sense_are_refused_in_one_line(words: tuple[str, ...]) -> None:
    said = ended(*words)

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.count("\n") == 1


def test_the_same_port_for_both_regions_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = str(found.getsockname()[1])

    said = ended("--port", port, "--eu-port", port)

    assert (said.returncode, said.stdout) == (3, "")
    assert port in said.stderr
    assert said.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="no such signal here")
def test_a_database_is_closed_properly_after_a_signal(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with serving_process("--db", str(path)) as served:
        post(served.facts["tracking_url"], first_key(served.facts))
        served.process.send_signal(signal.SIGINT)
        served.process.wait(timeout=30)

    assert served.process.returncode in (0, 130)
    assert not path.with_name("a.db-wal").exists()
