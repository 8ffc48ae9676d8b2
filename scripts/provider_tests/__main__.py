"""scripts/test-providers: the conformance suite against real frameworks, at today's versions.

Each framework gets an environment of its own, .envs/NAME: several of them cannot live in one. It is kept for the next
time; --fresh makes it anew.
"""

from __future__ import annotations

import argparse
import sys

from .frameworks import HEAVY, ROOT, known
from .suite import run
from .table import differences, merged, rows_of, shown, with_table


def main() -> int:
    """Returns 1 if a case failed, or if --check finds the table in docs/providers.md to say otherwise."""
    options = _parser().parse_args()
    unknown = sorted(set(options.names) - set(known()))
    if unknown:
        print(f"no such provider: {', '.join(unknown)}; there are: {', '.join(known())}")
        return 2
    results = []
    for name in options.names or [name for name in known() if (name in HEAVY) == options.heavy]:
        print(f"== {name}", flush=True)
        results.append(run(name, fresh=options.fresh))
    rows = [result.row() for result in results]
    print(shown(rows))
    failed = [result.name for result in results if not result.good]
    for name in failed:
        print(f"{name}: not every case passed")
    return _page(rows, options) or (1 if failed else 0)


def _page(rows: list[tuple[str, ...]], options: argparse.Namespace) -> int:
    page = ROOT / "docs" / "providers.md"
    text = page.read_text("utf-8")
    if options.check:
        wrong = differences(rows_of(text), rows)
        for line in wrong:
            print(f"docs/providers.md: {line}; run scripts/test-providers --write")
        return 1 if wrong else 0
    if options.write:
        page.write_text(with_table(text, merged(rows_of(text), rows, known())), "utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("scripts/test-providers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="providers; without, all that install in seconds")
    parser.add_argument("--heavy", action="store_true", help=f"without names: the others ({', '.join(sorted(HEAVY))})")
    parser.add_argument("--fresh", action="store_true", help="make the environments anew, at today's versions")
    writing = parser.add_mutually_exclusive_group()
    writing.add_argument("--write", action="store_true", help="write the results into the table of docs/providers.md")
    writing.add_argument(
        "--check", action="store_true", help="fail if the table has other results; versions may differ"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
