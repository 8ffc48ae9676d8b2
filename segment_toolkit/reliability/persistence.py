"""One request of a call, tried as often as is safe and as the call's budget allows; for sync and async.

`Persistence.steps` is a generator that does no I/O: it yields an `Exchange` to be sent, seconds to be waited, or a
function of the host's to be called. Closing it at any point (a task was cancelled, a thread interrupted) leaves limits
and breaker usable.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from ..call.attempts import Attempt
from ..errors import Held, RateLimited, ToolkitError, TransportError
from ..tool import Api, Host, HostCall, Request, Response
from .breaker import Breaker
from .clock import Clock
from .limits import FREE, Key, Limits, Place, key_of
from .options import Reliability
from .retries import may_repeat, pause_after

if TYPE_CHECKING:
    from ..call.run import Run
    from ..credentials import Credentials
    from ..transport.http import Wire

#: An attempt that is begun gets at least so many seconds: one cut short leaves an unknown where there was none.
LEAST_SECONDS = 1.0
STILL_UNKNOWN = "An earlier attempt was lost, so it is unknown whether Segment did it: look before you repeat it."


class Exchange(NamedTuple):
    """Send this, with these limits of its phases (seconds, as httpx names them)."""

    wire: Wire
    phases: Mapping[str, float]


Step = Exchange | float | HostCall
Prepare = Callable[[Request, "Credentials"], "Wire"]
Renew = Callable[["Run"], HostCall | None]


class _Trouble:
    """What went wrong with a request so far. `lost`: an attempt may have done what was asked."""

    __slots__ = ("attempts", "last", "lost", "since")

    def __init__(self, since: float) -> None:
        self.attempts = 0
        self.last: ToolkitError | None = None
        self.lost = False
        self.since = since

    def add(self, error: ToolkitError, request: Request) -> None:
        self.attempts += 1
        self.last = error
        self.lost = self.lost or (error.outcome_unknown and request.method != "GET")


class Persistence:
    """What all requests of one toolkit share: options, limits, breaker, clock. Thread-safe and task-safe."""

    def __init__(self, options: Reliability, timeout: float, *, prepare: Prepare, renew: Renew) -> None:
        self._options = options
        self._phases = options.phases(timeout)
        self._prepare = prepare
        self._renew = renew
        self.clock = options.clock or Clock()
        self._now = self.clock.now
        self._limits = None if options.rate_limits is None else Limits(options.rate_limits)
        self._breaker = Breaker(options.dead_after, options.cool_down)

    def steps(self, run: Run, request: Request) -> Generator[Step, Any, Response]:
        """The steps of one request of a call. Their result is its answer; raises what the last attempt ended in."""
        trouble: _Trouble | None = None
        waited = 0.0
        while True:
            wire = self._prepare(request, run.credentials)
            place = FREE
            if self._limits is not None:
                place = self._limits.place(_key(wire), self._now(), self._left(run))
                if place.seconds:
                    waited += yield from self._stand_in_line(run, wire, place, trouble)
            started = self._now()
            if (seconds := self._breaker.wait(wire.host, started)) > 0:
                self._give_back(wire, place)
                self._refuse(_dead(wire.host, seconds), trouble)
            try:
                response: Response = yield Exchange(wire, self._phases if trouble is None else self._shorter(run))
            except ToolkitError as error:
                trouble = trouble or _Trouble(started)
                self._record(run, wire, trouble, started, waited, error)
                waited = yield from self._before_another(run, wire, trouble, error)
            except BaseException:
                self._breaker.let_go(wire.host)
                raise
            else:
                self._breaker.answered(wire.host)
                number = 1 if trouble is None else trouble.attempts + 1
                took = self._now() - started
                run.attempts.append(
                    Attempt(request.method, request.api.value, wire.host, number, took, waited, response.status, None)
                )
                return response

    def _left(self, run: Run) -> float:
        """Seconds of the call's budget."""
        return self._options.total - run.lost_seconds

    def _shorter(self, run: Run) -> Mapping[str, float]:
        """The limits of a repeated attempt's phases: none lasts longer than what is left."""
        left = max(self._left(run), LEAST_SECONDS)
        return {name: min(seconds, left) for name, seconds in self._phases.items()}

    def _stand_in_line(
        self, run: Run, wire: Wire, place: Place, trouble: _Trouble | None
    ) -> Generator[Step, Any, float]:
        """Wait for a place among those who ask the same. Returns the seconds waited; raises Held if it is too long."""
        if not place.taken:
            self._refuse(_too_often(wire.host, place.seconds), trouble)
        try:
            yield place.seconds
        except BaseException:
            self._give_back(wire, place)
            raise
        run.lost_seconds += place.seconds
        return place.seconds

    def _give_back(self, wire: Wire, place: Place) -> None:
        """The place is for others: nothing is sent."""
        if self._limits is not None:
            self._limits.give_back(_key(wire), place)

    def _record(
        self, run: Run, wire: Wire, trouble: _Trouble, started: float, waited: float, error: ToolkitError
    ) -> None:
        """Keep what a failed attempt showed: for this call, and for all others of the same host or operation."""
        request, now = wire.request, self._now()
        trouble.add(error, request)
        run.lost_seconds += now - started
        status = getattr(error, "status", None)
        run.attempts.append(
            Attempt(
                request.method,
                request.api.value,
                wire.host,
                trouble.attempts,
                now - started,
                waited,
                status,
                error.code,
            )
        )
        if isinstance(error, TransportError):
            if error.congested or error.code == "internal":
                self._breaker.let_go(wire.host)
            else:
                self._breaker.failed(wire.host, started, now)
            return
        self._breaker.answered(wire.host)
        if isinstance(error, RateLimited) and error.retry_after_seconds is not None and self._limits is not None:
            believed = min(error.retry_after_seconds, self._options.longest_retry_after)
            self._limits.close(_key(wire), now + believed, now)

    def _before_another(
        self, run: Run, wire: Wire, trouble: _Trouble, error: ToolkitError
    ) -> Generator[Step, Any, float]:
        """All that comes before another attempt. Returns the seconds waited; raises the error if there is none."""
        if (yield from self._renewed(run, wire, error)):
            return 0.0
        most = self._options.attempts if wire.request.host is Host.ACCOUNT else 1
        if trouble.attempts >= most or not may_repeat(wire.request, error):
            self._give_up(trouble)
        pause = pause_after(error, trouble.attempts, self._options, self.clock.dice())
        if pause + LEAST_SECONDS > self._left(run):
            self._give_up(trouble)
        yield pause
        run.lost_seconds += pause
        return pause

    def _renewed(self, run: Run, wire: Wire, error: ToolkitError) -> Generator[Step, Any, bool]:
        """Whether Segment refused the credential and the host has another; once in a call.

        The Tracking API's edge refuses with 401 or 403 only where a source demands OAuth; the clients of Segment's drop
        their token at both (analytics-python, analytics-node).
        """
        refused = (401, 403) if wire.request.api is Api.TRACKING else (401,)
        if getattr(error, "status", None) not in refused or run.renewed or wire.request.host is not Host.ACCOUNT:
            return False
        call = self._renew(run)
        if call is None:
            return False
        run.renewed = True
        try:
            fresh: Credentials = yield call
        except ToolkitError:  # logged; what Segment said is what became of the call
            return False
        if fresh == run.credentials:
            return False
        run.credentials, run.redactor = fresh, run.redactor.also(fresh.secrets())
        return True

    def _refuse(self, held: Held, trouble: _Trouble | None) -> NoReturn:
        """Raise: it is not sent for now. What an earlier attempt ended in says more."""
        if trouble is None:
            raise held
        self._give_up(trouble, held.retry_after_seconds)

    def _give_up(self, trouble: _Trouble, seconds: float | None = None) -> NoReturn:
        """Raise the last error, and say what was tried and what is unknown."""
        error = trouble.last
        assert error is not None  # noqa: S101 - trouble begins with an error
        if trouble.attempts > 1:
            over = self._now() - trouble.since
            error.message += f" It was tried {trouble.attempts} times in {over:.3g} seconds."
        if trouble.lost and not error.outcome_unknown:
            error.outcome_unknown, error.retryable, error.hint = True, False, STILL_UNKNOWN
            if isinstance(error, TransportError):
                error.sent = True  # not this attempt, but an earlier one
        if seconds is not None and getattr(error, "retry_after_seconds", None) is None:
            error.hint += f" Wait {seconds:.3g} seconds before you try again."
        raise error


def _key(wire: Wire) -> Key:
    return key_of(wire.request, wire.host, wire.authorization)


def _dead(host: str, seconds: float) -> Held:
    message = f"{host} has not answered for a while, so it is not asked for now."
    return Held(message, host=host, code="network", retry_after_seconds=seconds)


def _too_often(host: str, seconds: float) -> Held:
    message = f"{host} is asked too often: its limit for this kind of request is reached."
    return Held(message, host=host, code="rate_limited", retry_after_seconds=seconds)
