"""The statement that puts rows of any shape into one table, together and in their order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from segment_toolkit.sandbox.warehouse.rows import Columns
from segment_toolkit.sandbox.warehouse.values import SqlValue, fit

# Rows of one event name differ in few ways; hostile ones could differ in as many ways as there are rows.
_MAX_SHAPES = 256


class Insert:
    """`sql` takes one value for each of the columns in `types`, in that order; what a row lacks is NULL."""

    def __init__(self, table: str, types: Mapping[str, str], *, upsert: bool) -> None:
        self._names = tuple(types)
        self._declared = tuple(types.values())
        self._shapes: set[tuple[type, ...]] = set()
        listed = ", ".join(f'"{name}"' for name in self._names)
        marks = ", ".join("?" * len(self._names))
        # Names hold nothing but a-z, 0-9 and underscores; values are parameters.
        into = f'INSERT INTO "{table}" ({listed}) VALUES ({marks})'  # noqa: S608
        self.sql = f'{into} ON CONFLICT ("id") DO {self._update() if upsert else "NOTHING"}'

    def parameters(self, batch: Iterable[Columns]) -> Iterator[tuple[SqlValue, ...]]:
        """Line the values of each row up and make them fit the types of their columns."""
        names, shapes = self._names, self._shapes
        for columns in batch:
            values = tuple(map(columns.get, names))
            shape = tuple(map(type, values))
            yield values if shape in shapes else self._fitted(values, shape)

    def _fitted(self, values: tuple[SqlValue, ...], shape: tuple[type, ...]) -> tuple[SqlValue, ...]:
        """Make the values fit, and remember a shape that fits as it is."""
        fitted = tuple(map(fit, values, self._declared))
        if len(self._shapes) < _MAX_SHAPES and shape == tuple(map(type, fitted)):
            self._shapes.add(shape)
        return fitted

    def _update(self) -> str:
        # A trait that a call leaves out keeps its value.
        kept = (f'"{name}" = coalesce(excluded."{name}", "{name}")' for name in self._names)
        return f"UPDATE SET {', '.join(kept)}"
