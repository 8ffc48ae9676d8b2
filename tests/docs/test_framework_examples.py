"""The examples of agent frameworks run as a user would run them, where the framework is installed."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
#: Example -> the packages it needs besides.
FRAMEWORKS = {
    "langgraph_agent": ("langchain", "langchain_openai"),
    "openai_agents_agent": ("agents", "openai"),
    "pydantic_ai_agent": ("pydantic_ai", "openai"),
    "anthropic_messages": ("anthropic",),
}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    vendors = ("SEGMENT_", "OPENAI_", "ANTHROPIC_")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(vendors)}
    return subprocess.run([sys.executable, *words], env=clean, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("example", FRAMEWORKS)
def test_the_frameworks_agent_mends_its_mistake_and_records_the_sign_up(example: str) -> None:
    missing = [name for name in FRAMEWORKS[example] if find_spec(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")

    done = run(str(EXAMPLES / f"{example}.py"))

    assert done.returncode == 0, done.stderr
    assert "was refused" in done.stdout
    assert "stored: ['identify', 'track']" in done.stdout


@pytest.mark.parametrize("example", FRAMEWORKS)
def test_without_the_framework_the_example_says_what_to_install(example: str) -> None:
    package = FRAMEWORKS[example][0]
    code = (
        f"import runpy, sys; sys.modules[{package!r}] = None; sys.path.insert(0, {str(EXAMPLES)!r}); "
        f"runpy.run_path({str(EXAMPLES / example)!r} + '.py', run_name='__main__')"
    )

    done = run("-c", code)

    assert done.returncode == 1
    assert done.stderr.startswith(f"this example needs {package}")
    assert "pip install 'segment-agent-toolkit[" in done.stderr
    assert done.stderr.count("\n") == 1
