"""Names with `*` and `?` in them, as a host writes them in a policy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from ..secrecy.untrusted import HIDDEN


def matches_any(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of these, letter for letter."""
    return any(_compiled(pattern).fullmatch(name) for pattern in patterns)


def resembles_any(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of these but for what `plain` takes out: what is denied is denied in every dress."""
    return matches_any(plain(name), [plain(pattern) for pattern in patterns])


def plain(name: str) -> str:
    """A name without capitals, outer blanks, full-width letters and what nobody can see; inner blanks become one."""
    seen = HIDDEN.sub("", " ".join(name.split()))
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Only `*` and `?` mean something. Runs of `*` are one, as each costs time."""
    parts = {"*": ".*", "?": "."}
    text = "".join(parts.get(sign, re.escape(sign)) for sign in re.sub(r"\*+", "*", pattern))
    return re.compile(text, re.DOTALL)
