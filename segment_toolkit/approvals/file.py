"""Cases in one SQLite file, for all processes that open it with the same key.

The file, its log and its key file are mode 0600; it may be the accounts' file. In it are the previews and the arguments
of what waits, secrets cut out. Tokens are made from a case's id with a key that is not in it; see `accounts.vault` for
where the key is.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..accounts.private_files import claim
from ..accounts.session import Sessions
from ..accounts.vault import KEY_VARIABLE, key_for
from ..errors import InvalidParams, Misconfigured
from .approval import PendingApproval
from .cases import MOST_OVER, Case

if TYPE_CHECKING:
    import sqlite3

_TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    """CREATE TABLE IF NOT EXISTS approvals (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, call BLOB NOT NULL, expires REAL NOT NULL,
        granted INTEGER NOT NULL, override INTEGER NOT NULL, shown TEXT NOT NULL, fate TEXT)""",
    "CREATE INDEX IF NOT EXISTS approvals_by_time ON approvals (fate, expires)",
)
_PUT = """INSERT INTO approvals (id, call, expires, granted, override, shown) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE SET expires = excluded.expires, granted = excluded.granted,
    override = excluded.override, shown = excluded.shown"""
_END = "UPDATE approvals SET fate = ?, call = x'', shown = '' WHERE fate IS NULL AND"
_FORGET = f"""DELETE FROM approvals WHERE fate IS NOT NULL AND place NOT IN
    (SELECT place FROM approvals WHERE fate IS NOT NULL ORDER BY place DESC LIMIT {MOST_OVER})"""  # noqa: S608
_FIND = "SELECT * FROM approvals WHERE fate IS NULL"


class FileCases:
    """Raises InvalidParams for a file that others can read, or that was made with another key."""

    def __init__(self, path: str | os.PathLike[str], *, secret_key: str | None = None) -> None:
        self._path = Path(path).expanduser().absolute()
        claim(self._path)
        self._sessions = Sessions(self._path, _TABLES, holds="approvals")
        self.secret = self._opened(secret_key)

    def __repr__(self) -> str:
        return str(self._path)

    def __del__(self) -> None:
        with suppress(Exception):  # at the end of the process nothing may be left to close with
            self.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Raises Misconfigured for a file that cannot be used."""
        import sqlite3

        try:
            with self._sessions.mine().transaction():
                yield
        except sqlite3.Error as error:
            raise Misconfigured(
                f"The file of approvals cannot be used ({error}); nothing was done.", hint="The host must mend it."
            ) from None

    def close(self) -> None:
        self._sessions.close()

    def get(self, case_id: str) -> Case | None:
        return next(iter(self._found("AND id = ?", case_id)), None)

    def of_call(self, call: bytes) -> list[Case]:
        return self._found("AND call = ? ORDER BY place", call)

    def all(self) -> list[Case]:
        return self._found("ORDER BY place")

    def put(self, case: Case) -> None:
        shown = json.dumps({**vars(case.approval), "arguments": case.shown}, default=str)
        self._change(_PUT, case.id, case.call, case.expires, case.granted, case.override, shown)

    def end(self, case_id: str, fate: str) -> None:
        self._change(f"{_END} id = ?", fate, case_id)
        self._change(_FORGET)

    def expire(self, now: float) -> None:
        if self._change(f"{_END} expires <= ?", "has expired", now):
            self._change(_FORGET)

    def fate(self, case_id: str) -> str | None:
        rows = self._sessions.mine().rows("SELECT fate FROM approvals WHERE id = ?", case_id)
        return rows[0]["fate"] if rows else None

    def _found(self, where: str, *values: Any) -> list[Case]:
        return [_case(row) for row in self._sessions.mine().rows(f"{_FIND} {where}", *values)]

    def _change(self, statement: str, *values: Any) -> int:
        return self._sessions.mine().change(statement, *values)

    def _opened(self, secret_key: str | None) -> bytes:
        """The secret, once it is known to be the one that this file was made with."""
        session = self._sessions.mine()
        try:
            with session.transaction():
                checks = session.rows("SELECT value FROM meta WHERE name = 'approvals'")
                key = key_for(self._path, secret_key, is_new=not checks, make=_new_key)
                secret, check = (hmac.digest(key, use, "sha256") for use in (b"approvals", b"approvals: check"))
                if not checks:
                    session.change("INSERT INTO meta VALUES ('approvals', ?)", check)
                elif not hmac.compare_digest(checks[0]["value"], check):
                    hint = f"Give the key it was made with, as {KEY_VARIABLE} or secret_key=, or delete the file."
                    raise InvalidParams(f"The secret key is not that of {self._path}.", hint=hint)
        except BaseException:
            self.close()
            raise
        return secret


def _new_key() -> bytes:
    """In the form of an accounts file's key: both may be in one file."""
    return urlsafe_b64encode(secrets.token_bytes(32))


def _case(row: sqlite3.Row) -> Case:
    approval = PendingApproval(**json.loads(row["shown"]))
    granted, override = bool(row["granted"]), bool(row["override"])
    return Case(row["id"], row["call"], approval, approval.arguments, row["expires"], granted, override)
