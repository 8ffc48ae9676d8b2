"""Approvals that several processes share: refused in one worker, granted in another, run once by a third."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from segment_toolkit import Approvals, PendingApproval, Policy, SegmentToolkit
from segment_toolkit.approvals.desk import MOST_OF_A_USER
from segment_toolkit.errors import InvalidParams, NotPermitted
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving
from tests.approvals.approval_samples import DELETE, IDLE, IN_USE, REMOVE_KEY, UPDATE, code, use, writes

WORKER = Path(__file__).with_name("approval_worker.py")
#: Redeems a token when it is told to; says what became of it.
REDEEMER = """
import sys
from segment_toolkit.approvals import Approvals
from segment_toolkit.errors import NotPermitted

approvals = Approvals(path=sys.argv[1])
call = approvals.digest("a call")
print("ready", flush=True)
sys.stdin.readline()
try:
    print(approvals.take(sys.argv[2], call, override=False, override_needed=""))
except NotPermitted as error:
    print(error.message)
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SEGMENT_TOOLKIT_SECRET_KEY", raising=False)
    return tmp_path / "approvals.db"


@pytest.fixture
def approvals(path: Path) -> Approvals:
    return Approvals(path=path)


def toolkit_with(box: Sandbox, approvals: Approvals) -> SegmentToolkit:
    return SegmentToolkit.sandbox(box, approve=None, approvals=approvals, policy=Policy(approve=(UPDATE,)))


def waits(approvals: Approvals, text: str = "a call", user_id: str | None = "u1") -> PendingApproval:
    """A call of this text, waiting."""
    asked = PendingApproval("", "SOME_TOOL", "Some Tool", {"a": text}, user_id, {"method": "DELETE"})
    return approvals.wait(approvals.digest(text), asked, asked.arguments)


