"""The toolkits there are: one, Segment; what it offers and what connecting it takes."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any, Literal, overload

from .accounts.auth_configs import AuthConfigs
from .accounts.catalog import CATEGORIES, INITIATION_FIELDS, AuthField, Category, Toolkit, check_toolkit, segment
from .accounts.config import HINT, check_names
from .accounts.connected_accounts import ConnectedAccounts
from .accounts.page import Page, paged
from .accounts.request import AsyncConnectionRequest, ConnectionRequest
from .accounts.threads import in_thread
from .errors import InvalidParams

SortBy = Literal["usage", "alphabetically"]
ManagedBy = Literal["composio", "all", "project"]
_QUERY = ("category", "cursor", "limit", "sort_by", "managed_by")


class Toolkits:
    """Composio's `toolkits`. `count` says how many tools there are when it is asked for."""

    def __init__(self, count: Callable[[], int], accounts: ConnectedAccounts, auth_configs: AuthConfigs) -> None:
        self._count = count
        self._accounts = accounts
        self._auth_configs = auth_configs

    @overload
    def get(self, slug: str, *, query: Mapping[str, Any] | None = None) -> Toolkit: ...

    @overload
    def get(self, slug: None = None, *, query: Mapping[str, Any] | None = None) -> builtins.list[Toolkit]: ...

    def get(
        self, slug: str | None = None, *, query: Mapping[str, Any] | None = None
    ) -> Toolkit | builtins.list[Toolkit]:
        """The toolkit of that slug, in any case; without one, those `query` (as for `list`) finds. InvalidParams."""
        if slug is not None:
            check_toolkit(slug)
            return segment(self._count())
        check_names("query", query or {}, _QUERY)
        return self.list(**(query or {})).items

    def list(
        self,
        *,
        category: str | None = None,
        cursor: str | None = None,
        limit: float | None = None,
        sort_by: SortBy | None = None,
        managed_by: ManagedBy | None = None,
    ) -> Page[Toolkit]:
        """The toolkits of a category (id or name). One toolkit needs no sorting. Raises InvalidParams."""
        _check_word("sort_by", sort_by, ("usage", "alphabetically"))
        _check_word("managed_by", managed_by, ("composio", "all", "project"))
        known = {word for found in CATEGORIES for word in (found.id, found.name)}
        found = [segment(self._count())] if category is None or category.lower() in known else []
        return paged(found, cursor=cursor, limit=limit)

    def list_categories(self) -> tuple[Category, ...]:
        """Every category a toolkit is in."""
        return CATEGORIES

    def authorize(self, *, user_id: str, toolkit: str) -> ConnectionRequest:
        """The connection of a user who has an active account. Raises InvalidParams for any other: a key is needed."""
        check_toolkit(toolkit)
        active = self._accounts.list(user_ids=[user_id], statuses=["ACTIVE"], limit=1).items
        if active:
            return ConnectionRequest(active[0], self._accounts.get)
        configs = self._auth_configs.list(limit=1).items
        config_id = repr(configs[0].id) if configs else "any id of yours"
        raise InvalidParams(
            "Segment has no page on which a user could authorize: call connected_accounts.initiate "
            f"with the user's key and auth_config_id={config_id}.",
            hint=HINT,
        )

    def get_connected_account_initiation_fields(
        self, toolkit: str, auth_scheme: str, required_only: bool = False
    ) -> tuple[AuthField, ...]:
        """What a user is asked for to connect, required fields first. Raises InvalidParams."""
        _check_scheme(toolkit, auth_scheme)
        return tuple(field for field in INITIATION_FIELDS if field.required or not required_only)

    def get_auth_config_creation_fields(
        self,
        toolkit: str,
        auth_scheme: str,
        required_only: bool = False,  # noqa: ARG002 - Composio's signature
    ) -> tuple[AuthField, ...]:
        """What an auth config asks for: nothing, since every user brings a key. Raises InvalidParams."""
        _check_scheme(toolkit, auth_scheme)
        return ()


class AsyncToolkits:
    """`Toolkits`, awaited: same names, arguments, answers and errors."""

    def __init__(self, toolkits: Toolkits) -> None:
        self._toolkits = toolkits

    @overload
    async def get(self, slug: str, *, query: Mapping[str, Any] | None = None) -> Toolkit: ...

    @overload
    async def get(self, slug: None = None, *, query: Mapping[str, Any] | None = None) -> builtins.list[Toolkit]: ...

    async def get(
        self, slug: str | None = None, *, query: Mapping[str, Any] | None = None
    ) -> Toolkit | builtins.list[Toolkit]:
        """As `Toolkits.get`."""
        return self._toolkits.get(slug, query=query)

    async def list(
        self,
        *,
        category: str | None = None,
        cursor: str | None = None,
        limit: float | None = None,
        sort_by: SortBy | None = None,
        managed_by: ManagedBy | None = None,
    ) -> Page[Toolkit]:
        """As `Toolkits.list`."""
        return self._toolkits.list(
            category=category, cursor=cursor, limit=limit, sort_by=sort_by, managed_by=managed_by
        )

    async def list_categories(self) -> tuple[Category, ...]:
        """As `Toolkits.list_categories`."""
        return self._toolkits.list_categories()

    async def authorize(self, *, user_id: str, toolkit: str) -> AsyncConnectionRequest:
        """As `Toolkits.authorize`."""
        return AsyncConnectionRequest(await in_thread(self._toolkits.authorize, user_id=user_id, toolkit=toolkit))

    async def get_connected_account_initiation_fields(
        self, toolkit: str, auth_scheme: str, required_only: bool = False
    ) -> tuple[AuthField, ...]:
        """As `Toolkits.get_connected_account_initiation_fields`."""
        return self._toolkits.get_connected_account_initiation_fields(toolkit, auth_scheme, required_only)

    async def get_auth_config_creation_fields(
        self, toolkit: str, auth_scheme: str, required_only: bool = False
    ) -> tuple[AuthField, ...]:
        """As `Toolkits.get_auth_config_creation_fields`."""
        return self._toolkits.get_auth_config_creation_fields(toolkit, auth_scheme, required_only)


def _check_scheme(toolkit: str, auth_scheme: str) -> None:
    check_toolkit(toolkit)
    _check_word("auth_scheme", auth_scheme, ("API_KEY",))


def _check_word(name: str, word: str | None, allowed: tuple[str, ...]) -> None:
    if word is not None and word not in allowed:
        raise InvalidParams(f"{name} must be {' or '.join(repr(right) for right in allowed)}.")
