"""What a host holds, catches and prints leads to no secret: objects, pickles, exceptions, the command line."""

from __future__ import annotations

import asyncio
import copy
import io
import json
import logging
import pickle
import warnings
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from pprint import pformat
from typing import Any

import pytest

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit
from segment_toolkit.call.run import Caller, Run
from segment_toolkit.call.toolcall import ToolCall
from segment_toolkit.cli import main
from segment_toolkit.credentials import Credentials
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.secrecy.redaction import Redactor
from segment_toolkit.tool import HostCall, Request, Response
from segment_toolkit.transport.answers import Answer
from segment_toolkit.transport.hosts import Target
from segment_tools import TOOLS
from tests.laws.good_calls import good_calls
from tests.secrets import canaries
from tests.secrets.canaries import found_in
from tests.secrets.exits import ENTRANCES, Arguments, made, reported

every_entrance = pytest.mark.parametrize("entrance", ENTRANCES)

# Objects


def held(entrance: str, box: Sandbox) -> list[Any]:
    """What a host, or somebody who looks into its process, can take into the hand."""
    toolkit, options = made(entrance, box)
    toolkit.tools.execute("SEGMENT_TRACK", {"userId": "u", "event": "E"}, **options)
    caller = Caller(custom_auth_params=ENTRANCES["the call"][1]["custom_auth_params"])
    call = ToolCall("SEGMENT_TRACK", {"writeKey": canaries.ARGUMENT_KEY}, "1")
    found: list[Any] = [
        toolkit, toolkit.tools, toolkit.provider, toolkit.connected_accounts, toolkit.auth_configs, toolkit.toolkits,
        toolkit.tools._engine(), vars(toolkit.tools._engine()), caller, Run(call, caller), call,
        ToolCall(canaries.ARGUMENT_KEY, {}),
        Response(200, {"source": {"writeKeys": [canaries.CONSTRUCTOR_KEY]}}, "h"),
        Request("DELETE", f"/sources/x/writekey/{canaries.ARGUMENT_KEY}", write_key=canaries.ARGUMENT_KEY),
        HostCall("before_execute", print, ({"custom_auth_params": canaries.CALL_TOKEN},)),
        Target(canaries.ARGUMENT_KEY, f"Bearer {canaries.CONSTRUCTOR_TOKEN}"),
        Answer(200, {"x": canaries.CALL_TOKEN}, canaries.CALL_KEY.encode(), "h", Redactor([canaries.CALL_KEY])),
    ]  # fmt: skip
    for tool in TOOLS:
        if "writeKey" in tool.input_schema["properties"]:
            arguments = {**good_calls(box)[tool.slug], "writeKey": canaries.ARGUMENT_KEY}
            found.append(tool.arguments.model_validate(arguments))
    for account in toolkit.connected_accounts.list():
        found += [account, account.to_dict(), account.credentials, account.notes, account.name]
        found += [toolkit.connected_accounts.list(), toolkit.connected_accounts.disable(account.id)]
    return found


@every_entrance
def test_nothing_that_a_host_holds_shows_a_secret(entrance: str, box: Sandbox) -> None:
    shown = [text for thing in held(entrance, box) for text in (repr(thing), str(thing), f"{thing}")]

    assert found_in("\n".join(shown)) == []


@every_entrance
def test_no_pickle_is_made_of_what_holds_credentials(entrance: str, box: Sandbox) -> None:
    toolkit, _ = made(entrance, box)
    holders: list[Any] = [toolkit]
    for account in toolkit.connected_accounts.list():
        holders += [account, account.credentials]

    for holder in holders:
        with pytest.raises((TypeError, AttributeError)):
            pickle.dumps(holder)


def test_a_copy_of_an_account_is_equal_and_shows_nothing(box: Sandbox) -> None:
    toolkit, _ = made("an account", box)
    [account] = toolkit.connected_accounts.list()

    for copied in (copy.copy(account), copy.deepcopy(account)):
        assert copied == account
        assert found_in(repr(copied)) == []


