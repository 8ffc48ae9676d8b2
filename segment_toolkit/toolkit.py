"""`SegmentToolkit` and `AsyncSegmentToolkit`: the parts put together, under Composio's names.

Making one and listing its tools loads no HTTP client, builds no model and needs no credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .accounts.auth_configs import AsyncAuthConfigs, AuthConfigs
from .accounts.connected_accounts import AsyncConnectedAccounts, ConnectedAccounts
from .engine import AsyncEngine, Engine
from .handling import AsyncBoundProvider, BoundProvider
from .options import Wallet, account_store, environment_credentials, explicit_credentials, refuse_unknown
from .registry import Registry
from .toolkits import AsyncToolkits, Toolkits
from .tools import AsyncTools, Tools

if TYPE_CHECKING:
    import httpx

    from .dispatcher import Dispatcher
    from .policy import Approve
    from .providers.base import Provider
    from .sandbox import Sandbox
    from .transport.http import AsyncSender, Sender

_OPTIONS = frozenset({
    "provider", "api_key", "region", "public_api_token", "write_key", "write_keys", "public_api_url", "tracking_url",
    "legacy_url", "accounts", "approve", "timeout", "http_client", "transport", "environ",
})  # fmt: skip


class _Parts:
    """What both toolkits have: provider, registry, accounts, and the way to a call's credentials.

    Args, all optional and keyword-only but `provider`:
        provider: how tools and results look; OpenAI chat completions by default.
        api_key: a Segment secret, filed by its form; a Composio key is ignored.
        region: "us" or "eu". Never guessed.
        public_api_token, write_key, write_keys: secrets; `write_keys` maps source names to keys.
        public_api_url, tracking_url, legacy_url: other hosts than Segment's; https, or http to loopback.
        accounts: path of a SQLite file for connected accounts (secrets encrypted); in memory by default.
        approve: asked before a destructive tool runs; must return True. Without it they are refused.
        timeout: seconds for each phase of a request.
        http_client: an httpx client of the host's; transport: an httpx transport. Neither is closed.
        environ: where SEGMENT_* variables are read; the process's by default.

    Raises InvalidParams for a value that cannot be right, TypeError for an unknown option.
    """

    def __init__(
        self,
        provider: Provider | None = None,
        *,
        api_key: str | None = None,
        region: str | None = None,
        public_api_token: str | None = None,
        write_key: str | None = None,
        write_keys: Mapping[str, str] | None = None,
        public_api_url: str | None = None,
        tracking_url: str | None = None,
        legacy_url: str | None = None,
        accounts: Any = None,
        approve: Approve | None = None,
        timeout: float | None = None,
        environ: Mapping[str, str] | None = None,
        **composio_options: Any,
    ) -> None:
        refuse_unknown(composio_options, _OPTIONS)
        explicit = explicit_credentials(
            api_key,
            {
                "region": region,
                "public_api_token": public_api_token,
                "write_key": write_key,
                "write_keys": write_keys,
                "public_api_url": public_api_url,
                "tracking_url": tracking_url,
                "legacy_url": legacy_url,
            },
        )
        self._registry = Registry()
        self._provider = provider or _default_provider()
        self._timeout = 30.0 if timeout is None else float(timeout)
        self._approve = approve
        store = account_store(accounts)
        self._accounts = ConnectedAccounts(store)
        self._auth_configs = AuthConfigs(store)
        self._wallet = Wallet(explicit, environment_credentials(environ), self._accounts.credentials_for)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._registry.slugs())} tools>"

    def _dispatcher(self) -> Dispatcher:
        from .dispatcher import Dispatcher
        from .policy import Policy

        return Dispatcher(self._registry, Policy(self._approve), self._wallet.resolve)

    def _tool_count(self) -> int:
        return len(self._registry.slugs())


class SegmentToolkit(_Parts):
    """Sync. Use it as it is, or in a `with` block, which closes its connections."""

    __doc__ = f"{__doc__}\n\n{_Parts.__doc__}"

    def __init__(
        self,
        provider: Provider | None = None,
        *,
        http_client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> None:
        super().__init__(provider, **options)
        self._engine = Engine(self._dispatcher, partial(_sender, http_client or transport, self._timeout))
        self.tools = Tools(self._registry, self._provider, self._engine)
        self.provider = BoundProvider(self._provider, self.tools)
        self.connected_accounts = self._accounts
        self.auth_configs = self._auth_configs
        self.toolkits = Toolkits(self._tool_count, self._accounts, self._auth_configs)
        self.experimental = Experimental(self.tools)

    @classmethod
    def sandbox(cls, box: Sandbox | None = None, provider: Provider | None = None, **options: Any) -> Self:
        """A toolkit on the local Segment, in this process: no account, no port. `box` is your handle on it."""
        from .sandbox import Sandbox

        box = box or Sandbox()
        return cls(provider, transport=box.transport(), **{**_sandbox_options(box), **options})

    def close(self) -> None:
        """Close the connections. The toolkit can be used again."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class AsyncSegmentToolkit(_Parts):
    """Async: the same names, awaitable."""

    __doc__ = f"{__doc__}\n\n{_Parts.__doc__}"

    def __init__(
        self,
        provider: Provider | None = None,
        *,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Any,
    ) -> None:
        super().__init__(provider, **options)
        self._engine = AsyncEngine(self._dispatcher, partial(_async_sender, http_client or transport, self._timeout))
        self.tools = AsyncTools(self._registry, self._provider, self._engine)
        self.provider = AsyncBoundProvider(self._provider, self.tools)
        self.connected_accounts = AsyncConnectedAccounts(self._accounts)
        self.auth_configs = AsyncAuthConfigs(self._auth_configs)
        self.toolkits = AsyncToolkits(Toolkits(self._tool_count, self._accounts, self._auth_configs))
        self.experimental = Experimental(self.tools)

    @classmethod
    def sandbox(cls, box: Sandbox | None = None, provider: Provider | None = None, **options: Any) -> Self:
        """A toolkit on the local Segment, in this process: no account, no port. `box` is your handle on it."""
        from .sandbox import Sandbox

        box = box or Sandbox()
        return cls(provider, transport=box.async_transport(), **{**_sandbox_options(box), **options})

    async def close(self) -> None:
        """Close the connections. The toolkit can be used again."""
        await self._engine.close()

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


def _default_provider() -> Provider:
    from .providers.openai import OpenAIProvider

    return OpenAIProvider()


def _sandbox_options(box: Sandbox) -> dict[str, Any]:
    """The sandbox's workspace, not the environment's; nothing real can be destroyed there, so all is approved."""
    return {
        "region": box.region,
        "public_api_token": box.token,
        "write_key": box.write_key,
        "write_keys": box.write_keys,
        "approve": lambda _: True,
        "environ": {},
    }


def _sender(transport: Any, timeout: float) -> Sender:
    from .transport.http import Sender

    return Sender(transport, timeout=timeout)


def _async_sender(transport: Any, timeout: float) -> AsyncSender:
    from .transport.http import AsyncSender

    return AsyncSender(transport, timeout=timeout)
