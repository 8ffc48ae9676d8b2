"""`segment-toolkit sandbox` as a process of its own, which a test may kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import segment_toolkit

ROOT = Path(segment_toolkit.__file__).parents[1]


def command(*words: str) -> list[str]:
    """The command line of `segment-toolkit sandbox` on a free port."""
    return [sys.executable, "-m", "segment_toolkit.cli", "sandbox", "--port", "0", *words]


def environment() -> dict[str, str]:
    """This environment without a Segment of its own, with what a checkout needs to run."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENT_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(str(folder) for folder in (ROOT, ROOT / "tools", ROOT / "schemas"))}


class Served:
    """A serving process and what it said of itself when it was ready."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, self.errors()
        self.facts: dict[str, Any] = json.loads(line)

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()
        self.process.wait(timeout=20)

    def stop(self) -> tuple[str, str, int]:
        """End it politely; return what it still wrote to stdout and stderr, and its exit code."""
        self.process.terminate()
        out, err = self.process.communicate(timeout=30)
        return out, err, self.process.returncode

    def errors(self) -> str:
        """What it wrote to stderr; waits for its end."""
        return self.process.communicate(timeout=30)[1]


@contextmanager
def serving_process(*words: str) -> Iterator[Served]:
    """Serve with these options and `--json`; killed in the end if it still runs."""
    process = subprocess.Popen(
        command("--json", *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    try:
        with process:
            try:
                yield Served(process)
            finally:
                process.kill()
    finally:
        process.wait(timeout=20)


def ended(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        command(*words),
        capture_output=True,
        text=True,
        env=environment(),
        timeout=20,
        check=False,
        stdin=subprocess.DEVNULL,
    )
