"""Accounts over each store: what holds of one must hold of the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segment_toolkit.accounts import AccountStore, AuthConfigs, ConnectedAccounts, MemoryStore, SqliteStore


@pytest.fixture(autouse=True)
def no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEGMENT_TOOLKIT_SECRET_KEY", raising=False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accounts.db"


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, path: Path) -> Iterator[AccountStore]:
    if request.param == "memory":
        yield MemoryStore()
        return
    sqlite = SqliteStore(path)
    yield sqlite
    sqlite.close()


@pytest.fixture
def accounts(store: AccountStore) -> ConnectedAccounts:
    return ConnectedAccounts(store)


@pytest.fixture
def auth_configs(store: AccountStore) -> AuthConfigs:
    return AuthConfigs(store)
