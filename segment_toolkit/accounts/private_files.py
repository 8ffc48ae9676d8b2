"""Files that only their owner may read. On Windows, where mode bits say nothing, the folder's rights decide."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ..errors import InvalidParams

_OWNER_ONLY = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def claim(path: Path) -> None:
    """Create the file, empty and mode 0600, unless it is there. Raises InvalidParams if others may open it.

    The mode is set as the file appears, not afterwards: there is no moment at which others could open it.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, _OWNER_ONLY))
    except FileExistsError:
        refuse_if_shared(path)
    except OSError as error:
        raise InvalidParams(f"Cannot create {path}: {error.strerror}.") from None


def refuse_if_shared(path: Path) -> None:
    """Raises InvalidParams if group or others have any right to the file."""
    try:
        found = path.stat()
    except OSError as error:
        raise InvalidParams(f"Cannot open {path}: {error.strerror}.") from None
    if not stat.S_ISREG(found.st_mode):
        raise InvalidParams(f"{path} is not a regular file.")
    if os.name == "posix" and found.st_mode & _OTHERS:
        raise InvalidParams(f"{path} is open to other users of this machine.", hint=f"Run: chmod 600 {path}")


def publish(path: Path, content: bytes) -> None:
    """Write a file, mode 0600, that appears whole or not at all. The caller sees to it that nobody else does."""
    draft = path.with_name(f"{path.name}.{os.urandom(4).hex()}")
    claim(draft)
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InvalidParams(f"Cannot write {path}: {error.strerror}.") from None
