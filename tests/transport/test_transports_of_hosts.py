"""What a transport of the host's may answer: compressed bodies, and bodies that break off."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import httpx

from segment_toolkit import SegmentToolkit

TRACK = {"userId": "u", "event": "E"}


def test_a_compressed_answer_of_a_transport_of_the_hosts_is_read() -> None:
    body = gzip.compress(b'{"success": true}')
    answer = httpx.Response(200, headers={"content-encoding": "gzip"}, content=body)
    toolkit = SegmentToolkit(
        region="us", write_key="k" * 32, environ={}, transport=httpx.MockTransport(lambda _: answer)
    )

    assert toolkit.tools.execute("SEGMENT_TRACK", TRACK).successful


class Torn(httpx.SyncByteStream):
    """A body that breaks off."""

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        raise httpx.ReadError("torn")

    def close(self) -> None:
        self.closed = True


def test_an_answer_that_breaks_off_gives_its_connection_back() -> None:
    body = Torn()
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    toolkit = SegmentToolkit(region="us", write_key="k" * 32, environ={}, transport=transport, max_retries=0)

    envelope = toolkit.tools.execute("SEGMENT_TRACK", TRACK)

    assert envelope.failure is not None
    assert (envelope.failure.code, envelope.failure.outcome_unknown) == ("network", True)
    assert body.closed
