"""CPU of importing the toolkit and getting the 17 OpenAI definitions, as a ratio to a bare `python -c pass`.

    python benchmarks/import_cost.py [ROUNDS] [MOST]

User and system time of whole processes, in turns; the median of the pairwise ratios. Beside ours, for scale, what a
call needs (pydantic, httpx) and the OpenAI client. With MOST, fails when our ratio is over it.

Compiled code is kept in a folder of this run's own and made before anything is timed: installed packages come with
theirs, while a checkout on a machine that sets PYTHONDONTWRITEBYTECODE would be compiled anew in every process.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile

WAYS = {
    "bare python": "pass",
    "import and list 17 tools": (
        "from segment_toolkit import SegmentToolkit; "
        "assert len(SegmentToolkit().tools.get(user_id='u', toolkits=['SEGMENT'])) >= 17"
    ),
    "import pydantic": "import pydantic.main",
    "import httpx": "import httpx",
    "import openai": "import openai",
}


def cpu(code: str, compiled: str) -> float:
    """Seconds of user and system time of one process that keeps compiled code in that folder."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env={**environment, "PYTHONPYCACHEPREFIX": compiled})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    ways = {n: code for n, code in WAYS.items() if n != "import openai" or importlib.util.find_spec("openai")}
    found: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as compiled:
        for code in ways.values():
            cpu(code, compiled)
        for _ in range(rounds):
            for name, code in ways.items():
                found[name].append(cpu(code, compiled))
    bare = found["bare python"]
    print("median CPU ms, ratio to bare python")
    for name, times in found.items():
        ratio = statistics.median(a / b for a, b in zip(times, bare, strict=True))
        print(f"  {name:<26} {statistics.median(times) * 1000:7.1f} {ratio:6.2f}")
        if name == "import and list 17 tools" and len(sys.argv) > 2 and ratio > float(sys.argv[2]):
            print(f"  over {sys.argv[2]}")
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
