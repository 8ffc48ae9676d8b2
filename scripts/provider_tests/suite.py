"""One run of the conformance suite for one provider, and what came of it."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired
from typing import NamedTuple
from xml.etree import ElementTree

from segment_toolkit.providers import PROVIDERS

from .environments import command, make, offline
from .frameworks import ROOT, distribution

#: The suite, and what is tested of single frameworks beside it.
TESTS = ("tests/providers/test_conformance.py", *map(str, sorted(ROOT.glob("tests/providers/test_*framework*.py"))))
_LONGEST = 900


class Result(NamedTuple):
    """How many cases of the suite passed and failed, and how many the framework has no part in."""

    name: str
    version: str
    passed: int
    failed: int
    skipped: int
    seconds: float

    @property
    def good(self) -> bool:
        return self.passed > 0 and not self.failed

    def row(self) -> tuple[str, ...]:
        """The cells of the table."""
        cases = f"{self.passed} of {self.passed + self.failed}"
        if self.skipped:
            cases += f", {self.skipped} not applicable"
        return (f"`{self.name}`", f"`{PROVIDERS[self.name]}`", self.version, cases, f"{self.seconds:.0f}")


def run(name: str, *, fresh: bool = False) -> Result:
    """Run the suite in the provider's environment, made if need be; its output is shown when a case fails."""
    try:
        python = make(name, fresh=fresh)
    except CalledProcessError as error:
        print(f"{name} does not install: {error}")
        return Result(name, f"{distribution(name)} not installed", 0, 0, 0, 0.0)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        output = _pytest(python, name, report)
        passed, failed, skipped = counted(report.read_text("utf-8") if report.exists() else "<none/>", name)
    if failed or not passed:
        print(output[-8000:])
    version = f"{distribution(name)} {_version(python, distribution(name))}"
    return Result(name, version, passed, failed, skipped, time.monotonic() - started)


def _pytest(python: Path, name: str, report: Path) -> str:
    """What pytest prints. A framework leaves sockets open, or warns of another library: hence -W ignore."""
    words = (python, "-m", "pytest", *TESTS, "-k", name, "-p", "no:cacheprovider", "-W", "ignore")
    try:
        done = command(
            *words, f"--junitxml={report}", cwd=ROOT, env=offline(name), capture_output=True, timeout=_LONGEST
        )
    except TimeoutExpired:
        return f"{name}: not done in {_LONGEST} seconds"
    return f"{done.stdout}\n{done.stderr}"


def counted(report: str, name: str) -> tuple[int, int, int]:
    """Passed, failed and skipped cases of this provider's, for `-k openai` also finds those of openai_agents.

    A case of the suite ends in `[openai]` or `-openai]`; a test of one framework alone begins with `test_openai_`, and
    is not missed when it is skipped. A module that cannot be collected counts as failed.
    """
    passed = failed = skipped = 0
    for case in ElementTree.fromstring(report).iter("testcase"):  # noqa: S314 - pytest wrote it a moment ago
        title, wrong = case.get("name", ""), case.find("failure") is not None or case.find("error") is not None
        of_suite = title.replace("[", "-").endswith(f"-{name}]")
        if not (of_suite or _alone(title) == name or (wrong and not title.startswith("test_"))):
            continue
        if case.find("skipped") is not None:
            skipped += of_suite and "conformance" in case.get("classname", "")
        else:
            passed, failed = passed + (not wrong), failed + wrong
    return passed, failed, skipped


def _alone(title: str) -> str:
    """The provider that a test is of by its name: the longest, as `test_openai_agents_...` is not of openai."""
    return max((name for name in PROVIDERS if title.startswith(f"test_{name}_")), key=len, default="")


def _version(python: Path, package: str) -> str:
    code = f"from importlib.metadata import version; print(version({package!r}))"
    return command(python, "-c", code, capture_output=True).stdout.strip()
