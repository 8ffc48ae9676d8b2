"""Packages from npm, for tests that hold the sandbox against what others have written for Segment."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

_INSTALL_SECONDS = 300


def installed(folder: Path) -> Path:
    """Install what the folder's package-lock.json names, unless it is there already; return the folder.

    Where that cannot be done the test is skipped; in CI (the environment variable is set) it fails.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        _unavailable("npm is not installed: no comparison with packages from it")
    with _alone_in(folder):
        if not _is_current(folder):
            command = [npm, "ci", "--no-audit", "--no-fund"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
            if done.returncode != 0:
                _unavailable(f"npm ci does not work in {folder.name}: {done.stderr.strip()[-500:]}")
    return folder


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Tests run in several processes: the others wait until the packages are there."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"segment-toolkit-npm-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run_node(script: Path, stdin: str, timeout_seconds: float = 120) -> str:
    """Run a script of a folder that `installed` has seen to; return what it writes. Fails the test if it fails."""
    command = ["node", script.name]
    done = subprocess.run(
        command, cwd=script.parent, input=stdin, capture_output=True, encoding="utf-8", timeout=timeout_seconds
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def _is_current(folder: Path) -> bool:
    # npm writes this file last.
    mark = folder / "node_modules" / ".package-lock.json"
    return mark.exists() and mark.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
