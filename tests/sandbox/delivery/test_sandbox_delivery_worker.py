"""The courier's own thread: started late, woken by events and by the clock, stopped for good."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

from delivery_world import HANG, Office, Receiver


def courier_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "segment-sandbox-courier"]


def test_no_thread_runs_before_there_is_something_to_do(busy_office: Office) -> None:
    before = courier_threads()

    busy_office.send({"event": "E"})

    assert before == []
    assert len(courier_threads()) == 1


def test_an_event_is_delivered_without_anybody_asking(busy_office: Office, receiver: Receiver) -> None:
    busy_office.send({"event": "E"})

    assert receiver.got_one.wait(10)


def test_settled_means_that_everything_due_was_attempted(busy_office: Office, receiver: Receiver) -> None:
    busy_office.send(*({"n": n} for n in range(200)))

    settled = busy_office.courier.settle(30)

    assert settled
    assert len(receiver.received) == len(busy_office.reports) == 200


def test_settling_does_not_wait_for_retries_of_the_future(busy_office: Office, receiver: Receiver) -> None:
    receiver.answers = [503]
    busy_office.send({"event": "E"})

    assert busy_office.courier.settle(30)
    assert busy_office.courier.waiting() == {"d1": 1}


def test_a_retry_comes_when_the_clock_says_so(busy_office: Office, receiver: Receiver) -> None:
    receiver.answers = [503]
    busy_office.send({"event": "E"})
    busy_office.courier.settle(30)

    busy_office.clock.forward(timedelta(minutes=1))
    busy_office.courier.settle(30)

    assert [report.outcome for report in busy_office.reports] == ["503", "successes.attempt.2"]


def test_settling_gives_up_after_its_time(busy_office: Office, receiver: Receiver) -> None:
    receiver.answers = [HANG]
    busy_office.send({"event": "E"})

    settled = busy_office.courier.settle(0.05)
    receiver.let_go.set()

    assert not settled


def test_without_a_thread_settling_does_the_work_itself(office: Office, receiver: Receiver) -> None:
    office.send({"event": "E"})

    assert office.courier.settle(30)
    assert len(receiver.received) == 1
    assert courier_threads() == []


def test_what_an_earlier_process_left_is_delivered_on_start(tmp_path: Path, receiver: Receiver) -> None:
    earlier = Office(tmp_path / "q.db", {"d1": {"url": receiver.url}})
    earlier.send({"event": "E"})
    earlier.close()
    later = Office(tmp_path / "q.db", {"d1": {"url": receiver.url}}, in_background=True)

    later.courier.start()

    assert receiver.got_one.wait(10)
    later.close()


def test_a_closed_courier_keeps_what_is_queued_and_sends_nothing(busy_office: Office, receiver: Receiver) -> None:
    busy_office.courier.close()

    busy_office.send({"event": "E"})

    assert not busy_office.courier.settle(0.05)
    assert busy_office.run() == 0
    assert busy_office.courier.waiting() == {"d1": 1}
    assert receiver.received == []


def test_to_close_twice_is_harmless(busy_office: Office) -> None:
    busy_office.send({"event": "E"})

    busy_office.courier.close()
    busy_office.courier.close()

    assert courier_threads() == []
