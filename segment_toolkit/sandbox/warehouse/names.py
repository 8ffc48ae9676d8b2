"""Names of warehouse tables and columns: snake case, safe to quote, bounded in length, remembered.

A name made here holds only a-z, 0-9 and `_`, so two names never differ in case alone and none can end a quoted
identifier.

Source: Segment docs, "Warehouse Schemas" (snake case by the go-snakecase package, nested names joined with `_`) and
"Redshift Warehouse Destination" (`_` before a name that starts with a digit).
"""

from __future__ import annotations

import hashlib
import re

# Redshift's bound on an identifier, in bytes. That Segment cuts longer names, and how, is assumed.
MAX_LENGTH = 127

# Nested objects below this many names are stored as JSON text. The docs flatten without naming a depth; assumed.
MAX_DEPTH = 8

# Names that Segment's own columns hold in every table, whatever the event.  [docs: "uuid, uuid_ts, and loaded_at"]
RESERVED = frozenset({"uuid", "uuid_ts"})

_HEAD = re.compile(r"(?:[a-z0-9]|_(?=[a-z0-9]))*")
_WORD = re.compile(r"[A-Z0-9]+[a-z0-9]*|[a-z][a-z0-9]*")


def snake(text: str) -> str:
    """Write a name in snake case as go-snakecase does: ASCII letters and digits only, `""` when there are none.

    A part of the text that is in snake case already stays as it is, its leading underscore included.
    """
    head = _HEAD.match(text)
    end = head.end() if head else 0
    if end == len(text):
        return text
    if end and text[end - 1].isdigit():
        end -= 1
    start = [text[:end]] if end else []
    return "_".join(start + [word.lower() for word in _WORD.findall(text, end)])


def identifier(name: str) -> str:
    """Make a name fit for a table or column: no digit in front, at most MAX_LENGTH characters.

    A name that is cut ends in a digest of the whole, so that long names do not become one.
    """
    if name[:1].isdigit():
        name = "_" + name
    if len(name) <= MAX_LENGTH:
        return name
    digest = hashlib.sha256(name.encode("ascii")).hexdigest()[:8]
    return f"{name[: MAX_LENGTH - 9]}_{digest}"


def schema_name(text: str) -> str:
    """Make the name of a schema, or of a warehouse, from a slug: `shop-web` becomes `shop_web`.

    A slug without ASCII letter or digit becomes a digest. Never raises.
    """
    name = identifier(re.sub("__+", "_", snake(text)))
    if name.startswith("sqlite_"):
        # SQLite keeps this beginning to itself.
        return f"_{name}"
    return name or "_" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


class Node:
    """A place in the tree of keys: `known` maps a raw key to its column (None: discarded) and the place below it."""

    __slots__ = ("depth", "known", "prefix")

    def __init__(self, prefix: str, depth: int) -> None:
        self.prefix = prefix
        self.depth = depth
        self.known: dict[str, tuple[str | None, Node]] = {}


class Names:
    """Converts names and remembers them, since events repeat the same few. Holds at most `size` of each kind."""

    def __init__(self, size: int = 10_000) -> None:
        self.size = size
        self._clear()

    def table(self, event: str) -> str:
        """Name the table of a track event; `""` when the name has no ASCII letter or digit."""
        found = self._tables.get(event)
        return found if found is not None else self._learn_table(event)

    def learn(self, node: Node, key: str) -> tuple[str | None, Node]:
        """Find the column of a key that `node` does not know yet; None when it has none (assumed)."""
        column = self._column(node, key)
        entry = (column, Node(f"{column}_", node.depth + 1))
        if len(key) <= MAX_LENGTH:
            self._make_room()
            node.known[key] = entry
        return entry

    def _column(self, node: Node, key: str) -> str | None:
        name = snake(key)
        column = identifier(node.prefix + name)
        return None if not name or column in RESERVED else column

    def _learn_table(self, event: str) -> str:
        name = identifier(snake(event))
        if len(event) <= MAX_LENGTH:
            self._make_room()
            self._tables[event] = name
        return name

    def _make_room(self) -> None:
        self._count += 1
        if self._count > self.size:
            self._clear()

    def _clear(self) -> None:
        self._count = 0
        self._tables: dict[str, str] = {}
        self.properties = Node("", 1)
        self.context = Node("context_", 1)
