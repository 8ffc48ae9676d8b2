"""A server that is killed in the middle of traffic: what it acknowledged is there, once, and it can go on."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from segment_toolkit.sandbox import InUse, Sandbox
from tests.sandbox.delivery.delivery_world import Receiver
from tests.sandbox.state.serving_process import ROOT, environment, serving_process
from tests.sandbox.state.state_world import add_webhook, closing, names, send

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill -9 here")

SENDERS = 4
BATCH = 5
ENOUGH = 150


@dataclass
class Acknowledged:
    """What the clients were told is done, while a server lived."""

    messages: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    enough: threading.Event = field(default_factory=threading.Event)

    def send_batches(self, facts: dict[str, Any], name: str) -> None:
        """Send batches of events with ids of our own until nobody answers."""
        with httpx.Client(trust_env=False, timeout=10) as client:
            for number in itertools.count():
                ids = [f"{name}-{number}-{place}" for place in range(BATCH)]
                batch = [{"type": "track", "event": "E", "userId": name, "messageId": id_} for id_ in ids]
                body = {"writeKey": facts["write_keys"]["shop-api"], "batch": batch}
                if not self._is_answered(client, "POST", f"{facts['tracking_url']}/batch", body):
                    return
                self.messages += ids
                if len(self.messages) > ENOUGH and self.labels:
                    self.enough.set()

    def manage(self, facts: dict[str, Any], name: str) -> None:
        """Create labels until nobody answers."""
        headers = {"authorization": f"Bearer {facts['token']}"}
        with httpx.Client(trust_env=False, timeout=10, headers=headers) as client:
            for number in itertools.count():
                label = {"key": "run", "value": f"{name}-{number}"}
                if not self._is_answered(client, "POST", f"{facts['public_api_url']}/labels", {"label": label}):
                    return
                self.labels.append(label["value"])

    @staticmethod
    def _is_answered(client: httpx.Client, method: str, url: str, body: dict[str, Any]) -> bool:
        try:
            return client.request(method, url, json=body).is_success
        except httpx.TransportError:
            return False


def killed_in_traffic(path: Path, name: str, done: Acknowledged) -> None:
    """Serve a file, send to it from several threads, and kill the server when enough was acknowledged."""
    with serving_process("--db", str(path)) as served:
        done.enough.clear()
        threads = [
            threading.Thread(target=done.send_batches, args=(served.facts, f"{name}-{number}"))
            for number in range(SENDERS)
        ]
        threads.append(threading.Thread(target=done.manage, args=(served.facts, name)))
        for thread in threads:
            thread.start()
        assert done.enough.wait(30)
        served.kill()
        for thread in threads:
            thread.join(30)


def test_what_was_acknowledged_before_two_kills_is_there_once_and_was_counted(tmp_path: Path) -> None:
    path, done = tmp_path / "segment.db", Acknowledged()

    killed_in_traffic(path, "first", done)
    killed_in_traffic(path, "second", done)

    with closing(Sandbox(path=path)) as box:
        kept = Counter(event["messageId"] for event in box.events)
        tracked = box.query("SELECT id FROM shop_api.tracks")
        received = [n for key, n in box.totals.items() if key == (box.sources["shop-api"], "", "successfully-received")]
        history = Sandbox().totals[box.sources["shop-api"], "", "successfully-received"]
        labels = {label["value"] for label in box_labels(box)}
        assert set(done.messages) <= set(kept)
        assert set(kept.values()) == {1}
        assert Counter(row["id"] for row in tracked) == kept
        assert sum(received) == history + sum(kept.values())
        assert set(done.labels) <= labels
        # At most the one call of each sender that was under way when the server died.
        assert sum(kept.values()) - len(done.messages) <= 2 * SENDERS * BATCH


def box_labels(box: Sandbox) -> list[dict[str, str]]:
    with httpx.Client(transport=box.transport(), headers={"authorization": f"Bearer {box.token}"}) as client:
        labels: list[dict[str, str]] = client.get("https://api.segmentapis.com/labels").json()["data"]["labels"]
    return labels


def test_a_file_is_refused_while_its_server_lives_and_free_once_it_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "segment.db"

    with serving_process("--db", str(path)) as served:
        with pytest.raises(InUse):
            Sandbox(path=path)
        served.kill()

    with closing(Sandbox(path=path)) as box:
        assert box.write_keys == served.facts["write_keys"]


def test_a_webhook_queued_by_a_killed_server_is_delivered_by_the_next_one(tmp_path: Path) -> None:
    path, receiver = tmp_path / "segment.db", Receiver()
    receiver.answers = ["hang"]
    with receiver.listening():
        with closing(Sandbox(path=path)) as box:
            add_webhook(box, receiver.url)
        with serving_process("--db", str(path)) as served:
            url, key = f"{served.facts['tracking_url']}/track", served.facts["write_keys"]["shop-api"]
            for event in ("First", "Second"):
                body = {"writeKey": key, "userId": "u", "event": event}
                assert httpx.post(url, json=body, trust_env=False).status_code == 200
            assert receiver.got_one.wait(20)
            served.kill()

        with closing(Sandbox(path=path)) as again:
            assert again.settle()
            delivered = [n for key, n in again.totals.items() if key[2] == "successful-delivery"]

    bodies = [item.body for item in receiver.received]
    assert delivered
    # The one that was under way is sent again: at least once, never not at all.
    assert [sum(f'"{event}"'.encode() in body for body in bodies) >= 1 for event in ("First", "Second")] == [True, True]


DYING = """
import os, signal, sys
from segment_toolkit.sandbox import Sandbox
from tests.sandbox.state.state_world import send

box = Sandbox(path=sys.argv[1])
send(box, "Kept")
connection = box._backend.store.database.connection
connection.execute("BEGIN")
# So much that a part of it goes to the log before there is a commit.
connection.execute("PRAGMA cache_size = 2")
connection.execute("DELETE FROM event")
connection.execute("INSERT INTO sighting SELECT value, 0 FROM json_each(?)", [str(list(range(50_000)))])
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_not_committed_when_the_process_died_never_was(tmp_path: Path) -> None:
    path = tmp_path / "segment.db"

    ended = subprocess.run(
        [sys.executable, "-c", DYING, str(path)], env=environment(), cwd=ROOT, timeout=60, check=False
    )

    with closing(Sandbox(path=path)) as box:
        send(box, "Next")

        assert ended.returncode == -signal.SIGKILL
        assert names(box) == ["Kept", "Next"]
