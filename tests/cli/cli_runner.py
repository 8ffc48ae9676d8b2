"""How the tests use the command line: in this process through `main`, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import segment_toolkit

ROOT = Path(segment_toolkit.__file__).parents[1]


class Ended(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """The lines of stdout, each as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Ended]


class Keyboard(io.StringIO):
    """A terminal's stdin at which somebody types these lines."""

    def __init__(self, *lines: str) -> None:
        super().__init__("".join(f"{line}\n" for line in lines))

    def isatty(self) -> bool:
        return True


def clean_environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without this machine's own Segment, with what a checkout needs to run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENT_")}
    path = os.pathsep.join(str(folder) for folder in (ROOT, ROOT / "tools", ROOT / "schemas"))
    return {**kept, "PYTHONPATH": path, **(more or {})}


def process(
    *words: str, stdin: str | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "segment_toolkit.cli", *words],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=clean_environment(environment),
        timeout=120,
        check=False,
    )
