"""Secrets never leave: known ones are cut out by value, and what answers hold under a telling name is masked.

By value, because a secret travels in bodies, paths and Segment's own messages, where no field name marks it; and in
each form in which it can come back: as it is, turned round, in upper or lower case, percent-encoded, escaped for JSON
or HTML, in hexadecimal, in base64, alone or inside something longer.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote

REDACTED = "[redacted]"
#: Shorter ones cannot be cut out of a text without garbling it; no secret of Segment's is that short.
SHORTEST = 6
#: A shorter "secret" of a model or an answer is a placeholder or a word; cutting it out would only garble the text.
SHORTEST_FOUND = 16
#: So many characters of a secret in a row are a part of it, where others quote it cut or wrapped.
SHORTEST_PART = 12
#: Who wrote a text may know a write key that we do not: a word of this form is none of ours to repeat.
_KEY = re.compile(r"\b[A-Za-z0-9]{32}\b")
_TOKEN = re.compile(r"sgp_\w+", re.ASCII | re.IGNORECASE)
#: Members of Public API answers whose strings are secrets: write keys, and the settings of destinations and warehouses.
_TELLING = re.compile(
    r".+keys?(_?id)?$|secret|token|passw|passphrase|pwd|authorization|credential|signature|webhook_?url", re.IGNORECASE
)
#: What models make of the ellipsis of a mask.
_MASK = re.compile(r"(\S{4})(?:…|\.{2,}|\*+|•+)(\S{4})")
#: A secret of these alone stands in one run of them in each of its forms (base64 makes no other of ASCII words).
_PLAIN = re.compile(r"\w+", re.ASCII)
_RUN = "[A-Za-z0-9%%+/_]{%d}"


class Redactor:
    """Cuts the given secrets out of any text, in each form in which they travel.

    What it knows is not in its `__dict__`, where writers of objects look (see `Credentials`).
    """

    __slots__ = ("__dict__", "_least", "_may_hold", "_secrets", "_written")

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = tuple(dict.fromkeys(secret for secret in secrets if len(secret) >= SHORTEST))
        # A text that has no run as long as the shortest secret holds none: most have not, and are not searched.
        self._least = min((_shortest_run(secret) for secret in self._secrets), default=0)
        self._may_hold = re.compile(_RUN % self._least).search
        self._written: list[str] | None = None

    @property
    def _forms(self) -> list[str]:
        """All forms, longest first; worked out when the first text is searched."""
        if self._written is None:
            forms = {form.lower() for secret in self._secrets for form in _forms(secret)}
            self._written = sorted(forms, key=len, reverse=True)
        return self._written

    def also(self, secrets: Iterable[str]) -> Redactor:
        """A redactor of these secrets too, which a call's arguments or answers hold."""
        found = [secret for secret in secrets if len(secret) >= SHORTEST_FOUND]
        return Redactor((*self._secrets, *found)) if found else self

    def text(self, text: str) -> str:
        if len(text) < self._least or not self._secrets or not self._may_hold(text):
            return _without_tokens(text)
        folded = text.lower()
        for form in self._forms:
            if form in folded:
                text = re.sub(re.escape(form), REDACTED, text, flags=re.IGNORECASE)
                folded = text.lower()
        return _without_tokens(text)

    def prose(self, text: str) -> str:
        """The text without secrets and without parts of them: for what others wrote, who may quote half a secret."""
        text = _KEY.sub(REDACTED, self.text(text))
        # Letter by letter: `lower` makes two of some letters ("İ"), and what stands behind them is found elsewhere.
        folded = text.lower() if text.isascii() else "".join(letter.lower()[0] for letter in text)
        written = (form for secret in self._secrets for form in (secret.lower(), secret[::-1].lower()))
        spans = [span for form in written for span in _parts(form, folded)]
        for start, end in reversed(_merged(spans)):
            text = text[:start] + REDACTED + text[end:]
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


def _without_tokens(text: str) -> str:
    """A Public API token is known by its form, whosoever it is."""
    return _TOKEN.sub(REDACTED, text) if "sgp_" in text or "SGP_" in text else text


def _shortest_run(secret: str) -> int:
    """How long a run of `_RUN` each form of the secret has at least; 0 when that is not known."""
    return len(secret) if _PLAIN.fullmatch(secret) else 0


def _forms(secret: str) -> Iterator[str]:
    """Each way to write the secret; all are matched without regard to case."""
    raw = secret.encode("utf-8", "surrogatepass")
    escaped = quote(raw, safe="")
    written = (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], escape(secret))
    yield from written
    yield from (escaped, quote(escaped, safe=""), raw.hex(), "".join(f"%{byte:02x}" for byte in raw))
    yield secret[::-1]
    for offset in range(3):
        core = _base64_core(raw, offset)
        yield from (core, core.replace("+", "-").replace("/", "_"))


def _base64_core(raw: bytes, offset: int) -> str:
    """What base64 makes of `raw` wherever `offset` bytes (modulo 3) stand before it, whatever stands around it."""
    encoded = b64encode(bytes(offset) + raw).decode()
    return encoded[(0, 2, 3)[offset] : (offset + len(raw)) * 8 // 6]


def _parts(secret: str, text: str) -> Iterator[tuple[int, int]]:
    """Where in the text a part of the secret stands."""
    for start in range(len(secret) - SHORTEST_PART + 1):
        part = secret[start : start + SHORTEST_PART]
        place = text.find(part)
        while place >= 0:
            yield place, place + SHORTEST_PART
            place = text.find(part, place + 1)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that touch joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def masked(value: Any, *, telling: bool = False) -> Any:
    """A copy of an answer with the strings under telling names shortened so that they can be told apart, not used."""
    if isinstance(value, dict):
        return {k: masked(v, telling=telling or bool(_TELLING.search(str(k)))) for k, v in value.items()}
    if isinstance(value, list):
        return [masked(item, telling=telling) for item in value]
    return mask(value) if telling and isinstance(value, str) and value else value


def told(value: Any, *, telling: bool = False) -> Iterator[str]:
    """The strings that `masked` would shorten: the secrets that an answer told us."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from told(member, telling=telling or bool(_TELLING.search(str(name))))
    elif isinstance(value, list):
        for item in value:
            yield from told(item, telling=telling)
    elif telling and isinstance(value, str):
        yield value


def mask(secret: str) -> str:
    """`Vf3k…6TaE` of a long secret, `…` of one of which eight characters would say too much; a mask stays."""
    if "…" in secret and is_mask(secret):
        return secret
    return f"{secret[:4]}…{secret[-4:]}" if len(secret) >= 24 else "…"


def is_mask(text: str) -> bool:
    """Whether the text is a mask, as `mask` makes it or as a model writes it (`Vf3k...6TaE`)."""
    return _MASK.fullmatch(text.strip()) is not None


def fitting(text: str, secrets: Iterable[str]) -> list[str]:
    """Those of the secrets, each once, that have the mask `text`."""
    found = _MASK.fullmatch(text.strip())
    wanted = f"{found[1]}…{found[2]}" if found else None
    return [secret for secret in dict.fromkeys(secrets) if mask(secret) == wanted]
