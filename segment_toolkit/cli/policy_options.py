"""The options that leave tools out, of `tools` and of `run`: what is left out is not listed, and is refused."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..policy import Policy

_OPTIONS = {
    "read_only": "only tools that change nothing",
    "tracking_only": "only tools that send events",
    "no_delete": "no tools that destroy",
}


def add_policy(parser: argparse.ArgumentParser) -> None:
    """Add the options. Without defaults, as they may stand before and after a command."""
    for name, text in _OPTIONS.items():
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(flag, action="store_true", default=argparse.SUPPRESS, help=text)


def policy_of(options: argparse.Namespace) -> Policy | None:
    """The policy that was chosen; None without one, and then nothing of policies is loaded."""
    chosen = {name for name in _OPTIONS if getattr(options, name, False)}
    if not chosen:
        return None
    from ..policy import Policy

    return Policy(
        read_only="read_only" in chosen, tracking_only="tracking_only" in chosen, no_delete="no_delete" in chosen
    )
