"""SEGMENT_* variables from a file, for hosts that hand over no environment and expand no references to it."""

from __future__ import annotations

from pathlib import Path

from ..accounts.private_files import refuse_if_shared
from ..errors import InvalidParams


def variables(path: Path) -> dict[str, str]:
    """The NAME=value lines of the file whose names begin with SEGMENT_; blank lines and # comments are left out.

    Raises InvalidParams for a file that others may open, and for a line that is no assignment; never quotes a value.
    """
    refuse_if_shared(path)
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InvalidParams(f"Cannot read {path} as text.") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        text = line.strip().removeprefix("export ").strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            raise InvalidParams(f"Line {number} of {path} is not NAME=value.")
        if name.strip().startswith("SEGMENT_"):
            found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
