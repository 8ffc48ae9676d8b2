"""Without the SDK everything else works, and what needs it says in one line what to install."""

from __future__ import annotations

import subprocess
import sys

from mcp_clients import clean_environment

WITHOUT = "import sys; sys.modules['mcp'] = sys.modules['mcp_types'] = None\n"
EXTRA = "pip install 'segment-agent-toolkit[mcp]'"


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + code], capture_output=True, text=True, env=clean_environment(), timeout=60,
        check=False,
    )  # fmt: skip


def test_making_a_server_names_the_extra() -> None:
    done = python("from segment_toolkit.mcp import create_server")

    assert EXTRA in done.stderr.splitlines()[-1]


def test_the_command_names_the_extra_in_one_line() -> None:
    done = python("from segment_toolkit.cli import main; sys.exit(main(['mcp', '--sandbox']))")

    assert done.returncode == 2
    assert EXTRA in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_package_and_the_configurations_need_no_sdk() -> None:
    done = python("import segment_toolkit.mcp\nfrom segment_toolkit.cli import main; main(['mcp', 'config', 'cursor'])")

    assert done.returncode == 0
    assert '"mcpServers"' in done.stdout
