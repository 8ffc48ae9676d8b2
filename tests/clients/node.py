"""Packages from npm, for tests that hold the sandbox against what others have written for Segment."""

from __future__ import annotations

import os
import shutil
import subprocess
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
    if not _is_current(folder):
        command = [npm, "ci", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS)
        if done.returncode != 0:
            _unavailable(f"npm ci does not work in {folder.name}: {done.stderr.strip()[-500:]}")
    return folder


def run_node(script: Path, stdin: str, timeout_seconds: float = 60) -> str:
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