def whole(thing: object) -> Any:
    """A thing as those write it who look into it: dataclasses by `asdict`, others by `vars`, as deep as they go."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return whole(asdict(thing))
    if isinstance(thing, Mapping):
        return {str(key): whole(member) for key, member in thing.items()}
    if isinstance(thing, list | tuple | set | deque):
        return [whole(item) for item in thing]
    return whole(vars(thing)) if type(thing).__module__.startswith("segment_toolkit") else repr(thing)


def _fields_or_vars(thing: Any) -> Any:
    return asdict(thing) if is_dataclass(thing) and not isinstance(thing, type) else vars(thing)


WRITERS: dict[str, Callable[[Any], str]] = {
    "by vars, all the way down": lambda thing: repr(whole(thing)),
    "as JSON": lambda thing: json.dumps(thing, default=vars),
    "nicely": lambda thing: pformat(thing, width=40),
    "into a log": lambda thing: repr(vars(logging.makeLogRecord({"account": thing}))),
    "as a web framework does": lambda thing: json.dumps(thing, default=_fields_or_vars),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_who_writes_an_account_out_finds_no_secret_in_it(writer: str, box: Sandbox) -> None:
    toolkit, _ = made("an account", box)
    [account] = found = toolkit.connected_accounts.list()
    account.credentials.redactor.text("something that the redactor has to look at, of all lengths" * 3)

    for thing in (account, found, account.credentials, {"accounts": [account]}):
        said = WRITERS[writer](thing)

        assert found_in(said) == []


def test_who_looks_into_a_toolkit_finds_no_secret_in_it(box: Sandbox) -> None:
    for entrance in ("the constructor", "an account"):
        toolkit, _ = made(entrance, box, transport=None)

        assert found_in(repr(whole(vars(toolkit)))) == []


def test_credentials_do_not_change_and_are_equal_by_what_they_hold() -> None:
    held = Credentials(region="us", write_key=canaries.CALL_KEY)

    with pytest.raises(AttributeError):
        held.write_key = canaries.ACCOUNT_KEY

    assert held == Credentials(region="us", write_key=canaries.CALL_KEY)
    assert held != Credentials(region="eu", write_key=canaries.CALL_KEY)
    assert held.with_parts(region="eu") == Credentials(region="eu", write_key=canaries.CALL_KEY)


# Exceptions

SECRETS = {"public_api_token": canaries.CONSTRUCTOR_TOKEN, "write_key": canaries.CONSTRUCTOR_KEY}
AUTH = {"public_api_token": canaries.CALL_TOKEN}


def new(**options: Any) -> Any:
    return SegmentToolkit(**{**SECRETS, "environ": {}, **options})


def account(**more: Any) -> Any:
    val = {"public_api_token": canaries.ACCOUNT_TOKEN, **more.pop("val", {})}
    config = {"auth_scheme": "API_KEY", "val": val}
    return SegmentToolkit(environ={}).connected_accounts.initiate("u", "ac", **{"config": config, **more})


def async_call(**more: Any) -> Any:
    return asyncio.run(AsyncSegmentToolkit(environ={}).tools.execute("SEGMENT_TRACK", **more))


def async_account() -> Any:
    config = {"auth_scheme": "API_KEY", "val": {"public_api_token": canaries.ACCOUNT_TOKEN, "region": "mars"}}
    return asyncio.run(AsyncSegmentToolkit(environ={}).connected_accounts.initiate("u", "ac", config=config))


RAISING: dict[str, Callable[[], Any]] = {
    "an unknown option": lambda: new(nonsense=1),
    "a wrong region": lambda: new(region="mars"),
    "a wrong port": lambda: new(tracking_url=f"https://x.example:{canaries.CALL_KEY}"),
    "a URL with a password": lambda: new(tracking_url=f"https://u:{canaries.CALL_KEY}@x.example"),
    "a token for a key": lambda: new(write_key=canaries.CONSTRUCTOR_TOKEN),
    "a key with a blank": lambda: new(write_key=canaries.CONSTRUCTOR_KEY + " x"),
    "keys that are a list": lambda: new(write_keys=[canaries.NAMED_KEY]),
    "keys the wrong way round": lambda: new(write_keys={canaries.NAMED_KEY: "web"}),
    "a wrong transport": lambda: new(transport=canaries.CONSTRUCTOR_KEY),
    "wrong accounts": lambda: new(accounts=7),
    "two different keys": lambda: new(api_key=canaries.CALL_KEY, write_key=canaries.ACCOUNT_KEY),
    "the async one": lambda: AsyncSegmentToolkit(**SECRETS, region="mars"),
    "the sandbox's": lambda: SegmentToolkit.sandbox(Sandbox(), **SECRETS, region="mars"),
    "text for a call": lambda: new().tools.execute("SEGMENT_TRACK", text="x", custom_auth_params=AUTH),
    "credentials that are text": lambda: new().tools.execute("SEGMENT_TRACK", custom_auth_params=canaries.CALL_KEY),
    "an account in a wrong region": lambda: account(val={"region": "mars"}),
    "an account with a wrong name": lambda: account(val={canaries.ACCOUNT_KEY: 1}),
    "an account named by a key": lambda: account(alias=canaries.ACCOUNT_KEY),
    "an update of no account": lambda: new().connected_accounts.update("ca_x", connection=AUTH),
    "an async call": lambda: async_call(text="x", custom_auth_params=AUTH),
    "an async account": async_account,
}


def raised(what: str) -> BaseException:
    """The exception, from where it enters the package: the frames of this file hold the secrets on purpose."""
    try:
        RAISING[what]()
    except Exception as error:  # noqa: BLE001 - whichever
        frame = error.__traceback__
        while frame is not None and Path(frame.tb_frame.f_code.co_filename).name in HOSTS_OWN:
            frame = frame.tb_next
        return error.with_traceback(frame)
    raise AssertionError(f"{what} raised nothing")


HOSTS_OWN = {Path(__file__).name, "runners.py", "base_events.py"}


@pytest.mark.parametrize("what", RAISING)
def test_an_exception_that_reaches_the_host_leads_to_no_secret(what: str) -> None:
    with warnings.catch_warnings(record=True) as warned:
        error = raised(what)

    assert found_in(reported(error)) == []
    assert found_in("".join(str(warning.message) for warning in warned)) == []


def test_an_unforeseen_error_still_says_where_it_came_from(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("segment_toolkit.call.wallet.explicit_credentials", bug)

    with pytest.raises(ZeroDivisionError) as caught:
        new()

    assert "in _explicit" in "".join(caught.value.__notes__)


# The command line

TYPED: dict[str, list[str]] = {
    "a command": [canaries.ARGUMENT_KEY],
    "an option": [f"--{canaries.ARGUMENT_KEY}"],
    "a tool": ["run", canaries.ARGUMENT_KEY, "--sandbox"],
    "a tool to show": ["tools", "show", canaries.CONSTRUCTOR_TOKEN],
    "a tag": ["tools", "--tag", canaries.ARGUMENT_KEY],
    "a search": ["tools", "--search", canaries.ARGUMENT_KEY],
    "a form": ["tools", "show", "track", "--format", canaries.ARGUMENT_KEY],
    "a port": ["sandbox", "--port", canaries.ARGUMENT_KEY],
    "a name of an argument": ["run", "track", f"{canaries.ARGUMENT_KEY}=1", "--sandbox"],
    "a name that leads nowhere": ["run", "track", "userId=x", f"userId.{canaries.ARGUMENT_KEY}=1", "--sandbox"],
    "a value": ["run", "track", f"writeKey={canaries.ARGUMENT_KEY}", "event=E", "--sandbox"],
    "JSON": ["run", "track", f"properties:={canaries.ARGUMENT_KEY}", "--sandbox"],
    "all the arguments": ["run", "track", "-d", canaries.CONSTRUCTOR_TOKEN, "--sandbox"],
    "a file": ["run", "track", "-d", f"@/nowhere/{canaries.ARGUMENT_KEY}", "--sandbox"],
    "a key to revoke": ["run", "remove_source_write_key", "sourceId=x", f"writeKey={canaries.ARGUMENT_KEY}"],
    "a call with the environment's": ["run", "get_destination", "destinationId=../x"],
    "a host of mcp": ["mcp-config", canaries.ARGUMENT_KEY],
    "the environment's token": ["run", "track", f"{canaries.ENVIRONMENT_TOKEN}=1"],
    "the environment's key as an option": ["mcp", f"--{canaries.ENVIRONMENT_KEY}"],
}


@pytest.mark.parametrize("words", TYPED.values(), ids=TYPED)
def test_the_command_line_prints_no_secret_back(
    words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGMENT_REGION", "us")
    monkeypatch.setenv("SEGMENT_PUBLIC_API_TOKEN", canaries.ENVIRONMENT_TOKEN)
    monkeypatch.setenv("SEGMENT_WRITE_KEY", canaries.ENVIRONMENT_KEY)
    monkeypatch.setattr("sys.stdin", io.StringIO())

    main(words)

    printed = capsys.readouterr()
    assert printed.out + printed.err
    assert found_in(printed.out + printed.err) == []


def test_the_playground_shows_no_secret_of_its_sandbox(capsys: pytest.CaptureFixture[str]) -> None:
    box = Sandbox()
    secrets: Arguments = {box.token: 1, **dict.fromkeys(box.write_keys.values(), 1)}

    main(["playground", "--demo"])

    printed = capsys.readouterr()
    assert "writekey" in printed.out.lower()
    assert found_in(printed.out + printed.err, secrets) == []
