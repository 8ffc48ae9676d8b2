"""`doctor`: what stands between this machine and the destinations, each finding in one line, and what to do about it.

Exit code 0 when nothing failed (warnings may be there), 1 when something did, 3 when no host of Segment's answered.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from .exits import CONNECTION, SUCCESSFUL, UNSUCCESSFUL
from .printing import emit, indented, paint, printable, say

if TYPE_CHECKING:
    from ..toolkit import SegmentToolkit
    from ..truth.doctor.findings import Check, Diagnosis

_COLOURS = {"ok": "successful", "warning": "write", "failed": "failed", "skipped": "bold"}


def command(options: Namespace) -> int:
    with _toolkit(options) as toolkit:
        found = toolkit.doctor(
            user_id=options.user_id, mtu_limit=options.mtu_limit, api_call_limit=options.api_call_limit
        )
    if options.json:
        emit(found.as_json(), compact=True)
    else:
        for checks in _alike(found.checks):
            _show(checks)
    return _exit_code(found)


def _toolkit(options: Namespace) -> SegmentToolkit:
    from ..toolkit import SegmentToolkit

    given: dict[str, Any] = {"region": options.region} if options.region else {}
    if not options.sandbox:
        return SegmentToolkit(**given)
    from ..sandbox import Sandbox

    box = Sandbox()
    if options.demo:
        box.load_demo()
    return SegmentToolkit.sandbox(box, **given)


def _alike(checks: Iterable[Check]) -> Iterator[list[Check]]:
    """The checks in order, those in one group that were skipped for one reason."""
    for (status, _), alike in groupby(checks, key=lambda check: (check.status, check.says)):
        found = list(alike)
        yield from [found] if status == "skipped" else ([check] for check in found)


def _show(checks: list[Check]) -> None:
    check, status = checks[0], paint(checks[0].status.ljust(8), _COLOURS[checks[0].status])
    others = f" (and {', '.join(other.name for other in checks[1:])})" if len(checks) > 1 else ""
    say(f"{status} {check.name.ljust(13)} {printable(check.says)}{others}")
    for detail in check.details:
        say(indented(printable(detail), " " * 23))
    if check.next_step and check.status != "ok":
        say(indented(printable(f"-> {check.next_step}"), " " * 23))


def _exit_code(found: Diagnosis) -> int:
    if found.unreachable:
        return CONNECTION
    return UNSUCCESSFUL if found.status == "failed" else SUCCESSFUL
