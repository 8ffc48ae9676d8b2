"""At a terminal the person is the host: asked before a destructive tool runs, and nothing runs without a yes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..redaction import masked
from .printing import json_text, remark

if TYPE_CHECKING:
    from ..policy import Approval, Approve


def approve_with(ask: Callable[[str], str], say_to_person: Callable[[str], None]) -> Approve:
    """An `approve` that puts the question with `ask`, which prompts and returns the answer."""

    def approve(question: Approval) -> bool:
        arguments = json_text(masked(dict(question.arguments)), compact=True)
        say_to_person(f"{question.title} cannot be undone: {question.tool} {arguments}")
        try:
            return ask("Run it? [y/N] ").strip().lower() in ("y", "yes")
        except EOFError:
            return False

    return approve


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
