"""What is tested: the providers that have an adapter in the suite, and what their environments hold."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from segment_toolkit.providers import PROVIDERS

ROOT = Path(__file__).resolve().parents[2]
#: Environments of 200 MB and more.
HEAVY = frozenset({"claude_agent", "crewai", "dspy", "litellm", "llamaindex"})
#: What an adapter's test double needs and a user of the extra may not: mostly a client for the stub.
_BESIDE = {
    "agent_framework": ("agent-framework-openai",),
    "agno": ("openai",),
    "autogen": ("autogen-agentchat", "autogen-ext"),
    "langchain": ("langchain", "langgraph"),
    "smolagents": ("openai",),
}


def known() -> list[str]:
    """The names of the providers that can be tested, in the order of the table of providers."""
    there = {file.stem for file in (ROOT / "tests" / "providers" / "adapters").glob("*.py")}
    return [name for name in PROVIDERS if name in there]


def extra(name: str) -> str:
    return name.replace("_", "-")


def requirements(name: str) -> list[str]:
    """What the environment gets: the checkout with the extra, pytest, and the test double's own needs."""
    return ["-e", f"{ROOT}[{extra(name)}]", "pytest>=8", *_BESIDE.get(name, ())]


def distribution(name: str) -> str:
    """The package whose version the table shows: the first that the extra names. Raises LookupError without one."""
    if extra(name) not in _extras():
        raise LookupError(f"pyproject.toml has no extra {extra(name)}")
    return re.split(r"[^A-Za-z0-9._-]", _extras()[extra(name)][0])[0]


@cache
def _extras() -> dict[str, list[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return {name.replace("_", "-"): wanted for name, wanted in project["optional-dependencies"].items()}