class Worker:
    """A running `approval_worker`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, name: str, *given: Any) -> Any:
        self.tell(name, *given)
        return self.answer()

    def tell(self, name: str, *given: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([name, given]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *command], stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()


@pytest.fixture
def workers(box: Sandbox, path: Path) -> Iterator[Callable[[int], list[Worker]]]:
    with ExitStack() as stack:
        url = stack.enter_context(serving(box))

        def start(count: int) -> list[Worker]:
            command = (str(WORKER), str(path), url, box.token)
            return [Worker(stack.enter_context(running(*command))) for _ in range(count)]

        yield start


def test_what_one_worker_refused_another_grants_and_a_third_runs_once(
    workers: Callable[[int], list[Worker]], box: Sandbox
) -> None:
    refusing, granting, *racing = workers(4)
    arguments = {"sourceId": box.sources[IDLE]}

    refused = refusing.ask("call", DELETE, arguments)
    listed = granting.ask("pending")
    granting.ask("grant", listed[0]["token"])
    for worker in racing:
        worker.tell("call", DELETE, arguments)
    outcomes = sorted(worker.answer()["successful"] for worker in racing)

    assert [found["token"] for found in listed] == [refused["token"]]
    assert listed[0]["affects"]["source"]["slug"] == IDLE
    assert outcomes == [False, True]
    assert writes(box) == [f"DELETE /sources/{arguments['sourceId']}"]


def test_a_token_that_one_worker_gave_out_is_good_and_used_up_in_another(
    workers: Callable[[int], list[Worker]], box: Sandbox
) -> None:
    one, other = workers(2)
    arguments = {"sourceId": box.sources[IDLE]}
    token = one.ask("call", DELETE, arguments)["token"]

    again = other.ask("call", DELETE, arguments)
    used = other.ask("call", DELETE, arguments, token)
    replayed = one.ask("call", DELETE, arguments, token)

    assert again["token"] == token
    assert (used["successful"], replayed["successful"]) == (True, False)
    assert "was used before" in replayed["error"]


def test_of_twenty_processes_that_redeem_one_token_at_once_one_succeeds(path: Path, approvals: Approvals) -> None:
    token = waits(approvals).token

    with ExitStack() as stack:
        made = [stack.enter_context(running("-c", REDEEMER, str(path), token)) for _ in range(20)]
        ready = [process.stdout.readline() for process in made if process.stdout]
        for process in made:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        outcomes = [process.stdout.readline().strip() for process in made if process.stdout]

    assert ready == ["ready\n"] * 20
    assert sorted(outcomes) == ["The approval token was used before; nothing was done."] * 19 + ["token"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize(("in_file", "exit_code"), [(True, 0), (False, 1)], ids=["in a file", "in memory"])
def test_a_forked_child_redeems_a_token_of_a_file_and_none_of_its_parents_memory(
    path: Path, in_file: bool, exit_code: int
) -> None:
    approvals = Approvals(path=path) if in_file else Approvals()
    token = waits(approvals).token
    call = approvals.digest("a call")

    child = os.fork()
    if child == 0:
        # No pytest in here: whatever happens, the child must end at once.
        try:
            os._exit(0 if approvals.take(token, call, override=False, override_needed="") == "token" else 2)
        except NotPermitted:
            os._exit(1)
        finally:
            os._exit(3)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == exit_code
    if in_file:
        with pytest.raises(NotPermitted, match="was used before"):
            approvals.check(token, call)
    else:
        approvals.check(token, call)


def test_the_file_holds_no_token_and_no_secret(box: Sandbox, path: Path, approvals: Approvals) -> None:
    toolkit = toolkit_with(box, approvals)
    strange = "Zq8" * 10 + "Zq"  # of a write key's form, and none that the toolkit knows

    removed = toolkit.tools.execute(REMOVE_KEY, {"sourceId": box.sources[IN_USE], "writeKey": box.write_key})
    other = toolkit.tools.execute(REMOVE_KEY, {"sourceId": box.sources[IN_USE], "writeKey": strange})
    settings = {"sourceId": box.sources[IDLE], "settings": {"apiSecret": "hunter2-hunter2", "note": box.token}}
    updated = toolkit.tools.execute(UPDATE, settings)
    approvals.grant(str(updated.approval and updated.approval.token))

    kept = b"".join(file.read_bytes() for file in path.parent.iterdir() if file.suffix != ".key")
    key = path.with_name("approvals.db.key").read_bytes()
    tokens = [str(envelope.approval and envelope.approval.token) for envelope in (removed, other, updated)]
    for secret in (*tokens, *(token[16:] for token in tokens), box.token, box.write_key, strange, "hunter2-hunter2"):
        assert secret.encode() not in kept
    assert key not in kept
    assert IN_USE.encode() in kept


def test_who_lists_in_another_process_sees_the_arguments_without_secrets(box: Sandbox, approvals: Approvals) -> None:
    arguments = {"sourceId": box.sources[IN_USE], "writeKey": box.write_key}

    envelope = toolkit_with(box, approvals).tools.execute(REMOVE_KEY, arguments)
    [listed] = approvals.pending()

    assert envelope.approval is not None
    assert dict(envelope.approval.arguments) == arguments
    assert listed.token == envelope.approval.token
    assert listed.arguments["sourceId"] == arguments["sourceId"]
    assert box.write_key not in str(listed.arguments)


@pytest.mark.skipif(os.name != "posix", reason="mode bits mean nothing elsewhere")
def test_the_file_and_what_is_beside_it_are_the_owners_alone(path: Path, approvals: Approvals) -> None:
    waits(approvals)

    modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}

    assert set(modes.values()) == {0o600}
    assert {"approvals.db", "approvals.db.key"} <= set(modes)


@pytest.mark.skipif(os.name != "posix", reason="mode bits mean nothing elsewhere")
@pytest.mark.parametrize("name", ["approvals.db", "approvals.db.key"])
def test_a_file_that_others_can_open_is_refused(path: Path, approvals: Approvals, name: str) -> None:
    waits(approvals)
    path.with_name(name).chmod(0o640)

    with pytest.raises(InvalidParams, match="open to other users"):
        Approvals(path=path)


def test_another_key_opens_no_file_and_a_key_of_the_hosts_own_leaves_no_key_file(path: Path) -> None:
    Approvals(path=path, secret_key="the host's own")

    with pytest.raises(InvalidParams, match="secret key is not that of"):
        Approvals(path=path, secret_key="another")
    assert [file.name for file in path.parent.iterdir() if file.suffix == ".key"] == []


@pytest.mark.parametrize("first", ["accounts", "approvals"])
def test_the_file_may_be_that_of_the_accounts(path: Path, first: str) -> None:
    pytest.importorskip("cryptography")
    from segment_toolkit.accounts import SqliteStore

    approvals = Approvals(path=path) if first == "approvals" else None
    store = SqliteStore(path)
    approvals = approvals or Approvals(path=path)
    token = waits(approvals).token

    again = SqliteStore(path)
    assert again.all_accounts() == []
    assert [found.token for found in Approvals(path=path).pending()] == [token]
    store.close()
    again.close()


def test_a_file_that_is_something_else_is_refused(path: Path) -> None:
    path.write_text("no database, but a text that is long enough to be looked at" * 20)
    path.chmod(0o600)

    with pytest.raises(InvalidParams, match="is not a database of approvals"):
        Approvals(path=path)


def test_a_call_whose_file_was_lost_is_refused_and_says_so(box: Sandbox, path: Path, approvals: Approvals) -> None:
    toolkit = toolkit_with(box, approvals)
    waits(approvals)
    for file in list(path.parent.iterdir()):
        file.write_bytes(b"overwritten by somebody" * 500)

    envelope = toolkit.tools.execute(DELETE, {"sourceId": box.sources[IDLE]})

    assert not envelope.successful
    assert "file of approvals cannot be used" in str(envelope.error)
    assert writes(box) == []


def test_tokens_of_a_file_expire_grants_too(path: Path) -> None:
    now = [0.0]
    approvals = Approvals(path=path, seconds=60, clock=lambda: now[0])
    waiting, granted = waits(approvals, "one").token, waits(approvals, "two").token
    now[0] = 30.0
    approvals.grant(granted)

    now[0] = 60.0
    listed = approvals.pending()
    approvals.check(granted, approvals.digest("two"))
    now[0] = 90.0

    assert listed == []
    for token, text in ((waiting, "one"), (granted, "two")):
        with pytest.raises(NotPermitted, match="has expired"):
            approvals.check(token, approvals.digest(text))


def test_what_waits_outlives_the_process_that_refused_it_and_the_closing_of_the_file(path: Path) -> None:
    first = Approvals(path=path)
    token = waits(first).token

    first.close()

    assert [found.token for found in Approvals(path=path).pending()] == [token]
    assert [found.token for found in first.pending()] == [token]


def test_an_override_is_kept_in_the_file_too(box: Sandbox, approvals: Approvals) -> None:
    toolkit, arguments = toolkit_with(box, approvals), {"sourceId": box.sources[IN_USE]}
    approval = toolkit.tools.execute(DELETE, arguments, user_id="u1").approval
    assert approval is not None

    approvals.grant(approval.token)
    plain = toolkit.tools.execute(DELETE, arguments, user_id="u1")
    approvals.grant(approval.token, override=True)
    overridden = toolkit.tools.execute(DELETE, arguments, user_id="u1")

    assert approval.override_needed
    assert "override" in str(plain.error)
    assert overridden.successful


def test_one_user_cannot_push_out_what_waits_for_another_in_a_file(approvals: Approvals) -> None:
    kept = waits(approvals, "kept", "quiet").token

    pushed, *_ = [waits(approvals, f"call {number}", "noisy").token for number in range(MOST_OF_A_USER + 3)]

    assert len(approvals.pending()) == MOST_OF_A_USER + 1
    approvals.check(kept, approvals.digest("kept"))
    with pytest.raises(InvalidParams, match="was pushed out by newer ones"):
        approvals.grant(pushed)


def test_hostile_texts_go_through_the_file_unchanged(approvals: Approvals) -> None:
    for text in ("\ud800", "\x00", "'; DROP TABLE approvals; --", "é\u202e", "1e400"):
        waits(approvals, text, user_id=text)

    assert [found.user_id for found in approvals.pending()] == [found.arguments["a"] for found in approvals.pending()]


@pytest.mark.parametrize("in_file", [True, False], ids=["in a file", "in memory"])
def test_a_grant_that_is_not_enough_shows_the_host_what_the_call_waits_under(
    box: Sandbox, path: Path, in_file: bool
) -> None:
    approvals = Approvals(path=path) if in_file else Approvals()
    toolkit, arguments = toolkit_with(box, approvals), {"sourceId": box.sources[IDLE]}
    first = toolkit.tools.execute(DELETE, arguments, user_id="u1").approval
    assert first is not None
    approvals.grant(first.token)
    use(box, IDLE)

    refused = toolkit.tools.execute(DELETE, arguments, user_id="u1")

    assert code(refused) == "refused"
    assert refused.approval is not None
    assert refused.approval.token == first.token
    assert refused.approval.override_needed


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf"), "60", None], ids=repr)
def test_seconds_that_are_no_time_are_refused(seconds: Any) -> None:
    with pytest.raises(InvalidParams, match="seconds must be a number"):
        Approvals(seconds=seconds)
