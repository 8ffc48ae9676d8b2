"""Record one case, and replay one cassette."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from segment_toolkit import AsyncSegmentToolkit, SegmentToolkit, approve_everything
from segment_toolkit.envelope import Envelope

from . import tape
from .cases import Case
from .leaks import leaks
from .places import Place
from .scrubber import TOKEN, WRITE_KEY, Scrubber


class NotSaved(Exception):
    """A recording that was thrown away; the cassette that was there before, if any, still is."""


def record(case: Case, place: Place, folder: Path) -> None:
    """Make the tool call and save its cassette.

    It is written elsewhere first and moved into `folder` when no secret is found in it. Raises NotSaved when one is, or
    when the call did not end as the case expects.
    """
    place.reset()
    arguments = case.arguments_in(place.ids)
    about = {"against": place.against, "replayed_as": dict(place.replayed_as)}
    written = tape.Tape(Scrubber(place.secrets, place.hosts), about, case.tool, arguments)
    with TemporaryDirectory() as elsewhere:
        file = Path(elsewhere) / "cassette.yaml"
        with place.toolkit() as toolkit, tape.recording(file, written):
            envelope = toolkit.tools.execute(case.tool, arguments)
            written.envelope = envelope
        _check(case, envelope)
        if found := leaks([file], place.secrets):
            raise NotSaved("it holds " + ", ".join(f"{leak.what} ({leak.how})" for leak in found))
        target = folder / case.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, target)


def _check(case: Case, envelope: Envelope) -> None:
    ended = envelope.failure.code if envelope.failure else None
    if ended != case.ends:
        raise NotSaved(f"expected {case.ends or 'success'}, got {ended or 'success'}: {envelope.error}")


def replay(path: Path) -> Envelope:
    """Make the cassette's tool call again, answered from the cassette. Every recorded answer must be asked for."""
    told = tape.story(path)
    with (
        tape.replaying(path) as cassette,
        httpx.HTTPTransport() as transport,  # not a client: see Place.toolkit
        SegmentToolkit(**_options(told), transport=transport) as toolkit,
    ):
        envelope = toolkit.tools.execute(told.call["tool"], told.call["arguments"])
    assert cassette.all_played, "not every recorded answer was asked for"
    return envelope


def areplay(path: Path) -> Envelope:
    """`replay` with the async toolkit, in an event loop of its own."""
    return asyncio.run(_areplay(path))


async def _areplay(path: Path) -> Envelope:
    told = tape.story(path)
    with tape.replaying(path) as cassette:
        async with (
            httpx.AsyncHTTPTransport() as transport,
            AsyncSegmentToolkit(**_options(told), transport=transport) as toolkit,
        ):
            envelope = await toolkit.tools.execute(told.call["tool"], told.call["arguments"])
    assert cassette.all_played, "not every recorded answer was asked for"
    return envelope


def _options(told: tape.Story) -> dict[str, Any]:
    """The placeholders are the credentials. One attempt: a cassette holds what one call meets, once."""
    return {
        "public_api_token": TOKEN,
        "write_key": WRITE_KEY.format(1),
        "approve": approve_everything,
        "environ": {},
        "max_retries": 0,
        **told.recording["replayed_as"],
    }
