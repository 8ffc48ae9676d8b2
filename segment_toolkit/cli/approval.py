"""At a terminal the person is the host: asked before a destructive tool runs, and nothing runs without a yes.

Where a yes is not enough (a source in use) a second question follows, which takes a word and not a letter.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..approvals import Override, approve_everything
from ..secrecy.redaction import masked
from .printing import json_text, printable, remark

if TYPE_CHECKING:
    from ..approvals import Approval, Approve


_BY_WHOM = "the person at the terminal"
_WORD = "override"


def approve_with(ask: Callable[[str], str], say_to_person: Callable[[str], None]) -> Approve:
    """An `approve` that puts the question with `ask`, which prompts and returns the answer."""

    def approve(question: Approval) -> bool | Override:
        arguments = json_text(masked(dict(question.arguments)), compact=True)
        why = "needs your approval" if question.preview.get("can_be_undone") else "cannot be undone"
        say_to_person(f"{question.title} {why}: {question.tool} {arguments}")
        if question.affects:
            say_to_person(f"It affects {json_text(question.affects, compact=True)}")
        try:
            if ask("Run it? [y/N] ").strip().lower() not in ("y", "yes"):
                return False
            if not question.override_needed:
                return True
            say_to_person(printable(f"Careful: {question.override_needed}."))
            return Override(_BY_WHOM) if ask(f"Type {_WORD} to run it all the same: ").strip() == _WORD else True
        except EOFError:
            return False

    return approve


def approve_from(options: Namespace) -> Approve | None:
    """What the options of `run` say about approval; with none of them, the person at the terminal."""
    if options.override is not None:
        override = Override(options.override)
        return lambda _: override
    if options.yes:
        return approve_everything if options.sandbox else (lambda _: True)
    return person_at_terminal()


def person_at_terminal() -> Approve | None:
    """Asks on stderr, so that stdout holds the result alone; None when no person can be asked."""
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stderr)):
        return None

    def ask(prompt: str) -> str:
        print(prompt, end="", file=sys.stderr, flush=True)
        return input()

    return approve_with(ask, remark)


def _is_terminal(stream: object) -> bool:
    isatty = getattr(stream, "isatty", None)  # a stream that was closed at the start is None
    return bool(isatty and isatty())
