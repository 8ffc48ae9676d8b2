"""Secrets never leave: known ones are cut out by value, and what answers hold under a telling name is masked.

By value, because a secret travels in bodies, paths and Segment's own messages, where no field name marks it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

REDACTED = "[redacted]"
#: Shorter ones cannot be cut out of a text without garbling it; no secret of Segment's is that short.
SHORTEST = 6
#: A model's shorter "secret" is a placeholder or a word; cutting it out would only garble the text.
SHORTEST_ARGUMENT = 16
_TOKEN = re.compile(r"sgp_\w+", re.ASCII)
#: Members of Public API answers whose strings are secrets: write keys, and the settings of destinations and warehouses.
_TELLING = re.compile(
    r".+keys?(_?id)?$|secret|token|passw|pwd|authorization|credential|signature|webhook_?url", re.IGNORECASE
)


class Redactor:
    """Cuts the given secrets out of any text, in each form in which they travel."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST)
        forms = {form for secret in self._secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)

    def also(self, secrets: tuple[str, ...]) -> Redactor:
        """A redactor of these secrets too, which a call's arguments hold."""
        found = [secret for secret in secrets if len(secret) >= SHORTEST_ARGUMENT]
        return Redactor((*self._secrets, *found)) if found else self

    def text(self, text: str) -> str:
        if "sgp_" in text:  # a Public API token is known by its form, whosoever it is
            text = _TOKEN.sub(REDACTED, text)
        for form in self._forms:
            if form in text:
                text = text.replace(form, REDACTED)
        return text

    def data(self, value: Any) -> Any:
        """A copy of JSON data with every secret cut out of its strings and keys."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(k) if isinstance(k, str) else k: self.data(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        return value


def _forms(secret: str) -> tuple[str, ...]:
    return secret, quote(secret, safe=""), b64encode(f"{secret}:".encode()).decode()


def masked(value: Any, *, telling: bool = False) -> Any:
    """A copy of an answer with the strings under telling names shortened so that they can be told apart, not used."""
    if isinstance(value, dict):
        return {k: masked(v, telling=telling or bool(_TELLING.search(str(k)))) for k, v in value.items()}
    if isinstance(value, list):
        return [masked(item, telling=telling) for item in value]
    return mask(value) if telling and isinstance(value, str) and value else value


def mask(secret: str) -> str:
    """`Vf3k…6TaE` of a long secret, `…` of a short one."""
    return f"{secret[:4]}…{secret[-4:]}" if len(secret) >= 16 else "…"
