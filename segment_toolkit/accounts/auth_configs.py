"""Auth configs: how an application's users connect. Segment has one way, so a config is hardly more than a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import AccountNotFound, InvalidParams
from .account import API_KEY, AuthConfig, Deleted, new_id, now
from .catalog import check_toolkit
from .config import check_names
from .page import Page, paged
from .store import AccountStore
from .texts import is_text, text_named
from .threads import in_thread

_QUERY = ("toolkit_slug", "search", "show_disabled", "is_composio_managed", "cursor", "limit")
_OPTIONS_HINT = 'Expected: options={"type": "use_custom_auth", "auth_scheme": "API_KEY", "name": "..."}.'
_UPDATE_HINT = 'Expected: options={"type": "custom", "name": "..."}.'


class AuthConfigs:
    """Composio's `auth_configs`, kept in `store`. A config that was never created here is made on first use."""

    def __init__(self, store: AccountStore) -> None:
        self._store = store

    def list(self, **query: Any) -> Page[AuthConfig]:
        """Auth configs, newest first. Raises InvalidParams.

        The query: toolkit_slug, search (in the name), show_disabled (default False), is_composio_managed,
        cursor, limit.
        """
        check_names("auth_configs.list", query, _QUERY)
        found = [config for config in reversed(self._store.all_auth_configs()) if _matches(config, query)]
        return paged(found, cursor=query.get("cursor"), limit=query.get("limit"))

    def create(self, toolkit: str, options: Mapping[str, Any]) -> AuthConfig:
        """A new auth config. `options`: type, auth_scheme, name; no credentials. Raises InvalidParams."""
        check_toolkit(toolkit)
        check_names("options", options, ("type", "auth_scheme", "name", "credentials"), _OPTIONS_HINT)
        if options.get("type", "use_custom_auth") != "use_custom_auth":
            raise InvalidParams("Nobody manages Segment's authentication for you: type must be 'use_custom_auth'.")
        if options.get("auth_scheme", API_KEY) != API_KEY:
            raise InvalidParams("Segment has one auth scheme: auth_scheme must be 'API_KEY'.", hint=_OPTIONS_HINT)
        _refuse_credentials(options)
        config = AuthConfig(id=new_id("ac"), name=text_named("name", options.get("name", "Segment")), created_at=now())
        self._store.put_auth_config(config)
        return config

    def get(self, nanoid: str) -> AuthConfig:
        """The auth config. Raises AccountNotFound."""
        config = self._store.get_auth_config(nanoid) if is_text(nanoid) else None
        if config is None:
            raise AccountNotFound("No auth config has that id.", hint="auth_configs.list() shows those there are.")
        return config

    def update(self, nanoid: str, *, options: Mapping[str, Any]) -> AuthConfig:
        """Rename it: `options` is `{"type": "custom", "name": "..."}`. Raises AccountNotFound, InvalidParams."""
        check_names("options", options, ("type", "name", "credentials"), _UPDATE_HINT)
        if options.get("type", "custom") not in ("custom", "default"):
            raise InvalidParams("type must be 'custom' or 'default'.", hint=_UPDATE_HINT)
        _refuse_credentials(options)
        return self._changed(nanoid, **({"name": text_named("name", options["name"])} if "name" in options else {}))

    def delete(self, nanoid: str) -> Deleted:
        """Forget it. Its accounts stay and keep working. Raises AccountNotFound."""
        with self._store.exclusive():
            self.get(nanoid)
            self._store.delete_auth_config(nanoid)
        return Deleted(nanoid)

    def enable(self, nanoid: str) -> AuthConfig:
        """Allow new accounts again. Raises AccountNotFound."""
        return self._changed(nanoid, status="ENABLED")

    def disable(self, nanoid: str) -> AuthConfig:
        """Refuse new accounts; those it has keep working. Raises AccountNotFound."""
        return self._changed(nanoid, status="DISABLED")

    def _changed(self, nanoid: str, **changes: Any) -> AuthConfig:
        with self._store.exclusive():
            config = replace(self.get(nanoid), **changes)
            self._store.put_auth_config(config)
        return config


class AsyncAuthConfigs:
    """`AuthConfigs`, awaited: same names, arguments, answers and errors."""

    def __init__(self, auth_configs: AuthConfigs) -> None:
        self._auth_configs = auth_configs

    async def list(self, **query: Any) -> Page[AuthConfig]:
        """As `AuthConfigs.list`."""
        return await in_thread(self._auth_configs.list, **query)

    async def create(self, toolkit: str, options: Mapping[str, Any]) -> AuthConfig:
        """As `AuthConfigs.create`."""
        return await in_thread(self._auth_configs.create, toolkit, options)

    async def get(self, nanoid: str) -> AuthConfig:
        """As `AuthConfigs.get`."""
        return await in_thread(self._auth_configs.get, nanoid)

    async def update(self, nanoid: str, *, options: Mapping[str, Any]) -> AuthConfig:
        """As `AuthConfigs.update`."""
        return await in_thread(self._auth_configs.update, nanoid, options=options)

    async def delete(self, nanoid: str) -> Deleted:
        """As `AuthConfigs.delete`."""
        return await in_thread(self._auth_configs.delete, nanoid)

    async def enable(self, nanoid: str) -> AuthConfig:
        """As `AuthConfigs.enable`."""
        return await in_thread(self._auth_configs.enable, nanoid)

    async def disable(self, nanoid: str) -> AuthConfig:
        """As `AuthConfigs.disable`."""
        return await in_thread(self._auth_configs.disable, nanoid)


def registered(store: AccountStore, auth_config_id: str) -> AuthConfig:
    """The auth config of that id, made when unknown: hosts bring ids that were made elsewhere.

    Raises InvalidParams when it is disabled.
    """
    config = store.get_auth_config(auth_config_id)
    if config is None:
        config = AuthConfig(id=auth_config_id, name="Segment", created_at=now())
        store.put_auth_config(config)
    if not config.enabled:
        raise InvalidParams("That auth config is disabled.", hint="Switch it on with auth_configs.enable.")
    return config


def _matches(config: AuthConfig, query: Mapping[str, Any]) -> bool:
    slug, search = query.get("toolkit_slug"), query.get("search")
    return (
        (slug is None or str(slug).lower() == config.toolkit.slug)
        and (search is None or str(search).lower() in config.name.lower())
        and (config.enabled or bool(query.get("show_disabled")))
        and not query.get("is_composio_managed")
    )


def _refuse_credentials(options: Mapping[str, Any]) -> None:
    if options.get("credentials"):
        hint = "Give each user's own key to connected_accounts.initiate."
        raise InvalidParams("A Segment auth config takes no credentials.", hint=hint)
