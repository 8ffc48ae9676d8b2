"""How a command ends: its exit codes, and the error that ends it with one."""

from __future__ import annotations

SUCCESSFUL = 0
UNSUCCESSFUL = 1
USAGE = 2
CONNECTION = 3
#: As shells count a process that a signal ended: 128 + SIGINT, 128 + SIGPIPE.
INTERRUPTED = 130
PIPE_CLOSED = 141


class CommandError(Exception):
    """Ends the command: one line for stderr, and the exit code. Never quotes a value, which may be a secret."""

    def __init__(self, message: str, *, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code
