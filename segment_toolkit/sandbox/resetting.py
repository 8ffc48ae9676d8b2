"""A way for the application to reset a client's TCP connection, which ASGI has no message for."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, cast

from segment_toolkit.sandbox.faults.line import RESET

# Closing with a linger time of zero sends RST and drops what was not sent yet.
_RST_ON_CLOSE = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def resetting(protocol: Callable[..., Any]) -> type[asyncio.Protocol]:
    """Make uvicorn's HTTP protocol put a reset of its connection into the state of each request."""

    def connection(*, app_state: dict[str, Any], **options: Any) -> Any:
        # uvicorn copies this state into the scope of every request of the connection.
        made: Any = protocol(app_state={**app_state, RESET: lambda: _reset(made.transport)}, **options)
        return made

    # uvicorn's annotation asks for a class, but it only ever calls it.
    return cast("type[asyncio.Protocol]", connection)


def _reset(transport: asyncio.Transport) -> None:
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)
    transport.abort()
