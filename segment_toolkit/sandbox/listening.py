"""The sockets a served sandbox listens on, and the addresses that lead to them."""

from __future__ import annotations

import os
import socket


def listener(host: str, port: int) -> socket.socket:
    """Listen on a port; 0 picks a free one. Raises OSError.

    Made by hand, because asyncio turns Nagle's algorithm off only on sockets that say that they are TCP, which those
    of `socket.create_server` do not. With it on, an answer in two writes waits 40 ms for an acknowledgement.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen()
    except OSError as error:
        found.close()
        raise OSError(error.errno, f"{error.strerror} (while attempting to bind on address {(host, port)!r})") from None
    return found


def base_url(host: str, found: socket.socket) -> str:
    """Where a client on this machine finds the server; "all interfaces" is no address to connect to."""
    name = host if host and host.strip("0.:") else ("::1" if ":" in host else "127.0.0.1")
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{found.getsockname()[1]}"
