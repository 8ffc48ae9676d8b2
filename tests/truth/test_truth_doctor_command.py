"""`segment-toolkit doctor`: its words for people, its JSON for programs, its exit codes."""

from __future__ import annotations

import json
import os

import pytest

from segment_toolkit.cli import main
from segment_toolkit.sandbox import Sandbox
from segment_toolkit.sandbox.server import serving


@pytest.fixture(autouse=True)
def _no_segment_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SEGMENT_")]:
        monkeypatch.delenv(name)


def test_on_the_sandbox_nothing_failed(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--sandbox"])

    out = capsys.readouterr().out
    assert code == 0
    assert "ok       token" in out
    assert "-> Switch them on, or stop sending with their write keys." in out


def test_as_json_it_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor", "--sandbox", "--json"])

    out = capsys.readouterr().out
    assert code == 0
    assert out.count("\n") == 1
    assert json.loads(out)["status"] == "warning"


def test_a_served_workspace_is_looked_at_by_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    box = Sandbox()
    with serving(box) as url:
        monkeypatch.setenv("SEGMENT_PUBLIC_API_URL", url)
        monkeypatch.setenv("SEGMENT_PUBLIC_API_TOKEN", box.token)
        monkeypatch.setenv("SEGMENT_WRITE_KEY", box.write_key)
        code = main(["doctor", "--json", "--mtu-limit", "1000"])

    captured = capsys.readouterr()
    found = {check["name"]: check["status"] for check in json.loads(captured.out)["checks"]}
    assert code == 0
    assert (found["token"], found["clock"], found["write keys"]) == ("ok", "ok", "ok")
    assert not any(secret in captured.out + captured.err for secret in (box.token, box.write_key))


def test_something_that_failed_has_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["doctor"])

    out = capsys.readouterr().out
    assert code == 1
    assert "failed   credentials" in out
    assert "skipped  write keys    It needs a token. (and sources, destinations," in out


def test_no_connection_has_its_own_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGMENT_PUBLIC_API_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("SEGMENT_PUBLIC_API_TOKEN", "sgp_x")

    assert main(["doctor"]) == 3


@pytest.mark.parametrize("words", [["--region", "mars"], ["--mtu-limit", "0"], ["--mtu-limit", "x"]])
def test_a_wrong_option_is_a_usage_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", *words]) == 2
