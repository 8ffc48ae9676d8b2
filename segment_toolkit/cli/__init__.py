"""The command line `segment-toolkit`: list tools, run one, play, serve the sandbox, read an audit, ask what is wrong.

    segment-toolkit tools show track
    segment-toolkit run track userId=42 event="Signed Up" properties.plan=pro --sandbox

Exit codes: 0 successful, 1 unsuccessful, 2 usage, 3 connection; 130 after Ctrl+C. Results go to stdout, all else to
stderr. Each command is one module, loaded when it is chosen.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from ..errors import ToolkitError
from .exits import INTERRUPTED, PIPE_CLOSED, UNSUCCESSFUL, USAGE, CommandError
from .parser import chosen
from .printing import complain


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Raises nothing for what a person, Segment or the system does."""
    try:
        code = _run(sys.argv[1:] if argv is None else argv)
        if sys.stdout is not None:  # a process may be started without one
            sys.stdout.flush()  # here, so that a full disk or a closed pipe shows below
    except CommandError as error:
        return _failed(str(error), error.code)
    except ToolkitError as error:  # what the host gave is wrong: a region in the environment, say
        return _failed(error.text, USAGE)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _give_up_stdout()
        return PIPE_CLOSED
    except OSError as error:
        _give_up_stdout()
        return _failed(error.strerror or type(error).__name__, UNSUCCESSFUL)
    return code


def _run(argv: Sequence[str]) -> int:
    try:
        options = chosen(argv)
    except SystemExit as done:  # argparse ends so after --help and --version
        return int(done.code or 0)
    command = import_module(f".{options.module}", __name__).command
    return int(command(options))


def _failed(message: str, code: int) -> int:
    from ..secrecy.redaction import Redactor

    # argparse and our own messages quote what was typed, which may be a key in the wrong place.
    secrets = (
        value for name, value in os.environ.items() if name.startswith("SEGMENT_") and name.endswith(("_TOKEN", "_KEY"))
    )
    complain(Redactor(secrets).prose(message))
    return code


def _give_up_stdout() -> None:
    """Let Python's last flush at exit go nowhere, so that it does not complain a second time."""
    with contextlib.suppress(OSError, ValueError):  # a stand-in for stdout has no file number
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
