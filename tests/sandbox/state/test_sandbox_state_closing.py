"""The end of a sandbox: closed, closed twice, used afterwards, or simply forgotten; and what a long life may cost."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import warnings
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import Closed, DeliverySettings, RecordedRequest, Sandbox
from segment_toolkit.sandbox.request_log import RequestLog
from segment_toolkit.sandbox.server import serving
from tests.sandbox.delivery.delivery_world import Receiver
from tests.sandbox.state.serving_process import ROOT, environment
from tests.sandbox.state.state_world import add_webhook, closing, names, public_client, send

ASKED: dict[str, Callable[[Sandbox], Any]] = {
    "events": lambda box: box.events,
    "event_count": lambda box: box.event_count,
    "dropped": lambda box: box.dropped,
    "unattributed": lambda box: box.unattributed,
    "violations": lambda box: box.violations,
    "totals": lambda box: box.totals,
    "sources": lambda box: box.sources,
    "workspaces": lambda box: box.workspaces,
    "profiles": lambda box: box.profiles,
    "profile": lambda box: box.profile("user_id:u"),
    "query": lambda box: box.query("SELECT 1 AS one"),
    "snapshot": lambda box: box.snapshot(),
    "restore": lambda box: box.restore(Sandbox().snapshot()),
    "reset": lambda box: box.reset(),
    "add_workspace": lambda box: box.add_workspace("globex"),
    "add_oauth_app": lambda box: box.add_oauth_app("a key"),
    "block": lambda box: box.block("shop-web", events=["E"]),
    "load_demo": lambda box: box.load_demo(customers=1, days=1),
    "settle": lambda box: box.settle(),
    "a tracking call": lambda box: send_unchecked(box),
    "a management call": lambda box: public_client(box).get("/sources"),
    "a profile read": lambda box: read_profile(box),
}


def send_unchecked(box: Sandbox) -> httpx.Response:
    with httpx.Client(transport=box.transport()) as client:
        return client.post("https://api.segment.io/v1/track", json={"writeKey": box.write_key, "event": "E"})


def read_profile(box: Sandbox) -> httpx.Response:
    path = f"/v1/spaces/{box.space_id}/collections/users/profiles/user_id:u/traits"
    with httpx.Client(transport=box.transport(), auth=(box.profile_token, "")) as client:
        return client.get(f"https://profiles.segment.com{path}")


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("where", ["memory", "file"])
def test_a_closed_sandbox_says_that_it_is_closed(tmp_path: Path, ask: Callable[[Sandbox], Any], where: str) -> None:
    box = Sandbox(path=tmp_path / "a.db" if where == "file" else None)
    box.close()

    with pytest.raises(Closed, match="closed"):
        ask(box)


def test_a_closed_sandbox_still_shows_who_it_was(box: Sandbox) -> None:
    token = box.token

    box.close()
    box.close()

    assert repr(box) == "<Sandbox 'acme' closed>"
    assert (box.token, box.region) == (token, "us")


def test_a_closed_sandbox_that_is_still_served_answers_500(box: Sandbox) -> None:
    with serving(box) as url:
        box.close()
        answer = httpx.get(f"{url}/sources", trust_env=False)

    assert answer.status_code == 500


def test_closing_does_not_wait_for_a_webhook_that_will_be_tried_again(tmp_path: Path) -> None:
    receiver = Receiver()
    receiver.answers = [503]
    with receiver.listening():
        box = Sandbox(path=tmp_path / "a.db")
        add_webhook(box, receiver.url)
        send(box, "Waits", source="shop-api")
        assert receiver.got_one.wait(10)
        box.close()

        with closing(Sandbox(path=tmp_path / "a.db")) as again:
            assert again._backend.dispatch.courier.waiting()


def lived(tmp_path: Path) -> weakref.ref[Any]:
    """A sandbox that used everything there is to leave open, and was then forgotten; a reference to its backend."""
    receiver = Receiver()
    with receiver.listening():
        box = Sandbox(path=tmp_path / "a.db", deliveries=DeliverySettings(files=tmp_path / "files"))
        add_webhook(box, receiver.url)
        with public_client(box) as client:
            kinds = client.get("/catalog/destinations?pagination.count=200").json()["data"]["destinationsCatalog"]
            kind = next(item["id"] for item in kinds if item["slug"] == "file")
            body = {"sourceId": box.sources["shop-api"], "metadataId": kind, "settings": {"path": "events.jsonl"}}
            assert client.post("/destinations", json=body).is_success
        send(box, *["E"] * 5, source="shop-api")
        assert box.settle()
        with serving(box) as url:
            assert httpx.get(f"{url}/_sandbox/health", trust_env=False).status_code == 200
    return weakref.ref(box._backend)


def open_files() -> set[str]:
    folder = Path("/proc/self/fd")
    links = (os.readlink(each) for each in folder.iterdir() if each.is_symlink())
    return set(links)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted in /proc")
def test_a_forgotten_sandbox_leaves_no_thread_and_no_file_behind(tmp_path: Path) -> None:
    threads = set(threading.enumerate())

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        backend = lived(tmp_path)
        gc.collect()
        for thread in set(threading.enumerate()) - threads:
            thread.join(10)
        gc.collect()

    assert backend() is None
    assert set(threading.enumerate()) <= threads
    assert [name for name in open_files() if str(tmp_path) in name] == []
    assert [str(each.message) for each in warned if each.category is ResourceWarning] == []
    assert (tmp_path / "files" / "events.jsonl").read_text().count("\n") == 5


def test_a_forgotten_file_can_be_opened_by_the_next_sandbox(tmp_path: Path) -> None:
    lived(tmp_path)
    gc.collect()

    with closing(Sandbox(path=tmp_path / "a.db")) as again:
        assert names(again) == ["E"] * 5


def test_a_program_that_closes_nothing_ends_quietly(tmp_path: Path) -> None:
    script = (
        "from segment_toolkit.sandbox import Sandbox; from tests.sandbox.state.state_world import *;"
        "kept = [Sandbox(), Sandbox(path='kept.db')];"
        "[add_webhook(box, 'http://127.0.0.1:9/') for box in kept]; [send(box, 'E', source='shop-api') for box in kept]"
    )

    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        cwd=tmp_path,
        env={**environment(), "PYTHONPATH": f"{ROOT}{os.pathsep}{environment()['PYTHONPATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "", 0)


def recorded(number: int, size: int = 0) -> RecordedRequest:
    return RecordedRequest(method="POST", host="h", path=f"/{number}", query="", headers={}, body=b"x" * size)


def test_the_log_keeps_the_newest_requests() -> None:
    log = RequestLog(most=3)

    for number in range(5):
        log.append(recorded(number))

    assert [request.path for request in log] == ["/2", "/3", "/4"]
    assert len(log) == 3


def test_the_log_is_bounded_in_bytes_as_well() -> None:
    log = RequestLog(most_bytes=100_000)

    for number in range(20):
        log.append(recorded(number, 30_000))

    assert [request.path for request in log] == ["/17", "/18", "/19"]


def test_a_request_larger_than_the_whole_log_is_not_kept_and_the_next_one_is() -> None:
    log = RequestLog(most_bytes=10_000)

    log.append(recorded(1, 50_000))
    log.append(recorded(2))

    assert [request.path for request in log] == ["/2"]


def test_an_emptied_log_has_all_its_room_again() -> None:
    log = RequestLog(most_bytes=10_000)

    log.append(recorded(1, 7_000))
    log.clear()
    log.append(recorded(2, 7_000))

    assert [request.path for request in log] == ["/2"]
