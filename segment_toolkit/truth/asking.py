"""What both toolkits can be asked about the truth at Segment: the same methods twice, sync and async.

Light to import; each answer's code is loaded by the first question.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import ToolkitError

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..call.dispatcher import Reading
    from ..call.engine import AsyncEngine, Engine
    from ..credentials import Credentials
    from ..registry import Registry
    from ..tool import Tool, Verdict
    from .doctor.findings import Diagnosis
    from .doctor.flow import Circumstances
    from .facts import KeyReport, RegionReport
    from .forecast import Forecast
    from .memory import Memory


class Truths:
    """The questions of a SegmentToolkit."""

    _engine: Callable[[], Engine]
    _registry: Registry

    def verify_write_key(self, write_key: str | None = None, *, user_id: str | None = None) -> KeyReport:
        """Whose a write key is and whether its events go anywhere, by the Public API; the default key if none is given.

        `write_key` is a key, the name of a configured one, or a key's mask. Without a token the answer is `unverified`.
        """
        return self._engine().read(_key(write_key), user_id=user_id)

    def probe_region(self, token: str | None = None, *, user_id: str | None = None) -> RegionReport:
        """Which region a Public API token is of: both hosts are asked. By default the configured one."""
        return self._engine().read(_region, user_id=user_id, **_with(token))

    def verify(self, slug: str, arguments: Any, *, user_id: str | None = None) -> Verdict:
        """Whether a management write is done as these arguments ask, by reading back now. Events cannot be looked up.

        Raises UnknownTool and InvalidArguments; what Segment answers leaves the verdict `unverified`.
        """
        return self._engine().read(_look(self._registry, slug, arguments), user_id=user_id)

    def preflight(self, slug: str, arguments: Any, *, user_id: str | None = None) -> Forecast:
        """What Segment would do with the events of a call; nothing is sent but reads. Needs a Public API token.

        Arguments that the toolkit itself would refuse are told in `problems`. Raises UnknownTool.
        """
        return self._engine().read(_foresight(self._registry, slug, arguments), user_id=user_id)

    def doctor(
        self, *, user_id: str | None = None, mtu_limit: int | None = None, api_call_limit: int | None = None
    ) -> Diagnosis:
        """Look at everything between here and the destinations; only reads are sent. Never raises for what it finds.

        `mtu_limit` and `api_call_limit` are what the workspace's plan allows in a month, which no API shows.
        """
        told = _circumstances(self, mtu_limit, api_call_limit)
        try:
            return self._engine().read(_round(told), user_id=user_id)
        except ToolkitError as error:
            return _unusable(told, error)


class AsyncTruths:
    """The questions of an AsyncSegmentToolkit: as `Truths`, awaiting."""

    _engine: Callable[[], AsyncEngine]
    _registry: Registry

    async def verify_write_key(self, write_key: str | None = None, *, user_id: str | None = None) -> KeyReport:
        """As `Truths.verify_write_key`."""
        return await self._engine().read(_key(write_key), user_id=user_id)

    async def probe_region(self, token: str | None = None, *, user_id: str | None = None) -> RegionReport:
        """As `Truths.probe_region`."""
        return await self._engine().read(_region, user_id=user_id, **_with(token))

    async def verify(self, slug: str, arguments: Any, *, user_id: str | None = None) -> Verdict:
        """As `Truths.verify`."""
        return await self._engine().read(_look(self._registry, slug, arguments), user_id=user_id)

    async def preflight(self, slug: str, arguments: Any, *, user_id: str | None = None) -> Forecast:
        """As `Truths.preflight`."""
        return await self._engine().read(_foresight(self._registry, slug, arguments), user_id=user_id)

    async def doctor(
        self, *, user_id: str | None = None, mtu_limit: int | None = None, api_call_limit: int | None = None
    ) -> Diagnosis:
        """As `Truths.doctor`."""
        told = _circumstances(self, mtu_limit, api_call_limit)
        try:
            return await self._engine().read(_round(told), user_id=user_id)
        except ToolkitError as error:
            return _unusable(told, error)


def _circumstances(toolkit: Any, mtu_limit: int | None, api_call_limit: int | None) -> Circumstances:
    import os

    from .doctor.flow import Circumstances
    from .doctor.usage import Allowance

    environ = os.environ if toolkit._environ is None else toolkit._environ
    return Circumstances(tuple(environ), toolkit._given, Allowance(mtu_limit, api_call_limit))


def _round(told: Circumstances) -> Reading[Diagnosis]:
    from .doctor.flow import diagnose

    return lambda credentials, _: diagnose(credentials, told)


def _unusable(told: Circumstances, error: ToolkitError) -> Diagnosis:
    from .doctor.flow import unusable

    return unusable(told, error)


def _key(write_key: str | None) -> Reading[KeyReport]:
    from .keys import verify_key

    return lambda credentials, _: verify_key(write_key, credentials)


def _look(registry: Registry, slug: str, arguments: Any) -> Reading[Verdict]:
    from .steps import looked

    tool, validated = _validated(registry, slug, arguments)
    return lambda _, __: looked(tool, validated)


def _foresight(registry: Registry, slug: str, arguments: Any) -> Reading[Forecast]:
    def flow(credentials: Credentials, memory: Memory) -> Generator[Any, Any, Forecast]:
        from ..errors import InvalidArguments, MalformedToolCall
        from .forecast import Forecast, foresee
        from .sending import sendings

        try:
            tool, validated = _validated(registry, slug, arguments)
            sent = yield from sendings(tool, validated, credentials)
        except InvalidArguments as error:
            return Forecast(True, problems=tuple(map(str, error.problems)))
        except MalformedToolCall as error:
            return Forecast(True, problems=(error.message,))
        return (yield from foresee(sent, credentials, memory))

    return flow


def _validated(registry: Registry, slug: str, arguments: Any) -> tuple[Tool[Any], Any]:
    from ..call.toolcall import parse
    from ..call.validation import validate

    tool = registry.find(slug)
    return tool, validate(tool, parse(arguments))[0]


def _region(credentials: Credentials, _: Memory) -> Generator[Any, Any, RegionReport]:
    from .region import probe

    return probe(credentials)


def _with(token: str | None) -> dict[str, Any]:
    return {} if token is None else {"custom_auth_params": {"public_api_token": token}}
