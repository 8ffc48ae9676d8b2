"""`SegmentToolkit` and `AsyncSegmentToolkit`: the parts put together, under Composio's names.

Making one and listing its tools loads no HTTP client, builds no model and needs no credentials.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from .handling import AsyncBoundProvider, BoundProvider
from .options import check_options
from .registry import Registry
from .settings import Settings, taken_from
from .tools import AsyncTools, Tools

if TYPE_CHECKING:
    from types import TracebackType

    import httpx

    from .accounts.auth_configs import AsyncAuthConfigs, AuthConfigs
    from .accounts.connected_accounts import AsyncConnectedAccounts, ConnectedAccounts
    from .accounts.store import AccountStore
    from .dispatcher import Dispatcher
    from .engine import AsyncEngine, Engine
    from .providers.base import AnyProvider
    from .sandbox import Sandbox
    from .toolkits import AsyncToolkits, Toolkits

_OPTIONS = frozenset({
    "provider", "api_key", "region", "public_api_token", "write_key", "write_keys", "public_api_url", "tracking_url",
    "legacy_url", "accounts", "http_client", "transport", "environ",
}) | set(Settings._fields)  # fmt: skip


class _Parts:
    """What both toolkits have: provider, registry, accounts, and the way to a call's credentials.

    Args, all optional and keyword-only but `provider`:
        provider: how tools and results look; OpenAI chat completions by default.
        api_key: a Segment secret, filed by its form; a Composio key is ignored.
        region: "us" or "eu". Never guessed.
        public_api_token, write_key, write_keys: secrets; `write_keys` maps source names to keys.
        public_api_url, tracking_url, legacy_url: other hosts than Segment's; https, or http to loopback.
        accounts: path of a SQLite file for connected accounts (secrets encrypted); in memory by default.
        approve, timeout, concurrency: see `Settings`.
        http_client: an httpx client of the host's; transport: an httpx transport. Neither is closed.
        environ: where SEGMENT_* variables are read; the process's by default.

    Raises InvalidParams for a value that cannot be right, TypeError for an unknown option.
    """

    def __init__(
        self,
        provider: AnyProvider | None = None,
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
        environ: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self._settings = taken_from(options)
        given = {
            "region": region,
            "public_api_token": public_api_token,
            "write_key": write_key,
            "write_keys": write_keys,
            "public_api_url": public_api_url,
            "tracking_url": tracking_url,
            "legacy_url": legacy_url,
        }
        self._given = {name: value for name, value in given.items() if value is not None}
        check_options(api_key, self._given, accounts, options, _OPTIONS)
        self._api_key, self._stored_in, self._environ = api_key, accounts, environ
        self._lock = RLock()
        self._registry = Registry()
        self._provider = provider or _default_provider()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._registry.slugs())} tools>"

    def fingerprint(
        self,
        *,
        tools: Sequence[str] | None = None,
        toolkits: Sequence[str] | None = None,
        tags: Sequence[str] | None = None,
    ) -> str:
        """A short digest of the listed tools' names, texts and schemas; equal means that a model is shown the same.

        It does not depend on the provider, the account, the process or the version of Python. Log it with a run, key a
        prompt cache or an evaluation by it, pin it in a test to hear of a change.
        """
        from .definitions import fingerprint

        return fingerprint(self._registry.definitions(tools=tools, toolkits=toolkits, tags=tags))

    @cached_property
    def _store(self) -> AccountStore:
        from .wallet import account_store

        with self._lock:  # two threads must not get two stores
            if "_store" not in self.__dict__:
                self.__dict__["_store"] = account_store(self._stored_in)
            return self.__dict__["_store"]  # type: ignore[no-any-return]

    @cached_property
    def _accounts(self) -> ConnectedAccounts:
        from .accounts.connected_accounts import ConnectedAccounts

        return ConnectedAccounts(self._store)

    @cached_property
    def _auth_configs(self) -> AuthConfigs:
        from .accounts.auth_configs import AuthConfigs

        return AuthConfigs(self._store)

    @cached_property
    def _toolkits(self) -> Toolkits:
        from .toolkits import Toolkits

        return Toolkits(self._tool_count, self._accounts, self._auth_configs)

    def _dispatcher(self) -> Dispatcher:
        from .dispatcher import Dispatcher
        from .wallet import Wallet, environment_credentials, explicit_credentials

        wallet = Wallet(
            explicit_credentials(self._api_key, self._given),
            environment=lambda: environment_credentials(self._environ),
            account=lambda user_id, account: self._accounts.credentials_for(user_id, account),
        )
        return Dispatcher(self._registry, self._settings, wallet.resolve)

    def _close_store(self) -> None:
        """Give the accounts file back; it is opened again when it is needed. A store of the host's stays open."""
        close = getattr(self.__dict__.get("_store"), "close", None)
        if close is not None and isinstance(self._stored_in, str | os.PathLike):
            close()

    def _tool_count(self) -> int:
        return len(self._registry.definitions(toolkits=["segment"]))


