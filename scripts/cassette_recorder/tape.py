"""The cassette file: vcrpy's, with three things more at its head, and every word of it scrubbed.

`recording` says against what it was recorded, `call` which tool call it is, `envelope` how that ended. vcrpy reads the
rest. Also here: when a replayed request is the recorded one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import vcr
import yaml
from vcr.cassette import Cassette
from vcr.request import Request

from .scrubber import Scrubber

#: vcrpy's own matchers, and two of ours.
MATCH_ON = ("method", "scheme", "host", "port", "path", "query", "kind of credential", "body")
_MINTED = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Story:
    """What a cassette says besides its interactions."""

    recording: dict[str, Any]
    call: dict[str, Any]
    envelope: dict[str, Any]

    @property
    def against(self) -> str:
        """What it was recorded against."""
        return str(self.recording["against"])


class Tape:
    """Writes one cassette. vcrpy asks it for the file's text; it scrubs first, so no other text exists."""

    def __init__(
        self, scrubber: Scrubber, recording: Mapping[str, Any], tool: str, arguments: Mapping[str, Any]
    ) -> None:
        self._scrubber = scrubber
        self._recording = dict(recording)
        self._call = {"tool": tool, "arguments": dict(arguments)}
        self.envelope: Mapping[str, Any] = {}

    def serialize(self, cassette: dict[str, Any]) -> str:
        """vcrpy's part and ours. Scrubbed twice: what an answer gave away may stand in the request before it."""
        interactions = cassette["interactions"]
        for _ in range(2):
            interactions = self._scrubber.interactions(interactions)
        document = {
            "recording": self._recording,
            "call": self._scrubber.document(self._call),
            "envelope": self._scrubber.document(dict(self.envelope)),
            "interactions": interactions,
            "version": cassette["version"],
        }
        # One line for each string, however long: what is broken over lines cannot be searched for.
        return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=1_000_000)

    def deserialize(self, text: str) -> Any:
        return yaml.safe_load(text)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - pyyaml's signature
        """Write a repeated object out again: `&id001` is no help to a reader."""
        return True


def story(path: Path) -> Story:
    """What a cassette says besides its interactions. Raises KeyError when it does not say it."""
    document = yaml.safe_load(path.read_text("utf-8"))
    return Story(document["recording"], document["call"], document["envelope"])


def recording(path: Path, tape: Tape) -> AbstractContextManager[Cassette]:
    """Inside the block, requests go out and are written to `path`, which must not exist."""
    return _vcr(tape).use_cassette(str(path), record_mode="once")


def replaying(path: Path) -> AbstractContextManager[Cassette]:
    """Inside the block, requests are answered from the cassette, each answer once; any other request fails."""
    return _vcr(Tape(Scrubber(), {}, "", {})).use_cassette(str(path), record_mode="none")


def steady(value: bytes) -> bytes:
    """A text without the message ids that the toolkit mints anew for each call."""
    return _MINTED.sub(b"(minted)", value)


def _vcr(tape: Tape) -> vcr.VCR:
    made = vcr.VCR(serializer="tape", match_on=MATCH_ON)
    made.register_serializer("tape", tape)
    made.register_matcher("kind of credential", _same_kind_of_credential)
    made.register_matcher("body", _same_body)
    return made


def _same_kind_of_credential(one: Request, other: Request) -> None:
    """A token for the Public API, a write key for the Tracking API: the scheme tells them apart."""
    kinds = [request.headers.get("authorization", "").partition(" ")[0] for request in (one, other)]
    assert kinds[0] == kinds[1], " != ".join(kinds)


def _same_body(one: Request, other: Request) -> None:
    assert _content(one.body) == _content(other.body), "the bodies differ"


def _content(body: bytes | None) -> Any:
    """What a body says: the scrubber writes JSON its own way, so the bytes may differ."""
    text = steady(body or b"")
    try:
        return json.loads(text)
    except ValueError:
        return text
