"""What was read is kept for a minute, for its account alone, and forgotten when the workspace is changed."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from segment_toolkit.call.drive import drive
from segment_toolkit.credentials import Credentials
from segment_toolkit.errors import ToolkitError, TransportError
from segment_toolkit.truth.memory import Memory

MINE, YOURS = Credentials(public_api_token="sgp_mine"), Credentials(public_api_token="sgp_yours")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Reader:
    """Counts how often it was asked; fails when it is told to."""

    def __init__(self) -> None:
        self.reads = 0
        self.fails = False

    def __call__(self) -> Generator[Any, Any, int]:
        self.reads += 1
        if self.fails:
            raise TransportError("No answer.", sent=True, host="h")
        return self.reads
        yield


def recalled(memory: Memory, reader: Reader, account: Credentials = MINE, name: str = "sources") -> int:
    return drive(memory.recall(account, name, reader), lambda wanted: None)


def test_a_second_look_within_a_minute_reads_nothing() -> None:
    memory, reader, clock = Memory(clock=(now := Clock())), Reader(), now

    looks = [recalled(memory, reader)]
    clock.now = 59.9
    looks.append(recalled(memory, reader))
    clock.now = 60.0
    looks.append(recalled(memory, reader))

    assert looks == [1, 1, 2]


def test_two_accounts_never_share_what_was_read() -> None:
    memory, reader = Memory(), Reader()

    looks = [recalled(memory, reader, account) for account in (MINE, YOURS, MINE, YOURS)]

    assert looks == [1, 2, 1, 2]


def test_forgetting_concerns_one_account() -> None:
    memory, reader = Memory(), Reader()
    before = [recalled(memory, reader, account) for account in (MINE, YOURS)]

    memory.forget(MINE)

    assert before == [1, 2]
    assert [recalled(memory, reader, account) for account in (MINE, YOURS)] == [3, 2]


def test_a_failure_is_not_waited_for_again_within_ten_seconds() -> None:
    clock, reader = Clock(), Reader()
    memory = Memory(clock=clock)
    reader.fails = True
    errors = []

    for clock.now in (0.0, 9.9, 10.0):
        with pytest.raises(ToolkitError) as caught:
            recalled(memory, reader)
        errors.append(caught.value)

    assert reader.reads == 2
    assert [(error.code, error.message) for error in errors] == [("network", "No answer.")] * 3
    assert errors[0] is not errors[1]


def test_it_holds_only_so_much_and_drops_the_oldest() -> None:
    memory, reader = Memory(most=2), Reader()

    for name in ("a", "b", "c", "c", "b", "a"):
        recalled(memory, reader, name=name)

    assert reader.reads == 4


def test_it_shows_no_token() -> None:
    memory = Memory()
    recalled(memory, Reader())

    assert "sgp_mine" not in f"{vars(memory)}"


def test_what_was_being_read_while_the_workspace_changed_is_read_again() -> None:
    memory, reader = Memory(), Reader()

    def slow() -> Generator[Any, Any, int]:
        yield "an answer that is on its way"
        return (yield from reader())

    first = drive(memory.recall(MINE, "sources", slow), lambda wanted: memory.forget(MINE))
    second = recalled(memory, reader)

    assert (first, second) == (1, 2)
