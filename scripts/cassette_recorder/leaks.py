"""Look for secrets in a file that is to be published.

It works the other way round from the scrubber, so that a mistake is not made twice: the scrubber encodes the secrets
and replaces; this decodes the text, again and again in every way it can, and reads what comes out.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import yaml

_DEEPEST = 6
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
#: What looks like a secret, whoever's it is. A placeholder says that it is one, so it does not count.
_FORMS = (
    ("a Public API token, by its form", re.compile(r"\bsgp_(?!REDACTED\b)\w+")),
    (
        "a write key, by its form",
        re.compile(r"(?<![A-Za-z0-9])(?!REDACTEDWRITEKEY\d{16}(?![A-Za-z0-9]))[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ),
    ("a credential", re.compile(r"\b(?:Basic|Bearer)\s+(?!REDACTED\b)[\w+/=.-]{4,}", re.IGNORECASE)),
    ("a cookie", re.compile(r"\b(?:set-)?cookie\b", re.IGNORECASE)),
    (
        "an e-mail address",
        re.compile(r"[\w.+-]+@(?!(?:[\w-]+\.)*example\.(?:com|org|net)(?![\w-]|\.\w))[\w-]+(?:\.[\w-]+)+"),
    ),
)


class Leak(NamedTuple):
    """Where something was found and what it is; never the thing itself. `how` says how it was encoded."""

    path: Path
    what: str
    how: str

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" + (f" ({self.how})" if self.how else "")


def leaks(files: Iterable[Path], secrets: Iterable[str]) -> list[Leak]:
    """Every secret, known or by its form, in the text of the files or in their names."""
    known = tuple(secrets)
    found: dict[Leak, None] = {}
    for file in files:
        for how, text in _views(file.read_bytes()):
            found |= {Leak(file, what, how): None for what in _secrets_in(text, known)}
        found |= {Leak(file, what, "in its name"): None for what in _secrets_in(file.name, known)}
    return list(found)


def _secrets_in(text: str, known: tuple[str, ...]) -> Iterator[str]:
    folded = text.casefold()
    for number, secret in enumerate(known, 1):
        if secret.casefold() in folded:
            yield f"known secret {number}"
        if f"{secret[:4]}…{secret[-4:]}" in text:
            yield f"the ends of known secret {number}"
    for what, form in _FORMS:
        if form.search(text):
            yield what


def _views(raw: bytes) -> Iterator[tuple[str, str]]:
    """The text, and everything that it decodes to: how, and what."""
    text = raw.decode("utf-8", "replace")
    seen = {text}
    todo = [("", text, 0)]
    while todo:
        how, text, depth = todo.pop()
        yield how, text
        for step, inner in _decoded(text, top=depth == 0) if depth < _DEEPEST else ():
            if inner not in seen:
                seen.add(inner)
                todo.append((f"{how}, {step}" if how else step, inner, depth + 1))


def _decoded(text: str, *, top: bool) -> Iterator[tuple[str, str]]:
    if top:
        for value in _strings(_parsed_yaml(text)):
            yield "as YAML", value if isinstance(value, str) else _unpacked(value)
    for value in _strings(_parsed_json(text)):
        yield "as JSON", str(value)
    if "%" in text:
        yield "URL-encoded", unquote(text)
    for run in _BASE64.findall(text):
        inner = _from_base64(run)
        if inner:
            yield "in base64", inner


def _strings(value: Any) -> Iterator[str | bytes]:
    if isinstance(value, str | bytes):
        yield value
    elif isinstance(value, dict):
        for name, member in value.items():
            yield str(name)
            yield from _strings(member)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _parsed_yaml(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _parsed_json(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[", '"') else None
    except (ValueError, RecursionError):
        return None


def _from_base64(run: str) -> str:
    """The text behind a run of base64; nothing when it is none (an id, a word)."""
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    run = run[: len(run) - (len(run) % 4 == 1)]
    inner = _unpacked(b64decode(run + "=" * (-len(run) % 4)))
    return inner if inner.isprintable() else ""


def _unpacked(raw: bytes) -> str:
    with suppress(zlib.error):
        raw = zlib.decompress(raw, 47)  # gzip or zlib
    return raw.decode("latin-1")
