"""Kinds of destination that only the sandbox has: they do what their name says, so that deliveries can be looked at."""

from __future__ import annotations

from segment_toolkit.sandbox.catalog.kinds import DestinationKind, Option

_OURS = "Exists only in the sandbox."
# Shaped like ids of Segment's (24 hex digits); they begin with the letters of "sandbox".
_ID = b"sandbox".hex() + "{:010}"

SANDBOX_DESTINATION_KINDS = (
    DestinationKind(
        _ID.format(1),
        "File (sandbox)",
        "file",
        f"Appends events to a file, one JSON object a line. {_OURS}",
        (Option("path", required=True, description="Path of the file."),),
        category="Raw Data",
        delivery="file",
    ),
    DestinationKind(
        _ID.format(2),
        "Webhook (sandbox)",
        "webhook",
        f"Sends each event in an HTTP POST. {_OURS}",
        (
            Option("url", required=True, description="Address to send to, http or https."),
            Option("headers", type="map", description="Names and values of headers to send along."),
            Option("sharedSecret", type="password", description="Secret that signs the requests."),
        ),
        category="Raw Data",
        delivery="webhook",
    ),
    DestinationKind(
        _ID.format(3),
        "Blackhole (sandbox)",
        "blackhole",
        f"Accepts every event and forgets it. {_OURS}",
        category="Raw Data",
    ),
)