class SegmentToolkit(_Parts):
    """Sync. Use it as it is, or in a `with` block, which closes its connections."""

    __doc__ = f"{__doc__}\n\n{_Parts.__doc__}"

    def __init__(
        self,
        provider: AnyProvider | None = None,
        *,
        http_client: httpx.Client | None = None,
        transport: httpx.BaseTransport | None = None,
        **options: Any,
    ) -> None:
        super().__init__(provider, **options)
        self._transport = _of_colour(http_client or transport, "close", "SegmentToolkit takes a sync httpx client")
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
    def sandbox(cls, box: Sandbox | None = None, provider: AnyProvider | None = None, **options: Any) -> Self:
        """A toolkit on the local Segment, in this process: no account, no port. `box` is your handle on it."""
        from .sandbox import Sandbox

        box = box or Sandbox()
        return cls(provider, transport=box.transport(), **{**_sandbox_options(box), **options})

    def close(self) -> None:
        """Close the connections. The toolkit can be used again."""
        made, self._made = self._made, None
        if made is not None:
            made.close()
        self._close_store()

    def _engine(self) -> Engine:
        if (made := self._made) is not None:
            return made
        from .engine import Engine
        from .transport.http import Sender

        with self._lock:
            if self._made is None:
                sender = Sender(self._transport, timeout=self._settings.timeout)
                self._made = Engine(self._dispatcher(), sender, self._settings)
            return self._made

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class AsyncSegmentToolkit(_Parts):
    """Async: the same names, awaitable."""

    __doc__ = f"{__doc__}\n\n{_Parts.__doc__}"

    def __init__(
        self,
        provider: AnyProvider | None = None,
        *,
        http_client: httpx.AsyncClient | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        **options: Any,
    ) -> None:
        super().__init__(provider, **options)
        self._transport = _of_colour(
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
    def sandbox(cls, box: Sandbox | None = None, provider: AnyProvider | None = None, **options: Any) -> Self:
        """A toolkit on the local Segment, in this process: no account, no port. `box` is your handle on it."""
        from .sandbox import Sandbox

        box = box or Sandbox()
        return cls(provider, transport=box.async_transport(), **{**_sandbox_options(box), **options})

    async def close(self) -> None:
        """Close the connections. The toolkit can be used again."""
        made, self._made = self._made, None
        if made is not None:
            await made.close()
        self._close_store()

    def _engine(self) -> AsyncEngine:
        if (made := self._made) is not None:
            return made
        from .engine import AsyncEngine
        from .transport.http import AsyncSender

        with self._lock:
            if self._made is None:
                sender = AsyncSender(self._transport, timeout=self._settings.timeout)
                self._made = AsyncEngine(self._dispatcher(), sender, self._settings)
            return self._made

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


def _of_colour(transport: Any, closing: str, wanted: str) -> Any:
    if transport is not None and not hasattr(transport, closing):
        raise TypeError(f"{wanted} or transport, not {type(transport).__name__}")
    return transport


def _default_provider() -> AnyProvider:
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
