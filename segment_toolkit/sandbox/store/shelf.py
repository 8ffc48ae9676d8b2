"""Records of one kind in one workspace: a mapping that writes through to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from typing import Generic, Protocol, Self, TypeVar

from segment_toolkit.sandbox import wire
from segment_toolkit.sandbox.store.database import Database
from segment_toolkit.sandbox.wire import Json


class Record(Protocol):
    """An immutable value that knows its JSON form."""

    def document(self) -> Json:
        """Return the form that is stored."""
        ...

    @classmethod
    def read(cls, document: Json) -> Self:
        """Return the record of a stored form."""
        ...


R = TypeVar("R", bound=Record)


class Shelf(MutableMapping[str, R], Generic[R]):
    """Id to record, in order of creation. Records are never changed, only put anew: `shelf[id] = replace(...)`."""

    def __init__(self, database: Database, workspace_id: str, kind: type[R], changed: Callable[[], None]) -> None:
        """Read what the database holds; `changed` is called whenever something was put or taken away."""
        self._database = database
        self._workspace_id = workspace_id
        self._kind = kind.__name__
        self._changed = changed
        rows = database.connection.execute(
            "SELECT id, document FROM record WHERE workspace_id = ? AND kind = ? ORDER BY position",
            (workspace_id, self._kind),
        )
        self._records = {id_: kind.read(wire.decode(document.encode())) for id_, document in rows}

    def __getitem__(self, id_: str) -> R:
        return self._records[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)

    def __setitem__(self, id_: str, record: R) -> None:
        self._database.connection.execute(
            "INSERT INTO record (workspace_id, kind, id, document) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (workspace_id, kind, id) DO UPDATE SET document = excluded.document",
            (self._workspace_id, self._kind, id_, wire.text_of(record.document())),
        )
        self._records[id_] = record
        self._changed()

    def __delitem__(self, id_: str) -> None:
        if id_ not in self._records:
            raise KeyError(id_)
        self._database.connection.execute(
            "DELETE FROM record WHERE workspace_id = ? AND kind = ? AND id = ?",
            (self._workspace_id, self._kind, id_),
        )
        del self._records[id_]
        self._changed()
