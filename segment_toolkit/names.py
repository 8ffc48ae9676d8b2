"""Names a model got wrong: the nearest right one, and the wrong one only where it is harmless; ids to repeat."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]{0,63}\Z")
# A write key is 32 alphanumerics, a Public API token starts with sgp_: neither may come back as "unknown name".
_SECRET = re.compile(r"[A-Za-z0-9]{28,}|sgp_", re.IGNORECASE)


_HIDDEN = "(a name not shown)"


def shown(name: object) -> str:
    """The name when it is plainly one; else a stand-in, because what stands there may be a secret, or not text."""
    plain = isinstance(name, str) and _PLAIN.match(name) and not _SECRET.search(name)
    return str(name) if plain else _HIDDEN


def quoted(name: object) -> str:
    """`shown`, a name in quotes: `'userId'`."""
    text = shown(name)
    return text if text == _HIDDEN else f"'{text}'"


def well_formed(text: str) -> str:
    """The text with U+FFFD for each lone surrogate: JSON can escape one (`"\\ud800"`), but UTF-8 cannot say it.

    An id must come back as its vendor knows it. This is how readers and writers of JSON know it that do not refuse it.
    Source: Go, encoding/json, Unmarshal; WHATWG, Encoding Standard, TextEncoder (its input is a USVString).
    """
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def folded(name: str) -> str:
    """`user_id`, `user-id`, `userid` and `userId` fold to one spelling."""
    return name.replace("_", "").replace("-", "").lower()


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Up to `count` known names like `name`, best first."""
    import difflib

    by_fold = {folded(k): k for k in known}
    found = difflib.get_close_matches(folded(name[:128]), by_fold, n=count, cutoff=0.6)
    return [by_fold[f] for f in found]


def did_you_mean(name: str, known: Iterable[str], count: int = 3) -> str:
    """`; did you mean 'SEGMENT_TRACK'?`, or the empty string when nothing is near."""
    found = nearest(name, known, count)
    return f"; did you mean {' or '.join(repr(f) for f in found)}?" if found else ""
