"""Take every secret out of a recording: by header, by URL, by body; by value where it is known, by form where not.

Placeholders are stable within a recording and keep the form of what they stand for, so that a replay with the
placeholders as credentials passes the toolkit's own checks and asks exactly what was recorded.
"""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any
from urllib.parse import quote

from segment_toolkit.secrecy.redaction import mask

TOKEN = "sgp_REDACTED"  # noqa: S105 - it says so
WRITE_KEY = "REDACTEDWRITEKEY{:016d}"
MINTED = "00000000-0000-4000-8000-{:012d}"
_SETTING, _EMAIL = "REDACTED-{}", "redacted-{}@example.com"
_PLACEHOLDER = re.compile(
    r"sgp_REDACTED|REDACTEDWRITEKEY\d{16}|00000000-0000-4000-8000-\d{12}|REDACTED-\d+|redacted-\d+@example\.com"
    r"|REDA….{4}|…"  # the toolkit's masks of these
)

#: The only headers that are kept. Everything else (cookies, request ids, dates, server names) is dropped.
_KEPT_HEADERS = re.compile(r"accept|content-type|content-length|authorization|retry-after|x-ratelimit-.*", re.I)
#: A member or query parameter of such a name holds a secret.
_TELLING = re.compile(r"write_?keys?$|api_?key|secret|token|passw|private_?key|credential|auth|signature|webhook", re.I)
_PARAMETER = re.compile(r"(?<=[?&])([^=&]+)=[^&]*")
#: What Segment's enumerations look like; other strings among settings may be anything, so they go.
_ENUMERATED = re.compile(r"[A-Z]+(_[A-Z]+)*")
_FORMS = (
    (re.compile(r"sgp_\w+"), TOKEN),
    (re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{32}(?![A-Za-z0-9])"), WRITE_KEY),
    (
        re.compile(r"[\w.+-]+(?:@|%40)(?!(?:[\w-]+\.)*example\.(?:com|org|net)(?![\w-]|\.\w))[\w-]+(?:\.[\w-]+)+"),
        _EMAIL,
    ),
)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
#: A shorter value could be part of anything, so it is replaced where it stands and nowhere else.
_FEWEST_CHARACTERS = 8


class Unreadable(Exception):
    """A body is compressed in a way that we cannot look into, so nothing can be said about what it holds."""


class Scrubber:
    """The scrubber of one recording; it remembers what it has seen, so one value gets one placeholder."""

    def __init__(self, secrets: Iterable[str] = (), hosts: Mapping[str, str] | None = None) -> None:
        """`secrets` are the known ones: a Public API token, then write keys. `hosts` maps hosts to placeholders."""
        self._placeholders: dict[str, str] = {}
        self._everywhere: dict[str, str] = {}
        self._hosts = dict(hosts or {})
        self._numbers = {pattern: count(1) for pattern in (WRITE_KEY, MINTED, _SETTING, _EMAIL)}
        for number, secret in enumerate(secrets):
            self._learn(secret, WRITE_KEY if number else TOKEN)

    def interactions(self, recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Requests and answers as vcrpy holds them, with bodies unzipped. Raises Unreadable."""
        for interaction in recorded:
            for message in (interaction["request"], interaction["response"]):
                self._message(message)
            # The reason phrase is the server library's, and differs between versions of Python.
            interaction["response"]["status"]["message"] = ""
        return recorded

    def document(self, value: Any, name: str = "", *, setting: bool = False) -> Any:
        """A scrubbed copy of JSON data; JSON inside its strings is scrubbed as JSON."""
        if isinstance(value, dict):
            inside = setting or name == "settings"
            return {self.text(str(k)): self.document(v, str(k), setting=inside) for k, v in value.items()}
        if isinstance(value, list):
            return [self.document(item, name, setting=setting or name == "settings") for item in value]
        return self._string(value, name, setting) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Any text, by value and by form."""
        for pattern, placeholder in _FORMS:
            for found in pattern.findall(text):
                self._learn(found, placeholder)
        for old in sorted(self._everywhere, key=len, reverse=True):
            text = text.replace(old, self._everywhere[old])
        for old, new in self._hosts.items():
            text = text.replace(old, new)
        return text

    def _message(self, message: dict[str, Any]) -> None:
        headers = {name.lower(): values for name, values in message["headers"].items()}
        body = message["body"]["string"] if isinstance(message["body"], dict) else message["body"]
        clean = self.document(_unzipped(body, headers.get("content-encoding", [])))
        message["body"] = {"string": clean} if isinstance(message["body"], dict) else clean
        if "authorization" in headers:
            headers["authorization"] = [f"{value.split(' ')[0]} REDACTED" for value in headers["authorization"]]
        if "content-length" in headers:
            headers["content-length"] = [str(len(clean.encode()))]
        kept = {name: values for name, values in headers.items() if _KEPT_HEADERS.fullmatch(name)}
        message["headers"] = {name: [self.text(value) for value in values] for name, values in kept.items()}
        if "uri" in message:
            message["uri"] = self.text(_PARAMETER.sub(_untold, message["uri"]))

    def _string(self, text: str, name: str, setting: bool) -> str:
        nested = _container(text)
        if nested is not None:
            clean = self.document(nested)
            return text if clean == nested else json.dumps(clean, separators=(",", ":"))
        if name == "messageId" and _UUID.fullmatch(text):
            self._learn(text, MINTED)
        elif _TELLING.search(name) or setting:
            clean = self.text(text)
            return self._secret(clean, enumerated=not _TELLING.search(name)) if clean == text else clean
        return self.text(text)

    def _secret(self, text: str, *, enumerated: bool) -> str:
        """A string that is secret for where it stands. What the toolkit masked or we replaced already is none."""
        if not text or _PLACEHOLDER.fullmatch(text) or (enumerated and _ENUMERATED.fullmatch(text)):
            return text
        self._learn(text, _SETTING)
        return self._placeholders[text]

    def _learn(self, secret: str, pattern: str) -> None:
        if secret in self._placeholders or _PLACEHOLDER.fullmatch(secret):
            return
        placeholder = pattern.format(next(self._numbers[pattern])) if pattern in self._numbers else pattern
        self._placeholders[secret] = placeholder
        if len(secret) >= _FEWEST_CHARACTERS:
            forms = zip(_forms(secret), _forms(placeholder), strict=True)
            self._everywhere |= {old: new for old, new in forms if len(old) >= _FEWEST_CHARACTERS}


def _forms(secret: str) -> tuple[str, ...]:
    """The ways in which a secret travels, the toolkit's own mask of it included: that shows eight characters."""
    basic = (b64encode(text.encode()).decode() for text in (secret, f"{secret}:"))
    return secret, quote(secret, safe=""), *basic, mask(secret)


def _untold(parameter: re.Match[str]) -> str:
    return f"{parameter[1]}=REDACTED" if _TELLING.search(parameter[1]) else parameter[0]


def _container(text: str) -> Any:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _unzipped(body: str | bytes | None, encoding: list[str]) -> str:
    raw = body.encode() if isinstance(body, str) else body or b""
    try:
        if encoding and encoding != ["identity"]:
            raw = zlib.decompress(raw, {"gzip": 31, "deflate": 15}[",".join(encoding).lower()])
        return raw.decode()
    except (KeyError, zlib.error, UnicodeDecodeError):
        raise Unreadable("a body that is neither plain text, gzip nor deflate") from None
