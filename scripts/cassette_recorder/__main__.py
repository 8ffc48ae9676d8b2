"""Record the cassettes.

scripts/record-cassettes                against the local Segment, which is started for it; needs nothing
scripts/record-cassettes --live         says what it would send to Segment, and sends nothing
scripts/record-cassettes --live --yes   against Segment, with the credentials of the environment
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from segment_toolkit.errors import InvalidParams

from . import report
from .cases import CASES, Case
from .places import LOCAL, REQUIRED, VARIABLES, Place, live_segment, local_segment, missing
from .recorder import NotSaved, record
from .scrubber import Unreadable
from .tape import story

FOLDER = Path(__file__).resolve().parents[2] / "cassettes"
DONE, FAILED, USAGE = 0, 1, 2


def main(words: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> int:
    """Returns 0, 1 when a cassette was not saved, 2 when nothing was recorded for want of something."""
    given = _parser().parse_args(words)
    if given.live:
        return _live(given.into, environ, confirmed=given.yes)
    with local_segment() as place:
        return _record([case for case in CASES if not _is_live(given.into / case.path)], place, given.into)


def _live(folder: Path, environ: Mapping[str, str], *, confirmed: bool) -> int:
    if lacking := missing(environ):
        print(f"Nothing was sent: {', '.join(lacking)} not set (needed: {', '.join(REQUIRED)}).", file=sys.stderr)
        return USAGE
    try:
        place = live_segment(environ)
    except InvalidParams as error:
        print(f"Nothing was sent: {error}", file=sys.stderr)
        return USAGE
    possible = [case for case in CASES if case.needs <= place.ids.keys()]
    _plan(place, possible)
    if not confirmed:
        print("Nothing was sent. To send it, add --yes.", file=sys.stderr)
        return USAGE
    return _record(possible, place, folder)


def _plan(place: Place, possible: Sequence[Case]) -> None:
    print(f"To be recorded against {place.against}. Each line is one call there:")
    for case in CASES:
        if case in possible:
            print(f"  {case.path}: {case.does}")
        else:
            wanted = sorted({VARIABLES[name] for name in case.needs - place.ids.keys()})
            print(f"  {case.path}: skipped, {', '.join(wanted)} not set; its cassette stays as it is")


def _record(cases: Sequence[Case], place: Place, folder: Path) -> int:
    failed = 0
    for case in cases:
        try:
            record(case, place, folder)
        except (NotSaved, Unreadable) as error:
            failed += 1
            print(f"NOT saved: {case.path}: {error}", file=sys.stderr)
    _write_table(folder)
    print(f"Recorded {len(cases) - failed} of {len(CASES)} cassettes against {place.against}.")
    return FAILED if failed else DONE


def _write_table(folder: Path) -> None:
    readme = folder / "README.md"
    if readme.exists():
        readme.write_text(report.with_table(readme.read_text("utf-8"), report.table(folder)), "utf-8")


def _is_live(path: Path) -> bool:
    """Whether the cassette there is worth more than one of the local Segment."""
    if not path.exists() or story(path).against == LOCAL:
        return False
    print(f"kept: {path.parent.name}/{path.name}, recorded against {story(path).against}; delete it to replace it")
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripts/record-cassettes", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--live", action="store_true", help="record against Segment, with SEGMENT_* credentials")
    parser.add_argument("--yes", action="store_true", help="with --live: really send it")
    parser.add_argument("--into", type=Path, default=FOLDER, help="another folder than cassettes/")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
