"""Environments of their own under .envs/, made with uv when it is there, else with venv and pip."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from .frameworks import ROOT, requirements

#: So that nothing phones home, and no key of the machine's is used.
OFFLINE = {
    "OTEL_SDK_DISABLED": "true",
    "CREWAI_DISABLE_TELEMETRY": "true",
    "CREWAI_TRACING_ENABLED": "false",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
    "OPENAI_AGENTS_DISABLE_TRACING": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "OPENAI_API_KEY": "offline",
    "ANTHROPIC_API_KEY": "offline",
    "GEMINI_API_KEY": "offline",
    "MISTRAL_API_KEY": "offline",
    "AWS_ACCESS_KEY_ID": "offline",
    "AWS_SECRET_ACCESS_KEY": "offline",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_LEFT_OUT = ("SEGMENT_", "OPENAI_", "ANTHROPIC_", "GOOGLE_", "GEMINI_", "MISTRAL_", "AWS_", "LANGCHAIN_", "LANGSMITH_")


def offline(name: str) -> dict[str, str]:
    """The variables that the suite runs with."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_LEFT_OUT) and key != "PYTHONPATH"}
    return {**kept, **OFFLINE, "SEGMENT_REQUIRE_PROVIDER": name}


def command(*words: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a program of this machine's or of an environment's. Raises CalledProcessError with `check=True`."""
    return subprocess.run([str(word) for word in words], text=True, **{"check": False, **options})  # noqa: S603


def python_of(name: str) -> Path:
    return ROOT / ".envs" / name / "bin" / "python"


def make(name: str, *, fresh: bool = False) -> Path:
    """The python of the framework's environment, with what it needs installed. Raises CalledProcessError."""
    python = python_of(name)
    folder = python.parents[1]
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    if (uv := shutil.which("uv") or shutil.which(ROOT / ".venv" / "bin" / "uv")) and _with_uv(uv, python, name):
        return python
    if not (folder / "bin" / "pip").exists():
        _venv(folder)
    command(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements(name), check=True)
    return python


def _with_uv(uv: str, python: Path, name: str) -> bool:
    """Install with uv; False where that fails: it knows neither pip's settings nor, unasked, the system's CAs."""
    environ = {"UV_SYSTEM_CERTS": "true", "UV_NATIVE_TLS": "true", **os.environ}
    made = python.exists() or not command(uv, "venv", "-q", "--python", sys.executable, python.parents[1]).returncode
    install = (uv, "pip", "install", "-q", "--python", python, *requirements(name))
    return made and command(*install, env=environ).returncode == 0


def _venv(folder: Path) -> None:
    """As scripts/setup: Debian's python3 may come without ensurepip, and pip alone can bring virtualenv."""
    if command(sys.executable, "-m", "venv", folder, capture_output=True).returncode == 0:
        return
    shutil.rmtree(folder, ignore_errors=True)
    brought = folder.parent / ".virtualenv"
    command(sys.executable, "-m", "pip", "install", "-q", "--target", brought, "virtualenv", check=True)
    environ = {**os.environ, "PYTHONPATH": str(brought)}
    command(sys.executable, "-m", "virtualenv", "-q", folder, env=environ, check=True)
