"""Several threads, several processes, one store."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from account_samples import TOKEN, WRITE_KEY, token_config

from segment_toolkit.accounts import ConnectedAccounts, SqliteStore
from segment_toolkit.errors import SeveralAccounts

WRITER = """
import sys
from segment_toolkit.accounts import ConnectedAccounts, SqliteStore

path, token, who = sys.argv[1:]
store = SqliteStore(path)
accounts = ConnectedAccounts(store)
for turn in range(20):
    config = {"auth_scheme": "API_KEY", "val": {"generic_api_key": token, "region": "us"}}
    accounts.initiate(f"{who}-{turn}", "ac_x", config=config)
    accounts.initiate("shared", "ac_x", config=config, allow_multiple=True)
store.close()
"""


def test_of_many_threads_connecting_one_user_one_wins(accounts: ConnectedAccounts) -> None:
    def connect(_: int) -> str:
        try:
            return accounts.initiate("u1", "ac_x", config=token_config()).status
        except SeveralAccounts:
            return "refused"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(connect, range(64)))

    assert answers.count("ACTIVE") == 1
    assert answers.count("refused") == 63
    assert len(accounts.list()) == 1


def test_changes_of_many_threads_to_one_account_all_stay(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())
    sources = [f"source-{n}" for n in range(40)]

    def add(source: str) -> str:
        return accounts.update(made.id, connection={"write_keys": {source: WRITE_KEY}}).id

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, sources))

    assert sorted(accounts.get(made.id).credentials.write_keys) == sorted(sources)


def test_processes_that_start_at_once_share_one_file_and_one_key(path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(path), TOKEN]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    writers = [subprocess.Popen([*command, f"p{n}"], env=environment) for n in range(3)]
    codes = [writer.wait(timeout=120) for writer in writers]

    store = SqliteStore(path)
    found = ConnectedAccounts(store).list()
    store.close()
    assert codes == [0, 0, 0]
    assert len(found) == 3 * 20 * 2
    assert {account.credentials.public_api_token for account in found} == {TOKEN}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform does not fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # 3.12 warns of forking beside threads
def test_a_forked_child_opens_its_own_session(path: Path) -> None:
    store = SqliteStore(path)
    accounts = ConnectedAccounts(store)
    made = accounts.initiate("u1", "ac_x", config=token_config())
    inherited = store._session()

    child = os.fork()
    if child == 0:
        # No pytest in here: whatever happens, the child must end at once.
        try:
            accounts.update(made.id, alias="from the child")
            os._exit(0 if store._session() is not inherited else 1)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert accounts.get(made.id).alias == "from the child"
    store.close()


def test_exclusive_blocks_nest_and_hold_others_off_until_the_outermost_ends(accounts: ConnectedAccounts) -> None:
    made = accounts.initiate("u1", "ac_x", config=token_config())
    store = accounts._store
    order: list[str] = []

    def disable() -> None:
        accounts.disable(made.id)
        order.append("the other")

    with ThreadPoolExecutor(1) as pool:
        with store.exclusive():
            with store.exclusive():
                other = pool.submit(disable)
                order.append("inner")
            order.append("outer")
        other.result(timeout=30)

    assert order == ["inner", "outer", "the other"]
