"""The streams over stdin and stdout: one message a line, whatever the pipe does to the bytes."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp.shared.message import SessionMessage

from segment_toolkit.mcp.pipes import Incoming, Outgoing

PING = b'{"jsonrpc": "2.0", "id": %d, "method": "ping"}\n'


class Pipe:
    """A pipe whose one end does not block."""

    def __init__(self, own: int, other: int) -> None:
        self.own, self.other = own, other
        os.set_blocking(own, False)


@pytest.fixture
def inward() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    yield from _open(Pipe(reading, writing))


@pytest.fixture
def outward() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    yield from _open(Pipe(writing, reading))


def _open(pipe: Pipe) -> Iterator[Pipe]:
    yield pipe
    for descriptor in (pipe.own, pipe.other):
        try:
            os.close(descriptor)
        except OSError:  # closed by the test
            continue


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    return anyio.run(work)


def message(number: int, characters: int = 0) -> SessionMessage:
    return SessionMessage(types.JSONRPCResponse(jsonrpc="2.0", id=number, result={"text": "x" * characters}))


def ids(found: list[Any]) -> list[Any]:
    """The ids of messages, and of what is none its type."""
    return [item.message.id if isinstance(item, SessionMessage) else type(item).__name__ for item in found]


async def all_of(stream: Incoming) -> list[Any]:
    return [item async for item in stream]


def test_lines_in_any_pieces_are_messages(inward: Pipe) -> None:
    whole = b"".join(PING % number for number in range(5))

    async def work() -> list[Any]:
        async def write() -> None:
            for start in range(0, len(whole), 7):
                os.write(inward.other, whole[start : start + 7])
                await anyio.sleep(0)
            os.close(inward.other)

        async with anyio.create_task_group() as group:
            group.start_soon(write)
            return await all_of(Incoming(inward.own))

    assert ids(run(work)) == [0, 1, 2, 3, 4]


def test_a_line_that_is_no_message_comes_as_its_error_and_ends_nothing(inward: Pipe) -> None:
    os.write(inward.other, b"\xff nonsense\n" + PING % 1 + (PING % 2).rstrip())
    os.close(inward.other)

    found = run(lambda: all_of(Incoming(inward.own)))

    assert ids(found) == ["ValidationError", 1, 2]  # the last line needs no line break


def test_half_a_character_costs_itself_and_no_answer(inward: Pipe) -> None:
    """A model breaks off amid an emoji, and the host writes what it got; `\\\\ud83d` is a backslash and letters."""
    call = b'{"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"a": "x\\ud83d", "b": "\\ud83d\\ude42 \\\\ud83d"}}\n'
    os.write(inward.other, call)
    os.close(inward.other)

    [found] = run(lambda: all_of(Incoming(inward.own)))

    assert found.message.params == {"a": "x\ufffd", "b": "\U0001f642 \\ud83d"}


def test_a_client_that_leaves_without_reading_all_is_gone_and_no_error() -> None:
    """Node's pipes are sockets, which say so when what was sent to them is lost."""
    own, other = socket.socketpair()
    own.setblocking(False)
    own.send(b"an answer that nobody reads")
    other.send(PING % 1)
    other.close()

    with own:
        found = run(lambda: all_of(Incoming(own.fileno())))

    assert ids(found) in ([1], [])


def test_a_closed_stream_says_so(inward: Pipe, outward: Pipe) -> None:
    async def work() -> None:
        incoming, outgoing = Incoming(inward.own), Outgoing(outward.own)
        await incoming.aclose()
        await outgoing.aclose()
        with pytest.raises(anyio.ClosedResourceError):
            await incoming.receive()
        with pytest.raises(anyio.ClosedResourceError):
            await outgoing.send(message(1))

    assert run(work) is None


def test_long_messages_of_many_tasks_reach_a_slow_reader_whole(outward: Pipe) -> None:
    read = bytearray()
    reader = threading.Thread(target=lambda: _drain(outward.other, read))

    async def work() -> None:
        stream = Outgoing(outward.own)
        async with anyio.create_task_group() as group:
            for number in range(10):
                group.start_soon(stream.send, message(number, 100_000))

    reader.start()
    run(work)
    os.close(outward.own)
    reader.join()

    assert [json.loads(line)["id"] for line in read.splitlines()] == list(range(10))


def test_a_send_that_is_cancelled_tears_no_line(outward: Pipe) -> None:
    read = bytearray()
    reader = threading.Thread(target=lambda: _drain(outward.other, read))

    async def work() -> bool:
        stream = Outgoing(outward.own)
        with anyio.move_on_after(0.01) as scope:
            await stream.send(message(1, 1_000_000))  # nobody reads
        reader.start()
        await stream.send(message(2))
        return scope.cancelled_caught

    cancelled = run(work)
    os.close(outward.own)
    reader.join()

    assert cancelled
    assert [json.loads(line)["id"] for line in read.splitlines()] == [1, 2]


def test_a_reader_who_is_gone_is_a_broken_stream(outward: Pipe) -> None:
    os.close(outward.other)

    async def work() -> None:
        with pytest.raises(anyio.BrokenResourceError):
            await Outgoing(outward.own).send(message(1))

    assert run(work) is None


def _drain(descriptor: int, into: bytearray) -> None:
    while chunk := os.read(descriptor, 5_000):
        into += chunk
