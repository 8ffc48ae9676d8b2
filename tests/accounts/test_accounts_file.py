"""The account file: who can read it, what is in it, which key opens it, and what survives."""

from __future__ import annotations

import sqlite3
import stat
import sys
from pathlib import Path

import pytest
from account_samples import OTHER_WRITE_KEY, SECRETS, TOKEN, WRITE_KEY, config, token_config
from cryptography.fernet import Fernet

from segment_toolkit.accounts import ConnectedAccounts, SqliteStore
from segment_toolkit.errors import InvalidParams


def filled(path: Path, secret_key: str | None = None) -> str:
    """A file with one account that holds every kind of secret; its id."""
    store = SqliteStore(path, secret_key=secret_key)
    val = config(public_api_token=TOKEN, write_key=WRITE_KEY, write_keys={"web": OTHER_WRITE_KEY}, region="eu")
    made = ConnectedAccounts(store).initiate("u1", "ac_x", config=val, alias="production")
    store.close()
    return made.id


def test_an_account_survives_reopening(path: Path) -> None:
    account_id = filled(path)

    store = SqliteStore(path)
    account = store.get_account(account_id)
    store.close()

    assert account is not None
    assert (account.user_id, account.alias, account.status) == ("u1", "production", "ACTIVE")
    assert account.credentials.secrets() == SECRETS
    assert account.credentials.region == "eu"


def test_every_file_is_for_its_owner_only(path: Path) -> None:
    store = SqliteStore(path)
    ConnectedAccounts(store).initiate("u1", "ac_x", config=token_config())

    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    store.close()

    assert {path.name, f"{path.name}.key", f"{path.name}-wal"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def test_no_secret_is_in_any_file_while_in_use_or_after(path: Path) -> None:
    store = SqliteStore(path)
    accounts = ConnectedAccounts(store)
    made = accounts.initiate("u1", "ac_x", config=config(generic_api_key=TOKEN, write_keys={"web": OTHER_WRITE_KEY}))
    accounts.update(made.id, connection={"write_key": WRITE_KEY})

    in_use = b"".join(file.read_bytes() for file in path.parent.iterdir())
    accounts.delete(made.id)
    store.close()
    after = b"".join(file.read_bytes() for file in path.parent.iterdir())

    assert made.id.encode() in in_use
    assert not [secret for secret in SECRETS if secret.encode() in in_use + after]


def test_a_deleted_accounts_encrypted_secrets_leave_the_file_too(path: Path) -> None:
    account_id = filled(path)
    reader = sqlite3.connect(path)
    [(sealed,)] = reader.execute("SELECT credentials FROM accounts").fetchall()
    reader.close()
    store = SqliteStore(path)

    store.delete_account(account_id)
    store.close()

    assert sealed not in path.read_bytes()


@pytest.mark.parametrize("suffix", ["", ".key"], ids=["the database", "the key file"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(path: Path, suffix: str, mode: int) -> None:
    filled(path)
    file = path.with_name(path.name + suffix)
    file.chmod(mode)

    with pytest.raises(InvalidParams, match="open to other users") as raised:
        SqliteStore(path)

    assert raised.value.hint == f"Run: chmod 600 {file}"


def test_a_key_of_the_hosts_own_leaves_no_key_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Fernet.generate_key().decode()
    account_id = filled(path, secret_key=key)
    monkeypatch.setenv("SEGMENT_TOOLKIT_SECRET_KEY", key)

    store = SqliteStore(path)
    account = store.get_account(account_id)
    store.close()

    assert account is not None
    assert account.credentials.public_api_token == TOKEN
    assert not path.with_name(f"{path.name}.key").exists()


@pytest.mark.parametrize(
    ("key", "says"),
    [
        pytest.param(Fernet.generate_key().decode(), "does not open", id="another key"),
        pytest.param("correct horse battery staple", "not a Fernet key", id="no key at all"),
        pytest.param("pässwörd", "not a Fernet key", id="not ASCII"),
    ],
)
def test_a_wrong_key_is_named_but_not_quoted(path: Path, key: str, says: str) -> None:
    filled(path)

    with pytest.raises(InvalidParams, match=says) as raised:
        SqliteStore(path, secret_key=key)

    assert key not in raised.value.text


def test_a_lost_key_file_is_missed_and_not_replaced(path: Path) -> None:
    filled(path)
    key_file = path.with_name(f"{path.name}.key")
    key_file.unlink()

    with pytest.raises(InvalidParams, match="is missing"):
        SqliteStore(path)

    assert not key_file.exists()


def test_credentials_copied_to_another_users_row_do_not_open(path: Path) -> None:
    filled(path)
    store = SqliteStore(path)
    theirs = ConnectedAccounts(store).initiate("u2", "ac_x", config=token_config())
    with sqlite3.connect(path) as attacker:
        attacker.execute("UPDATE accounts SET credentials = (SELECT credentials FROM accounts WHERE user_id = 'u1')")
    attacker.close()

    with pytest.raises(InvalidParams, match="were altered"):
        store.get_account(theirs.id)

    store.close()


@pytest.mark.parametrize("content", [b"not a database, but quite long enough to look at" * 100], ids=["text"])
def test_a_file_of_another_kind_is_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(InvalidParams, match="is not a database"):
        SqliteStore(path)

    assert path.read_bytes() == content


def test_a_path_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="Cannot create"):
        SqliteStore(tmp_path / "no" / "such" / "folder.db")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidParams, match="not a regular file"):
        SqliteStore(tmp_path)


def test_a_missing_package_is_named_and_no_file_made(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.fernet", None)

    with pytest.raises(InvalidParams, match=r'pip install "segment-agent-toolkit\[accounts\]"'):
        SqliteStore(path)

    assert not path.exists()


def test_a_failed_block_leaves_nothing_behind(path: Path) -> None:
    account_id = filled(path)
    store = SqliteStore(path)

    def delete_then_fail() -> None:
        with store.exclusive():
            store.delete_account(account_id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        delete_then_fail()

    assert store.get_account(account_id) is not None
    store.close()


def test_a_closed_store_opens_again_when_used(path: Path) -> None:
    account_id = filled(path)
    store = SqliteStore(path)
    store.close()

    account = store.get_account(account_id)

    store.close()
    assert account is not None
