"""The person in a session: what is said to them, what they answer."""

from __future__ import annotations

import contextlib
import sys

from .printing import say


class Terminal:
    """With `results_only`, talk goes to stderr and leaves stdout to the results."""

    def __init__(self, *, results_only: bool = False) -> None:
        self._stream = sys.stderr if results_only else sys.stdout
        self._results_only = results_only
        if sys.stdin is not None and sys.stdin.isatty():
            with contextlib.suppress(ImportError):  # not everywhere; it gives `input` arrow keys and history
                import readline  # noqa: F401

    def say(self, text: str = "") -> None:
        say(text, self._stream)

    def ask(self, prompt: str) -> str:
        """The answer, without blanks around it. Raises EOFError when there are no more."""
        if sys.stdin is None or sys.stdout is None:  # a process may be started without them
            raise EOFError
        try:
            if self._results_only:
                print(prompt, end="", file=self._stream, flush=True)
                return input().strip()
            return input(prompt).strip()
        except UnicodeDecodeError:  # bytes that are no text, from a pipe
            raise EOFError from None
