"""Where cases run: one sandbox, a toolkit for each way in, sync and async; and everything that they say."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from segment_toolkit import AsyncSegmentToolkit, Envelope, SegmentToolkit
from segment_toolkit.providers import provider_class
from segment_toolkit.sandbox import Sandbox

from ..hurry import hurried
from . import laws
from .case import WAYS, Case, Way
from .secrecy import own_secrets, told


class Ground:
    """Runs cases one after another and says which laws they broke. What was accepted is checked by `settle`."""

    def __init__(self, *, in_async: bool = False) -> None:
        self.box = Sandbox()
        self._own = own_secrets(self.box)
        self._sent: list[str] = []
        self._approved = False
        self._accepted: list[tuple[Case, str]] = []
        self._said = _Log()
        self._runner = asyncio.Runner() if in_async else None
        self._toolkits = {way: self._toolkit(way) for way in WAYS}

    def close(self) -> None:
        """Give everything back."""
        self._said.stop()
        if self._runner is not None:
            self._runner.close()
        self.box.close()

    def run(self, case: Case) -> list[str]:
        """The laws that a case breaks at once."""
        self._said.clear()
        self.box.clear_faults()
        if case.fault is not None:
            self.box.inject(**case.fault)
        self._approved = case.approved
        before = len(self._sent)
        try:
            envelopes = self._envelopes(case)
            broken = [what for envelope in envelopes for what in self._judged(envelope)]
            broken += self._in_order(case, envelopes)
            accepted = [(case, id_) for envelope in envelopes for id_ in laws.accepted(envelope)]
        except Exception as error:  # noqa: BLE001 - that one comes out is what the judge is looking for
            return [f"{type(error).__name__} was raised: {error}"]
        broken += self._unsent(envelopes, self._sent[before:])
        broken += [f"secret {n} of the host's is logged" for n in told(self._said.text(), self._own)]
        if case.fault is None or "body" not in case.fault:  # that body may claim a success that never was
            self._accepted += accepted
        return broken

    @property
    def accepted_count(self) -> int:
        """How many events were accepted since the last time."""
        return len(self._accepted)

    def settle(self) -> list[tuple[Case, str]]:
        """What became of all that was accepted since the last time; then the sandbox is as new."""
        stored = frozenset(event["messageId"] for event in self.box.events)
        dropped: defaultdict[str, set[str]] = defaultdict(set)
        for item in self.box.dropped:
            dropped[str(item["event"].get("messageId"))].add(item["reason"])
        wrong = [(case, what) for case, id_ in self._accepted if (what := laws.fate(id_, stored, dropped))]
        self._accepted.clear()
        self._sent.clear()
        self.box.reset()
        return wrong

    def _judged(self, envelope: Envelope) -> Iterator[str]:
        yield from laws.contract(envelope)
        yield from laws.silence(envelope, self._own)

    def _in_order(self, case: Case, envelopes: list[Envelope]) -> Iterator[str]:
        if case.ids is not None and [envelope.tool_call_id for envelope in envelopes] != list(map(_said, case.ids)):
            yield "not one envelope for each call, in order"

    def _unsent(self, envelopes: list[Envelope], sent: list[str]) -> Iterator[str]:
        """Reads may show what an approval is about; nothing else goes out for a call that is refused."""
        if not envelopes or not all(laws.is_refused_here(envelope) for envelope in envelopes):
            return
        asked = any(envelope.failure and envelope.failure.code == "refused" for envelope in envelopes)
        if any(not (asked and method == "GET") for method in sent):
            yield f"refused calls sent {sorted(set(sent))}"

    def _envelopes(self, case: Case) -> list[Envelope]:
        toolkit = self._toolkits[case.way]
        if case.way == "execute":
            payload = case.payload if isinstance(case.payload, dict) else {"name": case.payload}
            return [self._got(toolkit.tools.execute(payload.get("name"), payload.get("arguments"), user_id="judge"))]
        envelopes: list[Envelope] = self._got(toolkit.provider.handle_tool_calls("judge", case.payload))
        self._check_messages(toolkit.provider.provider, envelopes)
        return envelopes

    def _check_messages(self, provider: Any, envelopes: list[Envelope]) -> None:
        """What goes back to the vendor is JSON, and tells no secret; an id that is one is the model's own."""
        assert not list(laws.sayable(provider.messages(envelopes))), "the messages cannot be sent as JSON"
        quiet = [it for it in envelopes if not told(f"{it.tool_call_id} {it.called}", self._own)]
        assert not told(repr(provider.messages(quiet)), self._own), "a secret of the host's is in the messages"

    def _got(self, result: Any) -> Any:
        return result if self._runner is None else self._runner.run(_awaited(result))

    def _toolkit(self, way: Way) -> Any:
        provider = provider_class("openai" if way == "execute" else way)()
        # One call at a time: what a case reaches must not depend on threads.
        options: dict[str, Any] = {
            "region": "us",
            "public_api_token": self.box.token,
            "write_keys": self.box.write_keys,
            "write_key": self.box.write_key,
            "approve": lambda _: self._approved,
            "concurrency": 1,
            "environ": {},
            "reliability": hurried(),
        }
        if self._runner is not None:
            transport = _AsyncCounted(self.box.async_transport(), self._sent.append)
            return AsyncSegmentToolkit(provider, transport=transport, **options)
        return SegmentToolkit(provider, transport=_Counted(self.box.transport(), self._sent.append), **options)


def _said(call_id: str) -> str:
    """The id as the vendor knows it that sent it: with U+FFFD for what UTF-8 cannot say."""
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in call_id)


async def _awaited(result: Any) -> Any:
    return await result


class _Counted(httpx.BaseTransport):
    def __init__(self, transport: httpx.BaseTransport, saw: Callable[[str], None]) -> None:
        self._transport = transport
        self._saw = saw

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self._saw(request.method)
        return self._transport.handle_request(request)


class _AsyncCounted(httpx.AsyncBaseTransport):
    def __init__(self, transport: httpx.AsyncBaseTransport, saw: Callable[[str], None]) -> None:
        self._transport = transport
        self._saw = saw

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self._saw(request.method)
        return await self._transport.handle_async_request(request)


class _Log(logging.Handler):
    """Everything that any library logs, tracebacks included, as a host would see it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._texts: list[str] = []
        root = logging.getLogger()
        self._level_before = root.level
        root.setLevel(logging.DEBUG)
        root.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self._texts.append(self.format(record))

    def text(self) -> str:
        return "\n".join(self._texts)

    def clear(self) -> None:
        self._texts.clear()

    def stop(self) -> None:
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level_before)
