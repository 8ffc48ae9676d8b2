"""One page of a list, as Composio answers it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import InvalidParams

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """`items` in order; `next_cursor` is None on the last page. Iterating gives the items of this page."""

    items: list[T]
    next_cursor: str | None
    current_page: int
    total_pages: int
    total_items: int

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def paged(items: Sequence[T], *, cursor: str | None, limit: float | None) -> Page[T]:
    """The page of `items` that starts at `cursor`; without `limit`, all that follow. Raises InvalidParams.

    A cursor counts items: one added between two reads may be seen twice, and a removed one hide its neighbour.
    """
    start = _start(cursor)
    size = _size(limit) or max(len(items), 1)
    end = start + size
    return Page(
        items=list(items[start:end]),
        next_cursor=str(end) if end < len(items) else None,
        current_page=start // size + 1,
        total_pages=max(1, -(-len(items) // size)),
        total_items=len(items),
    )


def _start(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not isinstance(cursor, str) or not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise InvalidParams("cursor must be the next_cursor of an earlier page, unchanged.")
    return int(cursor)


def _size(limit: float | None) -> int | None:
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit != limit or not 1 <= limit < 1e9:
        raise InvalidParams("limit must be a whole number of at least 1.")
    return int(limit)
