"""An append-only file of every call: who, which tool, with what (redacted), and how it ended.

`entry` makes the JSON object of one call, `jsonl` and `sqlite` append it, `chain` makes tampering visible, `reading`
reads both kinds of file. A call's entry is in the file before its envelope is returned.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from ...errors import InvalidParams

if TYPE_CHECKING:
    from ..record import CallRecord
    from .entry import Entry

Keep = Literal["redacted", "names", "none"]


class AuditFile(Protocol):
    """Where entries are appended. Every method may be called from any thread, task or forked child."""

    def append(self, entry: Entry) -> None:
        """Append one entry, whole or not at all. Raises OSError or sqlite3.Error."""

    def close(self) -> None:
        """Give the file back; the next append opens it again."""


class AuditLog:
    """The audit log at `path`: JSON lines for `.jsonl`, SQLite for `.db` and `.sqlite`. The file is made mode 0600.

    Args:
        arguments: "redacted" keeps the arguments without secrets; "names" keeps only their names and "none" nothing,
            for events that hold personal data.
        chain: each entry holds the digest of the one before, so that a changed or missing one shows
            (`segment-toolkit log FILE --verify`). Processes then write one after another.
        rotate_bytes: JSON lines only: a file that would grow over this is renamed to FILE.1, FILE.1 to FILE.2, up to
            FILE.`keep`, which is then lost. None: never. Another program may rotate as well, by renaming.

    A file that cannot be written fails no call: it is logged as a WARNING when it begins and counted in `failures`.
    Entries are written, not flushed to the disk: they outlive the process, but not the power.
    Raises InvalidParams for another ending, or a folder that does not exist.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        arguments: Keep = "redacted",
        chain: bool = False,
        rotate_bytes: int | None = None,
        keep: int = 5,
    ) -> None:
        if arguments not in ("redacted", "names", "none"):
            raise InvalidParams("arguments must be redacted, names or none.")
        self.path = Path(path).expanduser().absolute()
        if not self.path.parent.is_dir():
            raise InvalidParams(f"There is no folder {self.path.parent} for the audit log.")
        self._keep: Keep = arguments
        self._file = _file_at(self.path, chain=chain, rotate_bytes=rotate_bytes, keep=keep)
        self._failing = False
        #: Calls that are in no file, because it could not be written.
        self.failures = 0

    def __repr__(self) -> str:
        return f"<AuditLog {self.path}>"

    def __call__(self, record: CallRecord) -> None:
        """Append a finished call. Raises nothing."""
        from .entry import entry_of

        try:
            self._file.append(entry_of(record, self._keep))
        except Exception as error:  # noqa: BLE001 - a full disk must not fail a call that Segment has taken
            self._failed(error)
        else:
            self._failing = False

    def close(self) -> None:
        """Give the file back; the next call opens it again."""
        self._file.close()

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        if not self._failing:
            from ..logs import LOG

            why = getattr(error, "strerror", None) or type(error).__name__
            LOG.warning("the audit log %s cannot be written (%s); calls go on without it", self.path.name, why)
        self._failing = True


def _file_at(path: Path, *, chain: bool, rotate_bytes: int | None, keep: int) -> AuditFile:
    if path.suffix == ".jsonl":
        from .jsonl import JsonlFile

        return JsonlFile(path, chain=chain, rotate_bytes=rotate_bytes, keep=keep)
    if path.suffix in (".db", ".sqlite"):
        if rotate_bytes is not None:
            raise InvalidParams("rotate_bytes is for .jsonl files.")
        from .sqlite import SqliteFile

        return SqliteFile(path, chain=chain)
    raise InvalidParams("An audit log ends in .jsonl (JSON lines), or in .db or .sqlite (SQLite).")
