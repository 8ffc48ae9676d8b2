"""The command line as a whole: help, version, mistakes, and how it ends when it cannot go on."""

from __future__ import annotations

import pytest
from cli_runner import Cli

from segment_toolkit import __version__
from segment_toolkit.cli import main
from segment_toolkit.cli.printing import paint


def test_no_command_prints_the_help_and_is_a_mistake(cli: Cli) -> None:
    ended = cli()

    assert (ended.code, ended.out) == (2, "")
    assert all(word in ended.err for word in ("tools", "run", "sandbox", "playground"))


@pytest.mark.parametrize("words", [(), ("tools",), ("tools", "show"), ("run",), ("sandbox",), ("playground",)])
def test_every_command_explains_itself(cli: Cli, words: tuple[str, ...]) -> None:
    ended = cli(*words, "--help")

    assert (ended.code, ended.err) == (0, "")
    assert "--json" in ended.out


def test_the_version_is_printed(cli: Cli) -> None:
    assert cli("--version")[:2] == (0, f"{__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("--nonsense",),
        ("run",),
        ("run", "track", "--nonsense=secret"),
        ("run", "track", "userId=u", "-d"),
        ("tools", "--js"),
        ("tools", "list", "more"),
        ("tools", "show"),
        ("tools", "show", "track", "--format", "xml"),
        ("sandbox", "--port", "eighty"),
        ("sandbox", "--port", "65536"),
        ("sandbox", "--region", "mars"),
        ("playground", "more"),
    ],
    ids=" ".join,
)
def test_a_mistake_is_one_line_on_stderr(cli: Cli, words: tuple[str, ...]) -> None:
    ended = cli(*words)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("segment-toolkit: ")
    assert ended.err.count("\n") == 1
    assert "secret" not in ended.err


def test_ctrl_c_ends_a_command_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("segment_toolkit.cli.tools_command.command", interrupted)

    assert main(["tools"]) == 130


class _Terminal:
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)],
    ids=["terminal", "NO_COLOR", "dumb"],
)
def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert ("\x1b" in paint("read", "read", _Terminal())) is coloured  # type: ignore[arg-type]


def test_what_is_piped_has_no_colour(cli: Cli) -> None:
    assert "\x1b" not in cli("tools").out
