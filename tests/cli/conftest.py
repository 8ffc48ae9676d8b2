"""A command line with no terminal and no Segment in its environment."""

from __future__ import annotations

import io
import os
import sys

import pytest
from cli_runner import Cli, Ended, Keyboard

from segment_toolkit.cli import main


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `main` with these words; `stdin` is text from a pipe, or a Keyboard, whose person reads stderr too."""
    for name in [name for name in os.environ if name.startswith("SEGMENT_")]:
        monkeypatch.delenv(name)

    def run(*words: str, stdin: str | Keyboard = "") -> Ended:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin) if isinstance(stdin, str) else stdin)
        monkeypatch.setattr(sys.stderr, "isatty", lambda: isinstance(stdin, Keyboard), raising=False)
        code = main(words)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run
