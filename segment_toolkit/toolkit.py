"""`SegmentToolkit` and `AsyncSegmentToolkit`: the parts put together, under Composio's names.

Making one and listing its tools loads no HTTP client, builds no model and needs no credentials.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, Unpack

from .handling import AsyncBoundProvider, BoundProvider
from .parts import Parts
from .secrecy.discreet import discreet
from .tools import AsyncTools, Tools
from .truth.asking import AsyncTruths, Truths

if TYPE_CHECKING:
    from types import TracebackType

    import httpx

    from .accounts.auth_configs import AsyncAuthConfigs, AuthConfigs
    from .accounts.connected_accounts import AsyncConnectedAccounts, ConnectedAccounts
    from .call.engine import AsyncEngine, Engine
    from .options import Options
    from .providers.base import AnyProvider
    from .sandbox import Sandbox
    from .toolkits import AsyncToolkits, Toolkits


class SegmentToolkit(Truths, Parts):
    """Segment's tools for an agent: list them, handle a model's calls. In a `with` block it closes its connections."""

    __doc__ = f"{__doc__}\n\n{Parts.__doc__}"

    @discreet
    def __init__(
        self,
        provider: AnyProvider | None = None,
        *,
        http_client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(provider, **options)
        self._transport = _sync_or_async(http_client or transport, "close", "SegmentToolkit takes a sync httpx client")
        self._made: Engine | None = None
        self.tools = Tools(self._registry, self._provider, self._engine)
        self.provider = BoundProvider(self._provider, self.tools)
        self.experimental = Experimental(self.tools)

    @property
    def connected_accounts(self) -> ConnectedAccounts:
        """Users' credentials for Segment."""
        return self._accounts

    @property
    def auth_configs(self) -> AuthConfigs:
        """The ways in which accounts are connected."""
        return self._auth_configs

    @property
    def toolkits(self) -> Toolkits:
        """What this toolkit is, as Composio lists it."""
        return self._toolkits

    @classmethod
    @discreet
    def sandbox(
        cls, box: Sandbox | None = None, provider: AnyProvider | None = None, **options: Unpack[Options]
    ) -> Self:
        """A toolkit on the local Segment, in this process: no account, no port. `box` is your handle on it.

        Everything is approved there, and nothing is read before it; give `approve=None` or your own to try approvals.
        """
        from .sandbox import Sandbox

        box = box or Sandbox()
        return cls(provider, transport=box.transport(), **_sandbox_options(box, options))

    def close(self) -> None:
        """Close the connections. The toolkit can be used again."""
        made, self._made = self._made, None
        if made is not None and made.process == os.getpid():
            made.close()
        self._close_store()

    def _engine(self) -> Engine:
        made = self._made
        if made is not None and made.process == os.getpid():
            return made
        from .call.engine import Engine
        from .reliability.renewal import Provided
        from .transport.http import Sender

        with self._lock:
            made = self._made
            if made is None or made.process != os.getpid():  # a forked child leaves its parent's connections alone
                wallet = self._wallet(Provided)
                sender = Sender(self._transport)
                made = self._made = Engine(self._dispatcher(wallet), sender, self._settings, wallet.renew)
            return made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class AsyncSegmentToolkit(AsyncTruths, Parts):
    """`SegmentToolkit` for async code: the same names, awaitable."""

    __doc__ = f"{__doc__}\n\n{Parts.__doc__}"

    @discreet
    def __init__(
        self,
        provider: AnyProvider | None = None,
        *,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Unpack[Options],
    ) -> None:
        super().__init__(provider, **options)
        self._transport = _sync_or_async(
            http_client or transport, "aclose", "AsyncSegmentToolkit takes an async httpx client"
        )
        self._made: AsyncEngine | None = None
        self.tools = AsyncTools(self._registry, self._provider, self._engine)
        self.provider = AsyncBoundProvider(self._provider, self.tools)
        self.experimental = Experimental(self.tools)

    @cached_property
    def connected_accounts(self) -> AsyncConnectedAccounts:
        """Users' credentials for Segment."""
        from .accounts.connected_accounts import AsyncConnectedAccounts

        return AsyncConnectedAccounts(self._accounts)

    @cached_property
    def auth_configs(self) -> AsyncAuthConfigs:
        """The ways in which accounts are connected."""
        from .accounts.auth_configs import AsyncAuthConfigs

        return AsyncAuthConfigs(self._auth_configs)

    @cached_property
    def toolkits(self) -> AsyncToolkits:
        """What this toolkit is, as Composio lists it."""
        from .toolkits import AsyncToolkits

        return AsyncToolkits(self._toolkits)

    @classmethod
    @discreet
    def sandbox(
        cls, box: Sandbox | None = None, provider: AnyProvider | None = None, **options: Unpack[Options]
    ) -> Self:
        """A toolkit on the local Segment, in this process: no account, no port. `box` is your handle on it.

        Everything is approved there, and nothing is read before it; give `approve=None` or your own to try approvals.
        """
        from .sandbox import Sandbox

        box = box or Sandbox()
        return cls(provider, transport=box.async_transport(), **_sandbox_options(box, options))

    async def close(self) -> None:
        """Close the connections. The toolkit can be used again."""
        made, self._made = self._made, None
        if made is not None and made.process == os.getpid():
            await made.close()
        self._close_store()

    def _engine(self) -> AsyncEngine:
        made = self._made
        if made is not None and made.process == os.getpid():
            return made
        from .call.engine import AsyncEngine
        from .reliability.renewal import AsyncProvided
        from .transport.http import AsyncSender

        with self._lock:
            made = self._made
            if made is None or made.process != os.getpid():  # a forked child leaves its parent's connections alone
                wallet = self._wallet(AsyncProvided)
                sender = AsyncSender(self._transport)
                made = self._made = AsyncEngine(self._dispatcher(wallet), sender, self._settings, wallet.renew)
            return made

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.close()


class Experimental:
    """Composio's newer spelling for tools of the host's own."""

    def __init__(self, tools: Tools | AsyncTools) -> None:
        self._tools = tools

    def tool(
        self,
        fn: Callable[..., Any] | None = None,
        *,
        slug: str | None = None,
        name: str | None = None,
        description: str | None = None,
        extends_toolkit: str | None = None,
        output_params: Any = None,
        preload: bool | None = None,
    ) -> Any:
        """`tools.custom_tool`; `output_params` and `preload` are taken and unused."""
        del output_params, preload
        return self._tools.custom_tool(fn, toolkit=extends_toolkit, slug=slug, name=name, description=description)


def _sync_or_async(transport: Any, closing: str, wanted: str) -> Any:
    """The transport, if it has the method that closes one of its kind. Raises TypeError."""
    if transport is not None and not hasattr(transport, closing):
        raise TypeError(f"{wanted} or transport, not {type(transport).__name__}")
    return transport


def _sandbox_options(box: Sandbox, given: Options) -> Options:
    """The sandbox's workspace, not the environment's; nothing real can be destroyed there, so all is approved."""
    from .approvals.approval import approve_everything
    from .reliability.options import Reliability

    return {
        "reliability": Reliability(rate_limits={"tracking": 0}),
        "region": box.region,
        "public_api_token": box.token,
        "write_key": box.write_key,
        "write_keys": box.write_keys,
        "approve": approve_everything,
        "environ": {},
        **given,
    }
