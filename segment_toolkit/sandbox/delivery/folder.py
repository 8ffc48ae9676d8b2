"""The folder that `file` destinations write into: whoever may create a destination must not get out of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from segment_toolkit.sandbox.delivery.sinks import JsonLinesFile
from segment_toolkit.sandbox.wire import Json


class Folder:
    """Files by their path inside the folder, opened with their first event; the caller lets one thread in at a time."""

    def __init__(self, root: Path | None) -> None:
        """Write below `root`; None refuses everything."""
        self.root = root
        self._files: dict[str, JsonLinesFile] = {}

    def append(self, name: object, events: Sequence[Json]) -> bool:
        """Append events to a file, and tell whether it took them. Never raises."""
        if not isinstance(name, str):
            return False
        try:
            file = self._files.get(name) or self._opened(name)
            return file is not None and bool(file.write(events))
        # ValueError: a name that no file system has (NUL, lone surrogates). RuntimeError: links in a ring.
        except (OSError, ValueError, RuntimeError):
            return False

    def close(self) -> None:
        """Close every file."""
        for file in self._files.values():
            file.close()

    def _opened(self, name: str) -> JsonLinesFile | None:
        path = self._inside(name)
        if path is None:
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        file = self._files[name] = JsonLinesFile(path)
        return file

    def _inside(self, name: str) -> Path | None:
        """Return where a file lies; None when that is not inside the folder, links followed."""
        path = Path(name)
        if self.root is None or not path.name or path.is_absolute() or ".." in path.parts:
            return None
        whole = (self.root / path).resolve()
        return whole if whole.is_relative_to(self.root.resolve()) else None
