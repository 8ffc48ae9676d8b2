"""Run a generator to its end: two drivers, one sync and one async, that differ by an `await`.

What the generator yields is performed (a request sent, a function of the host's called) and the outcome sent back in.
A failure is thrown in, so that a tool may catch it and fall back, and the dispatcher turns it into an envelope.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import InternalError, ToolkitError
from ..observe.logs import LOG

if TYPE_CHECKING:
    from ..tool import HostCall

T = TypeVar("T")


def drive(flow: Generator[Any, Any, T], perform: Callable[[Any], Any]) -> T:
    """Run `flow`, performing each thing it yields. Returns what it returns; raises what it raises."""
    try:
        wanted = next(flow)
        while True:
            try:
                outcome = perform(wanted)
            except Exception as error:  # noqa: BLE001 - handed on to the flow, which decides
                wanted = flow.throw(error)
            else:
                wanted = flow.send(outcome)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        flow.close()


async def adrive(flow: Generator[Any, Any, T], perform: Callable[[Any], Awaitable[Any]]) -> T:
    """`drive`, awaiting what is performed."""
    try:
        wanted = next(flow)
        while True:
            try:
                outcome = await perform(wanted)
            except Exception as error:  # noqa: BLE001 - handed on to the flow, which decides
                wanted = flow.throw(error)
            else:
                wanted = flow.send(outcome)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    finally:
        flow.close()


def call_host(call: HostCall, caller: object) -> Any:
    """Call a function of the host's, for `caller`. What it raises becomes an InternalError that names it."""
    try:
        outcome = call.function(*call.for_caller(caller))
    except Exception as error:
        raise _host_failed(call.what, error) from error
    if isawaitable(outcome):
        close = getattr(outcome, "close", None)
        if close is not None:
            close()  # it will never run; say so here rather than as a warning later
        raise InternalError(f"The host's {call.what} is async.", hint="The host must use AsyncSegmentToolkit.")
    return outcome


async def acall_host(call: HostCall, caller: object) -> Any:
    """`call_host`, awaiting what is awaitable."""
    try:
        outcome = call.function(*call.for_caller(caller))
        return await outcome if isawaitable(outcome) else outcome
    except Exception as error:
        raise _host_failed(call.what, error) from error


def report(listener: Callable[[int, int], Any], progress: tuple[int, int]) -> None:
    """Tell the host how far a long call is. What was sent is sent: a listener that fails changes nothing of it."""
    try:
        listener(*progress)
    except Exception as error:  # noqa: BLE001 - the host's
        _log_failed("on_progress", error)


async def areport(listener: Callable[[int, int], Any], progress: tuple[int, int]) -> None:
    """`report`, awaiting what is awaitable."""
    try:
        outcome = listener(*progress)
        if isawaitable(outcome):
            await outcome
    except Exception as error:  # noqa: BLE001 - the host's
        _log_failed("on_progress", error)


def _log_failed(what: str, error: Exception) -> None:
    """By its type alone: the text of what a host's function raises may hold anything."""
    LOG.warning("the host's %s raised %s", what, type(error).__name__)


def _host_failed(what: str, error: Exception) -> ToolkitError:
    """The error to raise for what a host's function raised; a ToolkitError is meant for the call, and stays."""
    if isinstance(error, ToolkitError):
        return error
    _log_failed(what, error)
    return InternalError(f"The host's {what} failed.", hint="The host must mend it; do not repeat the call.")
