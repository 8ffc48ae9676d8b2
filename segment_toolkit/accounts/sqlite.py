"""Accounts in one file, secrets encrypted, safe for several threads and processes.

The file, its log and its key file are mode 0600. Ids, user ids, aliases and statuses are in the clear; tokens, write
keys and regions are not (see `vault` for what that does and does not protect).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from ..credentials import Credentials
from ..errors import InvalidParams
from .account import AuthConfig, AuthConfigStatus, ConnectedAccount, status_named
from .private_files import claim
from .session import Session, Sessions
from .vault import KEY_VARIABLE, Vault, fernet_class, vault_for

if TYPE_CHECKING:
    import sqlite3

_TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    """CREATE TABLE IF NOT EXISTS accounts (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
        auth_config_id TEXT NOT NULL, status TEXT NOT NULL, alias TEXT, created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL, credentials BLOB NOT NULL, UNIQUE (user_id, alias))""",
    """CREATE TABLE IF NOT EXISTS auth_configs (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        status TEXT NOT NULL, created_at TEXT NOT NULL)""",
)
_CHECK = {"this": "key opens the accounts"}
_ACCOUNT_COLUMNS = "id, user_id, auth_config_id, status, alias, created_at, updated_at, credentials"
_PUT_ACCOUNT = f"""INSERT INTO accounts ({_ACCOUNT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, alias = excluded.alias,
    updated_at = excluded.updated_at, credentials = excluded.credentials"""  # noqa: S608 - a constant
_PUT_AUTH_CONFIG = """INSERT INTO auth_configs (id, name, status, created_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status"""


class SqliteStore:
    """An `AccountStore` in the file at `path`, made on first use.

    `secret_key` is a Fernet key; see `vault` for where it comes from otherwise.
    Raises InvalidParams: a file others can read, a wrong or missing key, no `cryptography` package.
    """

    def __init__(self, path: str | os.PathLike[str], *, secret_key: str | None = None) -> None:
        self._path = Path(path).expanduser().absolute()
        self._sessions = Sessions(self._path, _TABLES, holds="accounts")
        fernet_class()  # before a file is made that nothing could be put into
        claim(self._path)
        self._vault = self._opened(secret_key)

    def __repr__(self) -> str:
        return f"<SqliteStore {self._path}>"

    def close(self) -> None:
        """Give the file back; the next use opens it again."""
        self._sessions.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._session().transaction():
            yield

    def get_account(self, account_id: str) -> ConnectedAccount | None:
        rows = self._session().rows("SELECT * FROM accounts WHERE id = ?", account_id)
        return self._account(rows[0]) if rows else None

    def put_account(self, account: ConnectedAccount) -> None:
        sealed = self._vault.seal({"of": [account.id, account.user_id], "credentials": account.credentials.parts()})
        a = account
        self._session().change(
            _PUT_ACCOUNT, a.id, a.user_id, a.auth_config_id, a.status, a.alias, a.created_at, a.updated_at, sealed
        )

    def delete_account(self, account_id: str) -> bool:
        return self._session().change("DELETE FROM accounts WHERE id = ?", account_id) > 0

    def all_accounts(self, user_id: str | None = None) -> list[ConnectedAccount]:
        where, values = ("WHERE user_id = ?", (user_id,)) if user_id is not None else ("", ())
        rows = self._session().rows(f"SELECT * FROM accounts {where} ORDER BY place", *values)  # noqa: S608
        return [self._account(row) for row in rows]

    def get_auth_config(self, auth_config_id: str) -> AuthConfig | None:
        rows = self._session().rows("SELECT * FROM auth_configs WHERE id = ?", auth_config_id)
        return _auth_config(rows[0]) if rows else None

    def put_auth_config(self, auth_config: AuthConfig) -> None:
        a = auth_config
        self._session().change(_PUT_AUTH_CONFIG, a.id, a.name, a.status, a.created_at)

    def delete_auth_config(self, auth_config_id: str) -> bool:
        return self._session().change("DELETE FROM auth_configs WHERE id = ?", auth_config_id) > 0

    def all_auth_configs(self) -> list[AuthConfig]:
        return [_auth_config(row) for row in self._session().rows("SELECT * FROM auth_configs ORDER BY place")]

    def _session(self) -> Session:
        return self._sessions.mine()

    def _opened(self, secret_key: str | None) -> Vault:
        """The vault, once it has shown that it opens this file. Alone, because two processes may make the key."""
        session = self._session()
        try:
            with session.transaction():
                checks = session.rows("SELECT value FROM meta WHERE name = 'check'")
                vault = vault_for(self._path, secret_key, is_new=not checks)
                if not checks:
                    session.change("INSERT INTO meta VALUES ('check', ?)", vault.seal(_CHECK))
                elif vault.unseal(checks[0]["value"]) != _CHECK:
                    hint = f"Give the key it was made with, as {KEY_VARIABLE} or secret_key=."
                    raise InvalidParams(f"The secret key does not open {self._path}.", hint=hint)
        except BaseException:
            self.close()
            raise
        return vault

    def _account(self, row: sqlite3.Row) -> ConnectedAccount:
        sealed = self._vault.unseal(row["credentials"])
        # What was sealed names its account and user: a sealed value copied to another row must not open there.
        if sealed is None or sealed["of"] != [row["id"], row["user_id"]]:
            raise InvalidParams(f"The credentials of account {row['id']} in {self._path} were altered.")
        columns = {name: row[name] for name in ("id", "user_id", "auth_config_id", "alias", "created_at", "updated_at")}
        return ConnectedAccount(
            **columns, status=status_named(row["status"]), credentials=Credentials(**sealed["credentials"])
        )


def _auth_config(row: sqlite3.Row) -> AuthConfig:
    return AuthConfig(
        id=row["id"], name=row["name"], status=cast(AuthConfigStatus, row["status"]), created_at=row["created_at"]
    )
