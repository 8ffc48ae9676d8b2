"""What a toolkit is made of, sync or async: options, registry, accounts, approvals, and the way to a call.

Everything that a call needs is made at the first call, once for each toolkit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .options import check_options
from .registry import Registry
from .reliability.processes import ProcessLock
from .settings import Settings, taken_from

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from .accounts.auth_configs import AuthConfigs
    from .accounts.connected_accounts import ConnectedAccounts
    from .accounts.store import AccountStore
    from .approvals import Approvals
    from .call.authority import Authority
    from .call.dispatcher import Dispatcher
    from .call.wallet import Wallet
    from .credentials import Credentials
    from .observe.stats import Stats
    from .observe.watch import Watch
    from .policy.scopes import RunScope
    from .providers.base import AnyProvider
    from .reliability.renewal import AsyncProvided, CredentialsOf, Provided
    from .toolkits import Toolkits

_OPTIONS = frozenset({
    "provider", "api_key", "region", "public_api_token", "write_key", "write_keys", "public_api_url", "tracking_url",
    "legacy_url", "accounts", "credentials", "http_client", "transport", "environ",
}) | set(Settings._fields)  # fmt: skip


class Parts:
    """What both toolkits have: provider, registry, accounts, and the way to a call's credentials.

    Args, all optional and keyword-only but `provider`:
        provider: how tools and results look; OpenAI chat completions by default.
        api_key: a Segment secret, filed by its form; a Composio key is ignored.
        region: "us" or "eu". Never guessed.
        public_api_token, write_key, write_keys: secrets; `write_keys` maps source names to keys.
        public_api_url, tracking_url, legacy_url: other hosts than Segment's; https, or http to loopback.
        accounts: path of a SQLite file for connected accounts (secrets encrypted); in memory by default.
        credentials: a function of (user_id, connected_account_id) that returns a user's credentials by name, or None;
            kept for that user, and called again once when Segment answers 401 to them.
        approve, approvals, policy, preview, reveal_secrets, timeout, concurrency, reliability, audit, observers,
            opentelemetry, preflight, verify: see `Settings`.
        http_client: an httpx client of the host's; transport: an httpx transport. Neither is closed.
        environ: where SEGMENT_* variables are read; the process's by default.

    Raises InvalidParams for a value that cannot be right, TypeError for one of another kind and for an unknown option.
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
        credentials: CredentialsOf | None = None,
        environ: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        self._settings = taken_from(options)
        check_options(accounts, options, _OPTIONS)
        given = {
            "api_key": api_key,
            "region": region,
            "public_api_token": public_api_token,
            "write_key": write_key,
            "write_keys": write_keys,
            "public_api_url": public_api_url,
            "tracking_url": tracking_url,
            "legacy_url": legacy_url,
        }
        #: What is kept of them is names and `Credentials`: `vars` of a toolkit shows no secret.
        self._given = tuple(name for name, value in given.items() if value is not None)
        self._explicit = _explicit(given) if self._given else None
        if not (credentials is None or callable(credentials)):
            raise TypeError("credentials must be a function of the user's id and the account's")
        self._stored_in, self._environ = accounts, environ
        self._credentials_of = credentials
        self._lock = ProcessLock()
        self._registry = Registry(self._settings.policy)
        self._provider = _usable(provider)

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
        from .definitions.definition import fingerprint

        return fingerprint(self._registry.definitions(tools=tools, toolkits=toolkits, tags=tags))

    def stats(self) -> Stats:
        """How many calls there were since this toolkit was made, how they ended, and how long they took."""
        return self._watch.stats()

    @cached_property
    def _watch(self) -> Watch:
        from .observe.watch import Watch

        with self._lock:  # two threads must not count apart
            if "_watch" not in self.__dict__:
                self.__dict__["_watch"] = Watch(self._registry, self._settings)
            return self.__dict__["_watch"]  # type: ignore[no-any-return]

    @property
    def approvals(self) -> Approvals:
        """Calls that were refused for want of an approval, to grant or deny."""
        return self._desk

    def policy_scope(self) -> AbstractContextManager[RunScope]:
        """`with toolkit.policy_scope():` makes the calls in its block one run, for the caps that count by run."""
        from .policy.scopes import policy_scope

        return policy_scope()

    @cached_property
    def _desk(self) -> Approvals:
        from .approvals.desk import Approvals

        with self._lock:
            given = self._settings.approvals
            return self.__dict__.setdefault("_desk", Approvals() if given is None else given)  # type: ignore[no-any-return]

    @cached_property
    def _authority(self) -> Authority:
        """Lives as long as the toolkit: closing its connections does not set a counter back."""
        from .call.authority import Authority

        with self._lock:
            return self.__dict__.setdefault("_authority", Authority(self._settings, self._desk))  # type: ignore[no-any-return]

    @cached_property
    def _store(self) -> AccountStore:
        from .accounts.store import store_of

        with self._lock:  # two threads must not get two stores
            if "_store" not in self.__dict__:
                self.__dict__["_store"] = store_of(self._stored_in)
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

    def _wallet(self, provided: type[Provided] | type[AsyncProvided]) -> Wallet:
        from .call.wallet import Wallet, environment_credentials

        return Wallet(
            self._explicit,
            environment=lambda: environment_credentials(self._environ),
            account=lambda user_id, account: self._accounts.credentials_for(user_id, account),
            provided=provided(self._credentials_of) if self._credentials_of is not None else None,
        )

    def _dispatcher(self, wallet: Wallet) -> Dispatcher:
        from .call.dispatcher import Dispatcher

        return Dispatcher(self._registry, self._settings, self._authority, wallet.resolve, self._watch)

    def _close_store(self) -> None:
        """Give the files back; they are opened again when they are needed. A store of the host's stays open."""
        if self._settings.audit is not None:
            self._settings.audit.close()
        close = getattr(self.__dict__.get("_store"), "close", None)
        if close is not None and isinstance(self._stored_in, str | os.PathLike):
            close()

    def _tool_count(self) -> int:
        return len(self._registry.definitions(toolkits=["segment"]))


def _explicit(given: Mapping[str, Any]) -> Credentials:
    """The constructor's credentials. What knows about them is loaded only where there are some."""
    from .call.wallet import explicit_credentials

    return explicit_credentials(given)


def _usable(provider: AnyProvider | None) -> AnyProvider:
    if provider is None:
        from .providers.openai import OpenAIProvider

        return OpenAIProvider()
    from .providers.base import AgenticProvider, Provider

    if isinstance(provider, Provider | AgenticProvider):
        return provider
    kind = provider if isinstance(provider, type) else type(provider)
    given = f"{'the class' if kind is provider else 'of the class'} {kind.__module__}.{kind.__qualname__}"
    raise TypeError(f"provider is {given}; give one of segment_toolkit.providers, as in provider=AnthropicProvider()")
