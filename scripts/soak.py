"""Very many event calls under a mix of faults; then every envelope is compared with what the sandbox stored.

python scripts/soak.py [CALLS=100000] [--seed N] [--async]

Fails (1) if one event is lost in silence, stored twice, stored though said to have failed, sent again under another
messageId, or sent again although nothing was wrong. What is unknown must be said to be unknown: it is counted.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.judging.soak.running import soak


def main() -> int:
    """Returns 1 if a law is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("calls", nargs="?", type=int, default=100_000, help="how many calls (100000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--async", dest="in_async", action="store_true", help="with the async toolkit")
    given = parser.parse_args()
    start = time.perf_counter()
    ledger = soak(given.calls, given.seed, in_async=given.in_async)
    seconds = time.perf_counter() - start
    print(ledger.table())
    print(f"{seconds:.0f} s, {ledger.calls / seconds:,.0f} calls a second, seed {given.seed}")
    return 1 if ledger.broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
