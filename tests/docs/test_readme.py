"""The README and docs/ are true: their Python runs as printed, their commands run, the table is the tools'."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from segment_toolkit.providers import PROVIDERS
from segment_tools import TOOLS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


PYTHON = blocks("python")
#: What runs until it is stopped; tests/cli starts and stops it.
SERVES = "segment-toolkit sandbox"
PAGES = sorted((ROOT / "docs").glob("*.md"))
ON_PAGES = [
    pytest.param(code, id=f"{page.name} block {number}")
    for page in PAGES
    for number, code in enumerate(blocks("python", page.read_text("utf-8")))
]
COMMANDS = sorted(
    {
        line
        for text in (README, *(page.read_text("utf-8") for page in PAGES))
        for block in blocks("sh", text)
        for line in block.splitlines()
        if line.startswith("segment-toolkit ") and not line.startswith(SERVES)
    }
)


@pytest.mark.parametrize("code", [*(pytest.param(code, id=f"block {n}") for n, code in enumerate(PYTHON)), *ON_PAGES])
def test_a_python_block_runs_as_printed(code: str, tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SEGMENT_")}

    done = subprocess.run([sys.executable, "-c", code], env=environ, cwd=tmp_path, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_the_first_lines_print_what_they_say(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", PYTHON[0]], cwd=tmp_path, capture_output=True, text=True, check=True)

    listed, accepted, refused, messages = done.stdout.splitlines()
    assert listed.startswith(f"{len(TOOLS)} SEGMENT_")
    assert "'successful': True" in accepted
    assert refused.startswith("userId or anonymousId is required")
    assert "call_1" in messages
    assert len(PYTHON[0].splitlines()) <= 16


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs_as_printed(command: str) -> None:
    words = command.replace("segment-toolkit", f"{sys.executable} -m segment_toolkit.cli", 1)

    done = subprocess.run(["/bin/sh", "-c", words], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_the_two_set_up_commands_exist_and_ci_runs_them() -> None:
    commands = re.findall(r"^(scripts/\w+)", blocks("sh")[0], re.MULTILINE)
    ci = (ROOT / ".ci" / "run").read_text("utf-8")

    assert commands == ["scripts/demo", "scripts/test"]
    for command in commands:
        assert os.access(ROOT / command, os.X_OK)
        assert command in ci


def test_the_numbers_are_those_of_the_code() -> None:
    [cells] = re.findall(r"^[\d,]+ cells, 0 lies", (ROOT / "docs" / "faults.md").read_text("utf-8"), re.MULTILINE)
    text = " ".join(README.split())

    for says in (f"{len(TOOLS)} tools", f"{len(PROVIDERS)} vendors and frameworks", cells):
        assert says in text


def test_every_link_to_a_page_of_ours_leads_somewhere() -> None:
    links = [
        (page.name, target, page.parent / (target.partition("#")[0] or page.name))
        for page in (ROOT / "README.md", *PAGES)
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
        if "://" not in target
    ]

    assert len(links) > 20
    assert [(page, target) for page, target, file in links if not _leads(target, file)] == []


def test_every_page_is_named_in_the_readme() -> None:
    assert [page.name for page in PAGES if f"(docs/{page.name})" not in README] == []


def _leads(target: str, file: Path) -> bool:
    """Whether the file is there, and the heading that is named in it."""
    heading = target.partition("#")[2]
    text = file.read_text("utf-8") if heading and file.is_file() else ""
    headings = [re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()) for line in text.splitlines() if line[:1] == "#"]
    return file.exists() and (not heading or heading in [name.replace(" ", "-") for name in headings])
