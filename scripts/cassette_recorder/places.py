"""Where cassettes are recorded: the local Segment behind a real socket, or what the environment's credentials reach.

A place says what it is, because a cassette must: nothing recorded elsewhere may pass for a recording of Segment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from segment_toolkit import Policy, SegmentToolkit, approve_everything
from segment_toolkit.credentials import credentials_from
from segment_toolkit.policy import PolicyCall
from segment_toolkit.sandbox import Sandbox, StoppedClock
from segment_toolkit.sandbox.server import serving
from segment_toolkit.transport.hosts import PUBLIC_API

from .cases import NOWHERE

LOCAL = "the local Segment of this project, not Segment"
#: Where the local Segment's clock stands while it is recorded, so that two recordings are equal.
STANDS_AT = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

REQUIRED = ("SEGMENT_PUBLIC_API_TOKEN", "SEGMENT_WRITE_KEY", "SEGMENT_REGION")
#: The variable that holds each id which a case may ask for.
VARIABLES = {
    "source_id": "SEGMENT_TEST_SOURCE_ID",
    "destination_id": "SEGMENT_TEST_DESTINATION_ID",
    "label_key": "SEGMENT_TEST_LABEL",
    "label_value": "SEGMENT_TEST_LABEL",
    "disposable_source_id": "SEGMENT_TEST_DISPOSABLE_SOURCE_ID",
    "disposable_write_key": "SEGMENT_TEST_DISPOSABLE_WRITE_KEY",
}


@dataclass(frozen=True, repr=False)
class Place:
    """One Segment to record.

    `against` says what it is. `options` are the toolkit's, with real secrets; `replayed_as` are those of a replay, the
    region or placeholder hosts, to which `hosts` maps what was really called. `secrets` are the token, the toolkit's
    write key, then others. `reset` is run before each case.
    """

    against: str
    options: Mapping[str, Any]
    replayed_as: Mapping[str, str]
    hosts: Mapping[str, str]
    ids: Mapping[str, str]
    secrets: tuple[str, ...]
    reset: Callable[[], None] = field(default=lambda: None)
    proxy: str | None = None

    @contextmanager
    def toolkit(self) -> Iterator[SegmentToolkit]:
        """A toolkit that reaches this place; it may destroy what is disposable, and nothing else."""
        # A transport of our own, also for a proxy: the client that the toolkit makes for one hides paths with a write
        # key in them, from vcrpy too.
        with (
            httpx.HTTPTransport(proxy=self.proxy) as transport,
            SegmentToolkit(**self.options, **self._rules, transport=transport, environ={}, max_retries=0) as toolkit,
        ):
            yield toolkit

    @property
    def _rules(self) -> dict[str, Any]:
        """What is disposable is approved without reading about it: a cassette holds what the tool itself sends."""
        return {"approve": approve_everything, "policy": Policy(check=self._disposable)}

    def _disposable(self, call: PolicyCall) -> bool:
        disposable = (NOWHERE, self.ids.get("disposable_source_id"))
        return call.effect != "destructive" or call.arguments["sourceId"] in disposable


@contextmanager
def local_segment(box: Sandbox | None = None) -> Iterator[Place]:
    """The local Segment, served on a free port."""
    box = box or Sandbox(clock=StoppedClock(STANDS_AT))
    with serving(box) as url:
        yield Place(
            against=LOCAL,
            options={
                "public_api_token": box.token,
                "write_key": box.write_key,
                "public_api_url": url,
                "tracking_url": url,
            },
            replayed_as={"public_api_url": "https://sandbox.invalid", "tracking_url": "https://sandbox.invalid/v1"},
            hosts=_rewritten("sandbox.invalid", url),
            ids={
                "write_key": box.write_key,
                "source_id": box.sources["shop-web"],
                "destination_id": box.destinations["actions-amplitude"],
                "label_key": "region",
                "label_value": "emea",
                "disposable_source_id": box.sources["shop-ios"],
                "disposable_write_key": box.write_keys["shop-ios"],
                "period": STANDS_AT.replace(day=1).date().isoformat(),
            },
            secrets=(box.token, *box.write_keys.values()),
            reset=box.reset,
        )


def live_segment(environ: Mapping[str, str]) -> Place:
    """What the SEGMENT_* variables reach. All of REQUIRED must be set. Raises InvalidParams for a value that is wrong.

    With SEGMENT_PUBLIC_API_URL or SEGMENT_TRACKING_URL it may be anything, and is not called Segment.
    """
    names = ("region", "public_api_token", "write_key", "public_api_url", "tracking_url")
    given = credentials_from({name: environ.get(f"SEGMENT_{name.upper()}") for name in names})
    options = {name: getattr(given, name) for name in names if getattr(given, name)}
    urls = {name: str(options[name]) for name in names if name in options and name.endswith("_url")}
    hosts = _rewritten("server.invalid", *urls.values())
    today = datetime.now(UTC).date()
    what = f"Segment ({given.region})" if not urls else f"a server that is not known to be Segment ({', '.join(urls)})"
    ids = _ids(environ) | {"write_key": str(given.write_key), "period": today.replace(day=1).isoformat()}
    return Place(
        against=f"{what}, on {today.isoformat()}",
        options=options,
        replayed_as={"region": str(given.region)} | {name: _replaced(url, hosts) for name, url in urls.items()},
        hosts=hosts,
        ids=ids,
        secrets=tuple(filter(None, (*given.secrets(), ids.get("disposable_write_key")))),
        proxy=_proxy(*urls.values()),
    )


def missing(environ: Mapping[str, str]) -> list[str]:
    """The required variables that are not set."""
    return [name for name in REQUIRED if not environ.get(name, "").strip()]


def _ids(environ: Mapping[str, str]) -> dict[str, str]:
    found = {name: environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
    found["label_key"], _, found["label_value"] = found["label_key"].partition(":")
    return {name: value for name, value in found.items() if value}


def _rewritten(placeholder: str, *urls: str) -> dict[str, str]:
    """What becomes of each origin and each host name; origins first, as they hold the names."""
    parts = [urlsplit(url) for url in urls]
    origins = {f"{part.scheme}://{part.netloc}": f"https://{placeholder}" for part in parts}
    return origins | {str(part.hostname): placeholder for part in parts}


def _proxy(url: str = PUBLIC_API["us"], *_: str) -> str | None:
    """The proxy that this machine uses for a URL."""
    parts = urlsplit(url)
    return None if proxy_bypass(str(parts.hostname)) else getproxies().get(parts.scheme)


def _replaced(text: str, by: Mapping[str, str]) -> str:
    for old, new in by.items():
        text = text.replace(old, new)
    return text
