"""Texts a host gives: ids, names, aliases."""

from __future__ import annotations

from typing import TypeGuard

from ..credentials import recognised
from ..errors import InvalidParams

_MOST_ALIAS_CHARACTERS = 64


def is_text(value: object) -> TypeGuard[str]:
    """True for a non-blank string of printable characters: what an id can be, and every store can look up."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def text_named(name: str, value: object) -> str:
    """The value, unchanged, if it `is_text`. Raises InvalidParams."""
    if not is_text(value):
        raise InvalidParams(f"{name} must be a non-blank string of printable characters.")
    return value


def alias_named(alias: str | None) -> str | None:
    """The alias, without blanks around it. Raises InvalidParams: messages show aliases, so none may be a secret."""
    if alias is None:
        return None
    alias = text_named("alias", alias).strip()
    if len(alias) > _MOST_ALIAS_CHARACTERS:
        raise InvalidParams(f"alias must be at most {_MOST_ALIAS_CHARACTERS} characters.")
    if recognised(alias) or alias.startswith("ca_"):
        raise InvalidParams("alias has the form of a key or an account id.", hint="Give a name such as 'production'.")
    return alias
