"""The courier, run by hand with a stopped clock against a server that misbehaves."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from delivery_world import (
    GARBAGE,
    HANG,
    NOW,
    RESET,
    SILENT_CLOSE,
    Office,
    Receiver,
    Report,
    refusing_url,
)

import segment_toolkit.sandbox
from segment_toolkit.sandbox.delivery.retries import RetryPolicy

ROOT = Path(segment_toolkit.sandbox.__file__).parents[2]


def test_a_queued_event_is_posted_and_leaves_the_queue(office: Office, receiver: Receiver) -> None:
    office.send({"event": "E"}, labels="shop-web")

    made = office.run()

    assert made == 1
    assert [json.loads(request.body) for request in receiver.received] == [{"event": "E"}]
    assert office.reports == [Report("d1", "successes.attempt.1", 1, True, NOW, "shop-web")]
    assert office.courier.waiting() == {}


def test_nothing_is_posted_before_it_is_run(office: Office, receiver: Receiver) -> None:
    office.send({"event": "E"})

    assert office.courier.waiting() == {"d1": 1}
    assert receiver.received == []


def test_what_the_caller_rolls_back_is_never_sent(office: Office, receiver: Receiver) -> None:
    with office.lock:
        office.courier.enqueue("d1", {"event": "E"}, NOW)
        office.connection.rollback()

    assert office.run() == 0
    assert receiver.received == []


def test_to_queue_an_event_commits_nothing(office: Office) -> None:
    with office.lock:
        office.courier.enqueue("d1", {"event": "E"}, NOW)

        assert office.connection.in_transaction
        office.connection.rollback()


ENDINGS: dict[str, tuple[int | str, str, bool]] = {
    "200": (200, "successes.attempt.1", True),
    "202": (202, "successes.attempt.1", True),
    "301": (301, "301", True),
    "400": (400, "400", True),
    "401": (401, "401", True),
    "403": (403, "403", True),
    "404": (404, "404", True),
    "429": (429, "429", False),
    "500": (500, "500", False),
    "503": (503, "503", False),
    "no answer in time": (HANG, "ETIMEDOUT", False),
    "a reset": (RESET, "ECONNRESET", False),
    "closed without an answer": (SILENT_CLOSE, "ECONNRESET", False),
    "an answer that is not HTTP": (GARBAGE, "ECONNRESET", False),
}


@pytest.mark.parametrize(("answer", "outcome", "final"), ENDINGS.values(), ids=ENDINGS)
def test_how_an_attempt_ends_and_whether_it_was_the_last(
    office: Office, receiver: Receiver, answer: int | str, outcome: str, final: bool
) -> None:
    receiver.answers = [answer]
    office.send({"event": "E"})

    office.run()

    assert office.reports == [Report("d1", outcome, 1, final, NOW, "")]
    assert office.courier.waiting() == ({} if final else {"d1": 1})


NO_REQUEST: dict[str, dict[str, object]] = {
    "no url": {"url": None},
    "a url that is no text": {"url": 7},
    "another scheme": {"url": "ftp://files.test/x"},
    "no host": {"url": "http:///x"},
    "a host name that is none": {"url": f"http://{'a' * 70}.test/"},
    "a port that is none": {"url": "http://127.0.0.1:99999/"},
    "headers that are no object": {"headers": ["a"]},
    "a header that is no text": {"headers": {"a": 1}},
    "a header with a line break": {"headers": {"a": "b\r\nc: d"}},
    "a header no wire can carry": {"headers": {"a": "\ud800"}},
    "a secret that is no text": {"sharedSecret": ["a"]},
}


@pytest.mark.parametrize("change", NO_REQUEST.values(), ids=NO_REQUEST)
def test_settings_that_make_no_request_end_the_delivery(office: Office, change: dict[str, object]) -> None:
    office.settings["d1"] |= change
    office.send({"event": "E"})

    office.run()

    assert office.reports == [Report("d1", "INVALID_SETTINGS", 1, True, NOW, "")]


def test_a_destination_that_is_gone_ends_its_deliveries(office: Office) -> None:
    office.settings.clear()
    office.send({"event": "E"})

    office.run()

    assert office.reports == [Report("d1", "INVALID_SETTINGS", 1, True, NOW, "")]


def test_a_port_where_nobody_listens_is_tried_again(office: Office) -> None:
    office.settings["d1"] = {"url": refusing_url()}
    office.send({"event": "E"})

    office.run()

    assert office.reports == [Report("d1", "ECONNREFUSED", 1, False, NOW, "")]


def test_settings_are_those_of_the_moment_of_sending(office: Office, receiver: Receiver) -> None:
    office.settings["d1"] = {"url": refusing_url()}
    office.send({"event": "E"})
    office.run()

    office.settings["d1"] = {"url": receiver.url}
    office.forward(hours=1)

    assert [report.outcome for report in office.reports] == ["ECONNREFUSED", "successes.attempt.2"]


def test_a_failing_delivery_is_tried_ten_times_and_given_up(office: Office, receiver: Receiver) -> None:
    receiver.answers = [503] * 20
    office.send({"event": "E"})

    made = office.run() + sum(office.forward(minutes=1) for _ in range(240))

    assert made == 10
    assert [report.attempt for report in office.reports] == list(range(1, 11))
    assert office.outcomes() == {("503", False): 9, ("503", True): 1}
    assert office.reports[-1].at - NOW <= timedelta(hours=4)
    assert office.courier.waiting() == {}


def test_pauses_grow(office: Office, receiver: Receiver) -> None:
    receiver.answers = [503] * 5
    office.send({"event": "E"})

    made = [office.run(), *(office.forward(seconds=25) for _ in range(7))]

    # After 25 seconds, after 50 more, after 100 more.
    assert made == [1, 1, 0, 1, 0, 0, 0, 1]


def test_a_delivery_that_succeeds_late_says_at_which_attempt(office: Office, receiver: Receiver) -> None:
    receiver.answers = [500, RESET]
    office.send({"event": "E"})

    office.run()
    office.forward(minutes=1)
    office.forward(minutes=1)

    outcomes = [(report.outcome, report.final) for report in office.reports]
    assert outcomes == [("500", False), ("ECONNRESET", False), ("successes.attempt.3", True)]


def test_a_policy_may_allow_a_single_attempt(tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = [503]
    office = Office(tmp_path / "once.db", {"d1": {"url": receiver.url}}, policy=RetryPolicy(attempts=1))
    office.send({"event": "E"})

    office.run()
    office.close()

    assert office.reports == [Report("d1", "503", 1, True, NOW, "")]


def test_a_destination_that_hangs_does_not_keep_the_others_waiting(office: Office, receiver: Receiver) -> None:
    with Receiver().listening() as hanging:
        hanging.answers = [HANG] * 100
        office.settings["d0"] = {"url": hanging.url}
        office.send(*({"n": n} for n in range(100)), to="d0")
        office.send({"event": "E"})

        office.courier._round(NOW, lambda: NOW)  # One round; `run_due` would wait for all hundred.

    assert [report for report in office.reports if report.destination_id == "d1"] != []
    assert office.outcomes()["ETIMEDOUT", False] <= 8
    assert office.courier.waiting() == {"d0": 100}


def test_many_events_all_arrive_once(office: Office, receiver: Receiver) -> None:
    office.send(*({"n": n} for n in range(1000)))

    made = office.run()

    assert made == 1000
    assert sorted(json.loads(request.body)["n"] for request in receiver.received) == list(range(1000))
    assert office.outcomes() == {("successes.attempt.1", True): 1000}


def test_deliveries_to_a_dropped_destination_are_forgotten(office: Office, receiver: Receiver) -> None:
    office.settings["d2"] = {"url": receiver.url}
    office.send({"n": 1})
    office.send({"n": 2}, to="d2")

    with office.lock, office.connection:
        office.courier.drop("d1")

    assert office.run() == 1
    assert [report.destination_id for report in office.reports] == ["d2"]


def test_a_delivery_dropped_on_its_way_is_not_reported_and_takes_no_other_with_it(
    office: Office, receiver: Receiver
) -> None:
    office.send({"n": 1})

    def dropped_meanwhile(_: str) -> dict[str, object]:
        if not receiver.received:
            with office.lock, office.connection:
                office.courier.drop()
                office.courier.enqueue("d1", {"n": 2}, NOW)
        return {"url": receiver.url}

    office.courier._settings_of = dropped_meanwhile
    office.run()

    assert [json.loads(request.body)["n"] for request in receiver.received] == [1, 2]
    assert len(office.reports) == 1


def test_an_outcome_that_cannot_be_reported_keeps_the_delivery(office: Office) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("disk full")

    office.send({"event": "E"})
    note, office.courier._on_outcome = office.courier._on_outcome, broken
    with pytest.raises(sqlite3.OperationalError):
        office.run()
    office.courier._on_outcome = note

    assert office.courier.waiting() == {"d1": 1}
    assert office.run() == 1


def test_a_transaction_the_caller_left_open_stays_the_callers(office: Office, receiver: Receiver) -> None:
    office.connection.execute("CREATE TABLE other (n INTEGER)")
    office.send({"event": "E"})
    office.connection.execute("INSERT INTO other VALUES (1)")

    office.run()
    office.connection.rollback()

    assert office.connection.execute("SELECT count(*) FROM other").fetchone() == (0,)
    # The outcome went with it, so the event is sent again: at least once.
    assert office.courier.waiting() == {"d1": 1}


def test_neither_lock_nor_transaction_is_held_while_the_network_is_waited_for(tmp_path: Path) -> None:
    with Receiver().listening() as receiver:
        receiver.answers = [HANG]
        office = Office(tmp_path / "q.db", {"d1": {"url": receiver.url}}, in_background=True)
        office.send({"event": "E"})
        assert receiver.got_one.wait(10)

        with office.lock:
            free = not office.connection.in_transaction
        receiver.let_go.set()
        office.close()

    assert free


CRASHING = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
from pathlib import Path
from delivery_world import Office
from segment_toolkit.sandbox.delivery.retries import RetryPolicy
office = Office(Path({path!r}), {{"d1": {{"url": {url!r}}}}}, policy=RetryPolicy(timeout_seconds=60))
office.send(*({{"n": n}} for n in range(5)))
print("queued", flush=True)
office.run()
"""


def test_what_was_queued_survives_a_killed_process(tmp_path: Path, receiver: Receiver) -> None:
    path = tmp_path / "q.db"
    receiver.answers = [HANG] * 5
    code = CRASHING.format(root=str(ROOT), here=str(Path(__file__).parent), path=str(path), url=receiver.url)

    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "queued\n"
        assert receiver.got_one.wait(20)
        os.kill(process.pid, signal.SIGKILL)
    receiver.answers.clear()
    office = Office(path, {"d1": {"url": receiver.url}})
    before = office.courier.waiting()
    office.run()
    office.close()

    assert before == {"d1": 5}
    assert {json.loads(request.body)["n"] for request in receiver.received} == {0, 1, 2, 3, 4}
    assert office.outcomes() == {("successes.attempt.1", True): 5}
