"""The toolkit tells nobody anything: it reaches for no other host than those that a call is for."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from guarded_network import PARTS

import segment_schemas
import segment_toolkit
import segment_tools

PROGRAM = Path(__file__).with_name("guarded_network.py")
HOME = "something_that_calls_home"


def attempts_of(part: str) -> list[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("SEGMENT_", "OTEL_"))}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), part], env=environ, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("part", sorted(PARTS.keys() - {HOME}))
def test_nothing_is_reached_beyond_this_machine_by(part: str) -> None:
    attempts = attempts_of(part)

    assert attempts == []


def test_the_guard_would_see_it() -> None:
    attempts = attempts_of(HOME)

    assert [attempt.split()[0] for attempt in attempts] == [
        "socket.getaddrinfo", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
    ]  # fmt: skip


#: Hosts that code may name: Segment's own, this machine, and names that can be nobody's (RFC 2606).
ALLOWED = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:segment\.io|segmentapis\.com|segment\.com|example\.com|invalid)\Z"
    r"|localhost\Z|127\.0\.0\.1\Z|json-schema\.org\Z"
)
#: Data of the sandbox: what its destinations' pages are called, and the shop that it makes up.
DATA = ("segment_toolkit/sandbox/catalog/", "segment_toolkit/sandbox/demo/")
ADDRESS = re.compile(r"\b(?:https?|wss?)://([A-Za-z0-9][A-Za-z0-9.-]*)")


def texts(file: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that are code: without docstrings, which may cite."""
    tree = ast.parse(file.read_text("utf-8"))
    cited = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in cited:
            yield node.lineno, node.value


def foreign_addresses() -> list[str]:
    found = []
    for package in (segment_toolkit, segment_tools, segment_schemas):
        root = Path(package.__path__[0])
        for file in sorted(root.rglob("*.py")):
            name = file.relative_to(root.parent).as_posix()
            if not name.startswith(DATA):
                found += [
                    f"{name}:{line} {host}"
                    for line, text in texts(file)
                    for host in ADDRESS.findall(text)
                    if not ALLOWED.match(host.lower())
                ]
    return found


def test_the_code_names_no_host_but_segments() -> None:
    assert foreign_addresses() == []


def test_the_reader_of_addresses_sees_what_is_there(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""See https://docs.example.org."""\nURL = "https://telemetry.example.org/v1"\n')

    found = [host for _, text in texts(module) for host in ADDRESS.findall(text)]

    assert found == ["telemetry.example.org"]
