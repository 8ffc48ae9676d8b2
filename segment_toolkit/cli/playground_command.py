"""`playground`: the tools on a local Segment, asked for one by one or all in a row."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from .approval import approve_with
from .exits import SUCCESSFUL
from .terminal import Terminal

if TYPE_CHECKING:
    from ..approvals import Approve
    from .exchange import Bench


def command(options: Namespace) -> int:
    if options.demo:
        from .demo import demo

        return demo(_bench(), as_json=options.json)
    from .session import Session

    terminal = Terminal(results_only=options.json)
    try:
        Session(_bench(approve_with(terminal.ask, terminal.say)), terminal, as_json=options.json).run()
    except (EOFError, KeyboardInterrupt):
        terminal.say()
    return SUCCESSFUL


def _bench(approve: Approve | None = None) -> Bench:
    """A fresh sandbox with a toolkit on it; without `approve`, the sandbox approves everything."""
    from ..sandbox import Sandbox
    from ..toolkit import SegmentToolkit
    from .exchange import Bench

    box = Sandbox()
    toolkit = SegmentToolkit.sandbox(box, approve=approve) if approve else SegmentToolkit.sandbox(box)
    return Bench(toolkit, box)
