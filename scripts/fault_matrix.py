"""What every tool says under every fault, compared with what is true: written to docs/faults.md.

python scripts/fault_matrix.py            run all and write the page
python scripts/fault_matrix.py --check    run all; fail if the page would change
python scripts/fault_matrix.py --tool SEGMENT_TRACK --fault reset_after    print a part, write nothing

Fails (1) when an envelope disagrees with the sandbox's state, whatever else was asked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.judging.matrix.columns import COLUMNS  # noqa: E402
from scripts.judging.matrix.page import page  # noqa: E402
from scripts.judging.matrix.running import Matrix, matrix  # noqa: E402

PAGE = ROOT / "docs" / "faults.md"


def main() -> int:
    """Returns 1 for a lie, or for a difference with --check."""
    given = _parser().parse_args()
    outcomes = matrix(slugs=given.tool, faults=given.fault)
    text = page(outcomes)
    lies = _lies(outcomes)
    print(text.partition("## Every cell")[0])
    print("\n".join(lies) or "Every envelope agrees with what the sandbox did.")
    if given.tool or given.fault:
        return 1 if lies else 0
    if given.check and text != PAGE.read_text("utf-8"):
        print("docs/faults.md is out of date; run python scripts/fault_matrix.py")
        return 1
    if not given.check:
        PAGE.write_text(text, "utf-8")
    return 1 if lies else 0


def _lies(outcomes: Matrix) -> list[str]:
    found = [(cell, outcome) for cell, outcome in outcomes.items() if outcome.lie]
    return [f"LIE: {cell.slug}, {cell.fault} {cell.times}, {cell.colour}: {outcome}" for cell, outcome in found]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if docs/faults.md would change")
    parser.add_argument("--tool", action="append", default=[], metavar="SLUG", help="only this tool; repeatable")
    names = [fault.name for fault in COLUMNS]
    parser.add_argument("--fault", action="append", default=[], choices=names, metavar="KIND", help="only this fault")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
